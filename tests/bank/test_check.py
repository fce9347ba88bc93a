"""`python -m bot check`: what is printed, and the exit code."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from bot.__main__ import main
from bot.bank import check
from tests.bank.conftest import GOOD, Write

SHIPPED = Path(__file__).parents[2] / "questions"


def run(capsys: pytest.CaptureFixture[str], *paths: Path, strict: bool = False) -> tuple[int, list[str]]:
    """The exit code and the lines printed."""
    code = check.run(paths, SHIPPED, strict=strict, as_json=False)
    return code, capsys.readouterr().out.splitlines()


@pytest.fixture
def shipped() -> str:
    """A file with one shipped question, which is without fault, so that each test can break one thing."""
    return GOOD.partition("  - id: ")[0].replace("topic: serving", "topic: versioning-rollout") + "  - id: " + _first_question()


def _first_question() -> str:
    _, _, questions = (SHIPPED / "versioning-rollout.yaml").read_text().partition("\nquestions:\n  - id: ")
    return questions.split("\n  - id: ")[0] + "\n"


def test_the_shipped_bank_is_without_a_warning_and_shown_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = run(capsys, strict=True)

    assert code == 0
    assert lines[0].split() == ["Topic", "easy", "medium", "hard", "all"]
    assert {line.split()[0] for line in lines[1:-2]} == {path.stem for path in SHIPPED.glob("*.yaml")}
    raw = [yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in SHIPPED.glob("*.yaml")]
    assert lines[-2].split()[0] == "all"
    assert int(lines[-2].split()[-1]) == sum(len(topic["questions"]) for topic in raw)


def test_the_table_counts_by_difficulty_and_type(capsys: pytest.CaptureFixture[str], write: Write, shipped: str) -> None:
    code, lines = run(capsys, write(shipped, "versioning-rollout.yaml"))

    assert code == 0
    assert re.split(r" {2,}", lines[1]) == ["versioning-rollout", "1 / 0 / 0", "0 / 0 / 0", "0 / 0 / 0", "1"]


def test_only_the_files_that_are_named_count(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    broken = write("topic: [", "broken.yaml")

    assert run(capsys, SHIPPED / "serving.yaml")[0] == 0
    assert run(capsys, SHIPPED / "serving.yaml", broken) == (1, [f"{broken}:1: this is not valid YAML: did not find expected node content"])
    assert run(capsys, broken.parent)[0] == 1


def test_a_file_that_is_named_twice_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = run(capsys, SHIPPED / "serving.yaml", SHIPPED, SHIPPED / ".." / "questions" / "serving.yaml")

    assert code == 0
    assert sum(line.startswith("serving ") for line in lines) == 1


def test_warnings_are_shown_and_fail_only_when_asked(capsys: pytest.CaptureFixture[str], write: Write, shipped: str) -> None:
    path = write(re.sub(r"minutes: \d+", "minutes: 90", shipped, count=1), "versioning-rollout.yaml")
    warning = f"{path}:11: warning: which-version-can-go-back-live: 90 minutes for this easy technical question: 8 to 12 are usual"

    code, lines = run(capsys, path)
    assert code == 0
    assert lines[0] == warning
    assert lines[1].startswith("Topic")
    assert run(capsys, path, strict=True) == (1, [warning])


def test_the_other_questions_of_a_broken_file_are_judged_too(capsys: pytest.CaptureFixture[str], write: Write, shipped: str) -> None:
    second = _first_question().replace("which-version-can-go-back-live", "another").replace("title: Three", "titel: Four")
    path = write(shipped.replace("title: Three", "title: Robust") + f"  - id: {second}", "versioning-rollout.yaml")

    code, lines = run(capsys, path)

    assert code == 1
    assert any(line.startswith(f"{path}:7: which-version-can-go-back-live: “Robust” says little") for line in lines)
    assert any(line.endswith("unknown key `titel`: did you mean `title`?") for line in lines)


def test_a_title_that_is_taken_is_named(capsys: pytest.CaptureFixture[str], write: Write, shipped: str) -> None:
    path = write(shipped + f"  - id: {_first_question().replace('which-version-can-go-back-live', 'another')}", "versioning-rollout.yaml")

    code, lines = run(capsys, path)

    assert code == 1
    assert "another: the title is that of `which-version-can-go-back-live` too" in [line.split(": ", 1)[1] for line in lines]


def test_a_prompt_and_points_that_stand_elsewhere_with_other_numbers_are_found(
    capsys: pytest.CaptureFixture[str], write: Write, shipped: str
) -> None:
    second = _first_question().replace("which-version-can-go-back-live", "another").replace("title: Three", "title: Four")
    second = second.replace("212", "312").replace("12.4", "13.4").replace("A parcel carrier predicts", "A courier forecasts")
    second = second.replace("Pins the runtime, by lock file", "Pins each runtime by a lock file").replace("Keeps the lineage: code", "Remembers a")
    first = write(shipped, "versioning-rollout.yaml")
    other = write(shipped.partition("  - id: ")[0].replace("topic: versioning-rollout", "topic: other") + f"  - id: {second}", "other.yaml")

    code, lines = run(capsys, first, other, strict=True)

    assert code == 1
    told = {line.split(":")[1]: line.partition(": warning: ")[2] for line in lines if line.startswith(str(other))}
    points = [text for text in told.values() if "nearly the point of `which-version-can-go-back-live`" in text]
    assert told["12"] == (
        f"another: nearly the prompt of `which-version-can-go-back-live` ({first}:12): ask something else, or take one of the two out"
    )
    assert len(points) == 8
    assert all(text.endswith("): say what it means in this question") for text in points)


HEADER = """\
skills:
  - {id: rollback, is: "Going back"}
  - {id: chaos, is: "Breaking things on purpose"}
matrix:
  easy: [2, 0, 0]
  medium: [0, 1, 0]
  hard: [0, 0, 0]
questions:
"""


def test_a_plan_that_is_not_met_is_shown_at_the_header_when_the_whole_bank_is_checked(
    capsys: pytest.CaptureFixture[str], write: Write, shipped: str
) -> None:
    bare = re.sub(r"skills: \[.*\]", "skills: [rollback]", shipped)
    path = write(bare.replace("questions:\n", HEADER, 1), "versioning-rollout.yaml")

    code = check.run([], path.parent, strict=True, as_json=False)

    assert code == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{path}:7: warning: no question covers the skill `chaos` (Breaking things on purpose)",
        f"{path}:9: warning: 1 of 2 planned questions that are easy and technical",
        f"{path}:10: warning: 0 of 1 planned questions that are medium and system design",
    ]
    assert run(capsys, path, strict=True)[0] == 0
    write(bare, "versioning-rollout.yaml")
    assert check.run([], path.parent, strict=True, as_json=False) == 0


def test_a_skill_that_stands_twice_in_a_header_is_named(capsys: pytest.CaptureFixture[str], write: Write, shipped: str) -> None:
    header = 'skills:\n  - {id: rollback, is: "Going back"}\n  - {id: rollback, is: "Going back again"}\nquestions:\n'
    bare = re.sub(r"skills: \[.*\]", "skills: [rollback]", shipped)
    path = write(bare.replace("questions:\n", header, 1), "versioning-rollout.yaml")

    assert run(capsys, path) == (1, [f"{path}:7: the skill `rollback` stands twice in this header"])


def test_json_holds_the_same_problems_and_the_counts(capsys: pytest.CaptureFixture[str], write: Write) -> None:
    path = write(GOOD.replace("minutes: 10", "minutes: yes"))
    sound = SHIPPED / "serving.yaml"

    code = check.run([path, SHIPPED / "data-storage.yaml"], sound.parent, strict=False, as_json=True)
    printed = json.loads(capsys.readouterr().out)

    assert code == 1
    assert printed["problems"][-1] == {
        "file": str(path),
        "line": 11,
        "level": "error",
        "message": "YAML reads `yes` as true or false: put it in quotes",
    }
    assert list(printed["counts"]) == ["data-storage"]
    assert printed["counts"]["data-storage"]["medium"]["system design"] >= 1


def test_an_output_that_is_not_utf8_gets_escapes(write: Write, shipped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))

    assert main(["check", str(write(shipped.replace("title: Three", "title: Robust"), "versioning-rollout.yaml"))]) == 1

    assert b"\\u201cRobust\\u201d says little" in raw.getvalue()


def test_the_bot_does_not_start_on_a_broken_bank_and_prints_the_same_lines(
    capsys: pytest.CaptureFixture[str], write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write(GOOD.replace("minutes: 10", "minutes: yes").replace("weight: 3", "weight: 9"), "questions/serving.yaml")
    _, lines = run(capsys, path)
    monkeypatch.setenv("QUESTIONS_DIR", str(path.parent))
    monkeypatch.setenv("DISCORD_TOKEN", "not-used")
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'never.db'}")

    code = main(["run"])

    assert code == 2
    assert capsys.readouterr().err.splitlines() == lines
    assert not (tmp_path / "never.db").exists()

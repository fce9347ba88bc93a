"""`python -m bot`: what each subcommand prints, and its exit code."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.__main__ import main
from bot.settings import Settings
from bot.storage import prepare
from tests.conftest import ROOT

SECRET = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"  # noqa: S105 - of nobody
QUESTION = "which-version-can-go-back-live"
TOPIC = ROOT / "questions" / "versioning-rollout.yaml"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing is set but a bank of one topic; returns the folder in which commands run."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / TOPIC.name).write_text(TOPIC.read_text())
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], list[str]]:
    """The exit code, and the lines on standard output and standard error."""
    try:
        code = main(arguments)
    except SystemExit as usage:
        code = int(usage.code or 0)
    printed = capsys.readouterr()
    return code, printed.out.splitlines(), printed.err.splitlines()


def process(*arguments: str, **options: object) -> "subprocess.Popen[str]":
    """The same as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **{str(name): str(value) for name, value in options.items()}}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(monkeypatch: pytest.MonkeyPatch, typed: bytes) -> None:
    """What stands on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))


def test_help_names_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "--help")

    assert (code, err) == (0, [])
    for name in ("run", "preview", "check", "match", "show", "new-question", "migrate", "backup", "reports"):
        assert any(line.split()[0:1] == [name] for line in out), name


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["dance"], "invalid choice: 'dance'"),
        (["run", "now"], "unrecognized arguments: now"),
        (["match"], "the following arguments are required: ID"),
        (["preview", "--port", "many"], "invalid int value: 'many'"),
        (["check", "--loud"], "unrecognized arguments: --loud"),
    ],
)
def test_a_wrong_call_is_explained(capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    code, out, err = run(capsys, *arguments)

    assert (code, out) == (2, [])
    assert says in err[-1]


def test_live_mode_without_a_token_says_how_to_get_one_and_what_needs_none(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, (line,) = run(capsys, "run")

    assert (code, out) == (2, [])
    assert "DISCORD_TOKEN is not set" in line
    assert "Discord Developer Portal" in line
    assert "`python -m bot preview` needs none" in line
    assert not (folder / "data").exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["run"], ["preview"], ["check"], ["match", QUESTION], ["migrate"], ["backup", "copy.db"], ["reports"]],
    ids=lambda each: " ".join(each) or "none",
)
def test_a_wrong_setting_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", SECRET)
    monkeypatch.setenv("LOG_LEVEL", "loud")

    code, out, (line,) = run(capsys, *arguments)

    assert (code, out) == (2, [])
    assert line.startswith("Wrong setting: LOG_LEVEL: ")


@pytest.mark.parametrize("arguments", [["run"], ["match", QUESTION], []], ids=lambda each: " ".join(each) or "none")
def test_nothing_starts_on_a_broken_bank_and_the_lines_are_those_of_check(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: list[str]
) -> None:
    broken = folder / "questions" / TOPIC.name
    broken.write_text(TOPIC.read_text().replace("difficulty: easy", "difficulty: simple", 1).replace("weight: 3", "weight: 9", 1))
    (folder / ".env").write_text(f"DISCORD_TOKEN={SECRET}\n")
    _, checked, _ = run(capsys, "check")

    code, _, err = run(capsys, *arguments)

    assert (code, err) == (2, checked)
    assert len(err) == 2
    assert not (folder / "data").exists()


@pytest.mark.parametrize("arguments", [["run"], ["migrate"]], ids=lambda each: each[0])
@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://bot:hidden@host/db", "a SQLite file is the only database so far"),
        ("nonsense", "a SQLite file is the only database so far"),
        ("sqlite+aiosqlite:///questions/versioning-rollout.yaml", "is not a SQLite database. It was left as it is"),
        ("sqlite+aiosqlite:///taken.db", "Another process of the bot uses taken.db"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], url: str, says: str
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", SECRET)
    monkeypatch.setenv("DATABASE_URL", url)

    with prepare.prepare("sqlite+aiosqlite:///taken.db"):
        code, out, (line,) = run(capsys, *arguments)

    assert (code, out) == (2, [])
    assert says in line
    assert "hidden" not in line
    assert Path("questions/versioning-rollout.yaml").read_text() == TOPIC.read_text()


def test_migrate_says_what_it_did(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    first, again = run(capsys, "migrate"), run(capsys, "migrate")

    assert (first[0], first[2], again[0], again[2]) == (0, [], 0, [])
    assert first[1][0].startswith("The database was brought to schema ")
    assert again[1] == ["The database has the newest schema already."]
    assert (folder / "data" / "interviewer.db").stat().st_size > 0


def test_check_prints_a_table_of_a_good_bank(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "--strict")

    assert (code, err) == (0, [])
    assert out[0].split() == ["Topic", "easy", "medium", "hard", "all"]
    assert out[1].startswith("versioning-rollout")


def test_check_prints_every_problem_of_a_bad_bank(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "questions" / "drift.yaml").write_text("topic: drift\nnmae: Drift\n")

    code, out, err = run(capsys, "check")

    assert (code, err) == (1, [])
    assert "questions/drift.yaml:2: unknown key `nmae`: did you mean `name`?" in out
    assert "questions/drift.yaml:1: `questions` is missing" in out
    assert run(capsys, "check", f"questions/{TOPIC.name}")[0] == 0


def test_warnings_fail_the_check_only_when_asked(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "questions" / TOPIC.name).write_text(re.sub(r"minutes: \d+", "minutes: 90", TOPIC.read_text(), count=1))

    assert run(capsys, "check")[0] == 0
    assert run(capsys, "check", "--strict")[0] == 1


def test_check_prints_json_for_programs(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    good = run(capsys, "check", "--json")
    (folder / "questions" / "drift.yaml").write_text("")
    bad = run(capsys, "check", "--json", "questions/drift.yaml")

    assert (good[0], bad[0]) == (0, 1)
    assert json.loads("\n".join(good[1]))["counts"]["versioning-rollout"]["easy"]["technical"] >= 1
    (problem,) = json.loads("\n".join(bad[1]))["problems"]
    assert problem == {
        "file": "questions/drift.yaml",
        "line": 1,
        "level": "error",
        "message": "the file is empty: it needs a topic and its questions",
    }


def test_match_tells_what_is_heard_in_an_answer(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (asked,) = [question for question in yaml.safe_load(TOPIC.read_text())["questions"] if question["id"] == QUESTION]
    answer(monkeypatch, asked["answer"].encode())
    as_text = run(capsys, "match", QUESTION)
    answer(monkeypatch, b"Nothing that fits is said in this sentence.")
    as_json = run(capsys, "match", QUESTION, "--json")

    assert (as_text[0], as_text[2], as_json[0], as_json[2]) == (0, [], 0, [])
    assert as_text[1][0] == asked["title"]
    assert sum(line.startswith(("✓", "?")) for line in as_text[1]) == len(asked["rubric"])
    levels = [point["level"] for point in json.loads("\n".join(as_json[1]))]
    assert levels == ["not found"] * len(asked["rubric"])


def test_match_names_questions_near_to_one_that_is_not_there(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, b"")

    code, out, (line,) = run(capsys, "match", "which-version-goes-back-live")

    assert (code, out) == (2, [])
    assert line.startswith("There is no question “which-version-goes-back-live” in the bank. Near it: ")
    assert QUESTION in line


def test_show_prints_a_question_as_people_see_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "show", QUESTION)
    nothing, _, refusal = run(capsys, "show", "which-version-goes-back-live")

    assert (code, err, nothing) == (0, [], 2)
    assert out[0].startswith("── Card ───")
    assert "### Three older versions, one safe way back" in out
    assert f"Near it: {QUESTION}" in refusal[0]


def test_a_new_question_begins_as_a_skeleton_which_the_check_then_asks_to_be_filled_in(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, (told,), err = run(capsys, "new-question", "versioning-rollout")
    line = len(TOPIC.read_text().splitlines()) + 1
    _, out, _ = run(capsys, "check")

    assert (code, err) == (0, [])
    assert told.startswith(f"questions/versioning-rollout.yaml:{line}: a question to fill in.")
    assert f"questions/versioning-rollout.yaml:{line + 2}: `id` has no value: write one, or remove the line" in out
    nothing, _, (refusal,) = run(capsys, "new-question", "versioning")
    assert nothing == 2
    assert refusal.startswith("There is no topic “versioning”. Near it: versioning-rollout.")


def test_match_refuses_what_is_not_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, b"caf\xe9")

    assert run(capsys, "match", QUESTION) == (2, [], ["The answer on standard input is not UTF-8 text."])


def test_an_output_that_is_not_utf8_gets_escapes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    answer(monkeypatch, b"word")

    assert main(["match", QUESTION]) == 0

    assert b"\\xb7 not found" in raw.getvalue()


def test_a_reader_that_has_seen_enough_is_no_failure_of_ours() -> None:
    checking = process("check", "--json")
    assert checking.stdin is not None
    assert checking.stdout is not None
    assert checking.stderr is not None
    checking.stdin.close()
    checking.stdout.close()

    assert checking.wait(30) == 1
    assert checking.stderr.read() == ""
    checking.stderr.close()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM], ids=lambda signum: signum.name)
@pytest.mark.parametrize("arguments", [["run"], []], ids=lambda each: " ".join(each) or "none")
def test_a_signal_while_it_is_still_loading_ends_it_without_a_word(arguments: list[str], signum: signal.Signals) -> None:
    assert _interrupted(arguments, signum) == (0, [])


def test_ctrl_c_instead_of_an_answer_is_no_success(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(_Impatient())))

    assert run(capsys, "match", QUESTION) == (130, [], [])


class _Impatient(io.RawIOBase):
    """Somebody presses Ctrl-C where an answer is waited for."""

    def readable(self) -> bool:
        return True

    def readinto(self, _: object, /) -> int:
        raise KeyboardInterrupt


def _interrupted(arguments: list[str], signum: signal.Signals) -> tuple[int, list[str]]:
    """The exit code, and what is said, when a signal comes in the middle of the imports, which Python can be made to tell of."""
    loading = process(*arguments, PYTHONPROFILEIMPORTTIME="1", DISCORD_TOKEN=SECRET)
    assert loading.stderr is not None
    for line in loading.stderr:
        if "pydantic.version" in line:
            break
    loading.send_signal(signum)
    out, err = loading.communicate(timeout=30)
    said = [line for line in err.splitlines() if " | " not in line]  # what is told of imports, the line included that the signal cut in two
    return loading.returncode, out.splitlines() + said


def test_without_a_token_it_is_the_preview_and_says_so() -> None:
    preview = process(BROWSER="true")
    assert preview.stdout is not None
    said = [preview.stdout.readline() for _ in range(2)]
    preview.send_signal(signal.SIGINT)
    out, err = preview.communicate(timeout=30)

    assert preview.returncode == 0
    assert said[0].startswith("No DISCORD_TOKEN, so this is the preview in your browser.")
    assert "README" in said[0]
    assert said[1].startswith("Preview: http://127.0.0.1:")
    assert "Traceback" not in out + err
    assert "WARNING" not in err

"""`python -m bot match`: what an author who tries a question gets to read, and what a program gets."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.bank.bank import Bank
from bot.bank.schema import Question
from bot.matching.matcher import NOT_ENGLISH, TOO_SHORT
from bot.settings import Settings
from tests.conftest import ROOT

QUESTION = "where-to-run-the-abuse-classifier"
FOREIGN = "Ich würde zuerst die Last auf dem Modell messen und dann einen Cache davor stellen, weil ein Drittel der Anfragen sich wiederholt. " * 2


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing is set but the shipped bank; returns the folder in which commands run, which has no bank of its own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("QUESTIONS_DIR", str(ROOT / "questions"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def asked(bank: Bank) -> Question:
    """The question that is tried."""
    question = bank.question(QUESTION)
    assert question is not None
    return question


class Author:
    """Somebody at a terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def match(self, typed: str | bytes, *arguments: str) -> tuple[int, str, str]:
        """The exit code, standard output and standard error of `match`, with that on standard input."""
        raw = typed.encode() if isinstance(typed, str) else typed
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        code = main(["match", *arguments])
        return code, *self.capsys.readouterr()

    def points(self, typed: str | bytes) -> list[dict[str, Any]]:
        """What `--json` lists."""
        code, out, err = self.match(typed, QUESTION, "--json")
        assert (code, err) == (0, "")
        listed: list[dict[str, Any]] = json.loads(out)
        return listed


@pytest.fixture
def author(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Author:
    """Somebody at a terminal."""
    return Author(monkeypatch, capsys)


def test_json_lists_every_point_in_the_order_of_the_rubric(author: Author, asked: Question) -> None:
    listed = author.points(asked.answer)

    assert [point["point"] for point in listed] == [point.point for point in asked.rubric]
    assert all(list(point) == ["point", "level", "score", "sentence"] for point in listed)
    for point in listed:
        assert point["level"] == ("heard" if point["score"] >= 2 else "perhaps")
        assert point["sentence"] in asked.answer


def test_a_point_that_is_not_found_has_a_score_and_no_sentence(author: Author, asked: Question) -> None:
    first, *others = author.points(
        "I would say that the people who work with it know what they are for, and this is how it has been. Its slack is what I ask for."
    )

    assert first == {"point": asked.rubric[0].point, "level": "not found", "score": 0, "sentence": None}
    assert 0 < others[0]["score"] < 1.5
    assert (others[0]["level"], others[0]["sentence"]) == ("not found", None)


@pytest.mark.parametrize(("typed", "reason"), [("", TOO_SHORT), ("Two replicas and headroom.", TOO_SHORT), (FOREIGN, NOT_ENGLISH)])
def test_what_cannot_be_compared_gives_the_full_list_and_the_text_says_why(author: Author, asked: Question, typed: str, reason: str) -> None:
    listed = author.points(typed)
    code, out, err = author.match(typed, QUESTION)

    assert listed == [{"point": point.point, "level": "not found", "score": 0, "sentence": None} for point in asked.rubric]
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [asked.title, reason]
    assert [line.startswith("· not found  0.0") for line in out.splitlines()[2:]] == [True] * len(asked.rubric)


def test_text_shows_level_score_point_and_the_sentence_below(author: Author, asked: Question) -> None:
    code, out, err = author.match(asked.answer, QUESTION)

    lines = out.splitlines()
    assert (code, err, lines[0]) == (0, "", asked.title)
    for point in author.points(asked.answer):
        at = next(index for index, line in enumerate(lines) if line.endswith(point["point"]))
        assert point["level"] in lines[at]
        assert f"{point['score']:.1f}" in lines[at]
        assert lines[at + 1].strip() == f"“{point['sentence']}”"


def test_an_id_that_is_not_there_is_answered_with_near_ones(author: Author) -> None:
    code, out, err = author.match("", "where-to-run-an-abuse-classifier", "--json")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("There is no question “where-to-run-an-abuse-classifier” in the bank. Near it: ")
    assert QUESTION in err


def test_an_id_like_no_other_is_answered_without_near_ones(author: Author) -> None:
    assert author.match("", "§§§§") == (2, "", "There is no question “§§§§” in the bank.\n")


@pytest.mark.parametrize("typed", [b"caf\xe9", "Zwei Replikate".encode("utf-16")])
def test_an_answer_that_is_not_utf8_is_refused_in_one_line(author: Author, typed: bytes) -> None:
    for arguments in ([QUESTION], [QUESTION, "--json"]):
        assert author.match(typed, *arguments) == (2, "", "The answer on standard input is not UTF-8 text.\n")


def test_the_bank_is_the_one_that_questions_dir_names(author: Author, asked: Question, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = folder / "mine"
    elsewhere.mkdir()
    own = (ROOT / "questions" / "serving.yaml").read_text().replace(QUESTION, "my-own-question").replace(asked.title, "My own title")
    (elsewhere / "serving.yaml").write_text(own)
    monkeypatch.setenv("QUESTIONS_DIR", str(elsewhere))

    code, out, _ = author.match(asked.answer, "my-own-question")
    gone, _, says = author.match(asked.answer, QUESTION)

    assert (code, out.splitlines()[0]) == (0, "My own title")
    assert gone == 2
    assert "There is no question" in says

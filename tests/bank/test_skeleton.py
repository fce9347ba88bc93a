"""`python -m bot new-question`: an author gets a question to fill in, and nothing of theirs is touched."""

import re
from pathlib import Path

import pytest

from bot.bank import check, loader, skeleton
from bot.bank.schema import FEWEST_POINTS
from bot.errors import Refused
from tests.bank.conftest import GOOD, Write

WITH_SKILLS = GOOD.replace("questions:\n", 'skills:\n  - {id: tail-latency, is: "The slow ones"}\n  - {id: scaling, is: "More"}\nquestions:\n', 1)


def problems(capsys: pytest.CaptureFixture[str], path: Path) -> list[str]:
    """What the check says, without the place."""
    capsys.readouterr()
    check.run([path], path.parent, strict=True, as_json=False)
    return [line.partition(": ")[2] for line in capsys.readouterr().out.splitlines()]


def test_the_skeleton_stands_behind_what_is_there_and_names_the_skills(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(WITH_SKILLS)

    assert skeleton.run(path.parent, "serving") == 0

    assert path.read_text().startswith(WITH_SKILLS + "  # A new question.")
    assert "    skills: []  # one or more of tail-latency, scaling\n" in path.read_text()
    line = len(WITH_SKILLS.splitlines()) + 1
    assert capsys.readouterr().out == f"{path}:{line}: a question to fill in. `python -m bot check {path}` says what is missing.\n"


def test_the_check_asks_for_every_part_until_it_is_there(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write()
    skeleton.run(path.parent, "serving")

    told = problems(capsys, path)

    empty = ("id", "title", "difficulty", "type", "minutes", "point", "weight", "competence", "weak", "solid", "strong", "ask", "listen_for")
    for key in (*empty, "mid", "senior", "staff"):
        assert f"`{key}` has no value: write one, or remove the line" in told
    assert {"`skills` has 0 items: at least 1 belong there", "`prompt` is empty", "`answer` is empty"} <= set(told)
    assert told.count("this item has no value: write one, or remove the line") == 2 * FEWEST_POINTS + 2


def test_filled_in_it_is_in_the_bank(write: Write) -> None:
    path = write()
    skeleton.run(path.parent, "serving")
    words = {"id": "another", "difficulty": "easy", "type": "technical", "minutes": "10", "weight": "2", "competence": "sizing"}
    words |= dict.fromkeys(("title", "point", "weak", "solid", "strong", "ask", "listen_for", "mid", "senior", "staff"), "Some words")
    added = path.read_text().removeprefix(GOOD).replace("skills: []", "skills: [tail-latency]").replace(": |\n", ": |\n      Some words.")
    added = re.sub(r"(?m)^( *-)$", r"\1 some words", added)
    added = re.sub(r"(?m)^( *(?:- )?)(\w+):(?:  #.*)?$", lambda at: f"{at[1]}{at[2]}: {words.get(at[2], '')}", added)

    path.write_text(GOOD + added)

    assert [question.id for topic in loader.load(path.parent).topics for question in topic.questions] == ["slow-every-tenth-minute", "another"]


def test_the_same_works_twice_and_with_what_stands_around(write: Write) -> None:
    body = GOOD.partition("questions:\n")[2]
    tail = "matrix:\n  easy: [1, 0, 0]\n  medium: [0, 0, 0]\n  hard: [0, 0, 0]\n"
    flat = "\n".join(line[2:] if line.startswith("  ") else line for line in body.splitlines()) + "\n"
    path = write((GOOD.partition("questions:\n")[0] + "questions:\n" + flat + tail).replace("\n", "\r\n"))

    skeleton.run(path.parent, "serving")
    skeleton.run(path.parent, "serving")

    text = path.read_bytes().decode()
    assert text.count("\r\n- id:  # the situation") == 2
    assert text.endswith(tail.replace("\n", "\r\n"))
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize(
    ("content", "topic", "says"),
    [
        (GOOD, "servin", "There is no topic “servin”. Near it: serving. A new one begins with a file of its own"),
        (GOOD, "zebra", "There is no topic “zebra”. There are serving. A new one"),
        ("topic: [", "serving", "serving.yaml:1: this is not valid YAML"),
        ("a: 1\n", "serving", "serving.yaml has no `questions:` with a question in it"),
        ("- 1\n", "serving", "serving.yaml has no `questions:` with a question in it"),
        ("questions: [{id: one}, {id: two}]\n", "serving", "serving.yaml is laid out in a way that I cannot add to"),
    ],
)
def test_what_cannot_be_added_to_is_said_and_left_alone(write: Write, content: str, topic: str, says: str) -> None:
    path = write(content)

    with pytest.raises(Refused, match=re.escape(says)):
        skeleton.run(path.parent, topic)

    assert path.read_text() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_without_questions_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no question file in"):
        skeleton.run(tmp_path, "serving")

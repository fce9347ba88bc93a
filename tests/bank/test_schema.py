"""The JSON Schema that editors use, and whether what it allows fits Discord."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from discord import ui

from bot.bank import schema
from bot.bank.bank import Bank, Filters
from bot.bank.schema import Question, Topic
from bot.practice.cards import debrief, question
from bot.practice.model import Card, Hints, Kind, Place, Posting, Spot
from bot.ui.text import MESSAGE_CHARS
from tests.bank.conftest import GOOD

QUESTIONS = Path(__file__).parents[2] / "questions"
BUTTON_ID, LABEL, CHOICE = 100, 100, 100  # characters (Discord, "Components" and "Application Commands")
CHECKBOXES = 10  # in a group


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """The shipped schema, ready to validate."""
    shipped = json.loads((QUESTIONS / "schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(shipped)
    return jsonschema.Draft202012Validator(shipped)


def test_the_shipped_schema_is_current() -> None:
    shipped = (QUESTIONS / "schema.json").read_text()

    assert shipped == schema.json_schema(), "run: python -m bot.bank.schema > questions/schema.json"


@pytest.mark.parametrize("path", sorted(QUESTIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_files_are_what_editors_take_for_good(path: Path, validator: jsonschema.Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(yaml.load(path.read_text(), Loader=yaml.CSafeLoader))] == []
    assert path.read_text().startswith("# yaml-language-server: $schema=schema.json\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Fast", "titel: Fast"),
        ("title: Fast", "title: " + "x" * 80),
        ("title: Fast on", "title: |\n      Fast\n      on"),
        ("minutes: 10", "minutes: '10'"),
        ("minutes: 10", "minutes: 181"),
        ("minutes: 10", "minutes: 1.5"),
        ("weight: 3", "weight: 0"),
        ("difficulty: easy", "difficulty: simple"),
        ("id: slow", "id: Slow"),
        ("- cron job", "- 12"),
        ("topic: serving", "id: serving"),
        ("    answer: |", "    answers: |"),
        ("https:", "ftp:"),
    ],
)
def test_editors_mark_what_the_bot_refuses(validator: jsonschema.Draft202012Validator, old: str, new: str) -> None:
    document = yaml.safe_load(GOOD.replace(old, new, 1))

    assert validator.is_valid(yaml.safe_load(GOOD))
    assert not validator.is_valid(document)
    with pytest.raises(ValueError, match="validation error"):
        Topic.model_validate(document)


def _filled(node: dict[str, Any], root: dict[str, Any]) -> Any:
    """The largest value that a schema allows: every text and list at its limit."""
    if "$ref" in node:
        return _filled(root["$defs"][node["$ref"].rsplit("/", 1)[1]], root)
    match node.get("type"):
        case "object":
            return {key: _filled(inner, root) for key, inner in node["properties"].items() if key != "matrix"}
        case "array":
            return [_filled(node["items"], root) for _ in range(node.get("maxItems", 1))]
        case "integer":
            return node["maximum"]
    if "enum" in node:
        return max(node["enum"], key=len)
    start = "https://" if "http" in node.get("pattern", "") else ""
    return start + "w" * (node["maxLength"] - len(start))


@pytest.fixture(scope="module")
def largest() -> Topic:
    """A topic with one question, everything in it as long as the schema allows."""
    root = json.loads(schema.json_schema())
    return Topic.model_validate(_filled(root, root))


def _posting(asked: Question) -> Posting:
    opened = datetime(2026, 1, 1, tzinfo=UTC)
    number = 2**63 - 1
    return Posting(
        id=number,
        kind=Kind.INTERVIEW,
        question_id=asked.id,
        place=Place.CHANNEL,
        filters=Filters(),
        spot=Spot(number, number),
        message_id=number,
        owner_id=number,
        practised_before=1_000_000,
        opened=opened,
        closes=opened + timedelta(minutes=asked.minutes),
        closed=None,
        ended_early=False,
        nonce="n",
    )


def _chars(view: ui.LayoutView) -> int:
    return sum(len(item.content) for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def test_the_largest_question_fits_a_card_a_page_and_a_form(largest: Topic) -> None:
    (asked,) = largest.questions
    shown = Card(_posting(asked), asked, largest.name)
    pages = [debrief.model_answer(asked, shown.posting.id, number) for number in range(9)]
    views = [
        question.opened(shown),
        question.closed(shown),
        question.hints(Hints(shown.posting.id, asked.hints, len(asked.hints))),
        *(debrief.follow_up(asked, shown.posting.id, number) for number in range(len(asked.follow_ups))),
        *pages,
    ]

    assert max(map(_chars, views)) <= MESSAGE_CHARS
    assert len(asked.rubric) <= CHECKBOXES
    assert all(len(point.point) <= LABEL for point in asked.rubric)
    assert len(largest.name) <= CHOICE
    assert len(largest.id) <= CHOICE
    assert len(asked.id) < BUTTON_ID


def test_every_word_of_the_shipped_questions_is_kept(bank: Bank) -> None:
    for path in sorted(QUESTIONS.glob("*.yaml")):
        raw = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
        (topic,) = [topic for topic in bank.topics if topic.id == path.stem]

        assert json.loads(topic.model_dump_json(by_alias=True, exclude_unset=True)) == raw

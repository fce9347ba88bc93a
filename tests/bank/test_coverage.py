"""The bank as it is shipped: how many questions there are of each kind, counted from the files."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.bank.schema import DIFFICULTIES, TYPES

SHIPPED = Path(__file__).parents[2] / "questions"
# For each difficulty technical, system design and behavioral.
PLANNED = {"easy": [47, 17, 6], "medium": [46, 34, 15], "hard": [41, 28, 6]}
TOPICS = 20


@pytest.fixture(scope="module")
def topics() -> list[dict[str, Any]]:
    """Every topic file, read without any of our own code."""
    return [yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in sorted(SHIPPED.glob("*.yaml"))]


def counts(questions: list[dict[str, Any]]) -> dict[str, list[int]]:
    """How many there are for each difficulty and type."""
    return {
        difficulty: [sum((asked["difficulty"], asked["type"]) == (difficulty, kind) for asked in questions) for kind in TYPES]
        for difficulty in DIFFICULTIES
    }


def test_there_are_240_questions_in_twenty_topics_and_of_every_kind_as_many_as_planned(topics: list[dict[str, Any]]) -> None:
    there = counts([question for topic in topics for question in topic["questions"]])

    assert len(topics) == TOPICS
    assert sum(map(sum, PLANNED.values())) == 240
    assert all(have >= want for difficulty in DIFFICULTIES for have, want in zip(there[difficulty], PLANNED[difficulty], strict=True)), there


def test_every_topic_has_what_its_header_plans_and_asks_about_each_of_its_skills(topics: list[dict[str, Any]]) -> None:
    for topic in topics:
        there = counts(topic["questions"])
        assert all(have >= want for name in DIFFICULTIES for have, want in zip(there[name], topic["matrix"][name], strict=True)), topic["topic"]
        covered = {skill for question in topic["questions"] for skill in question["skills"]}
        assert covered == {skill["id"] for skill in topic["skills"]}, topic["topic"]


def test_the_headers_together_plan_the_whole_bank(topics: list[dict[str, Any]]) -> None:
    planned = {name: [sum(counted) for counted in zip(*(topic["matrix"][name] for topic in topics), strict=True)] for name in DIFFICULTIES}

    assert planned == PLANNED

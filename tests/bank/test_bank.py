"""The bank in memory: every filter finds what fits it, at once, and nothing can change it."""

from dataclasses import FrozenInstanceError
from itertools import product

import pytest
from pydantic import ValidationError

from bot.bank.bank import Bank, Filters
from bot.bank.schema import DIFFICULTIES, TYPES, Topic


@pytest.fixture
def many(bank: Bank) -> Bank:
    """Two topics: `first` has a question of every difficulty and type, `second` two that are easy and technical."""
    seed = bank.topics[0]
    every = tuple(
        seed.questions[0].model_copy(update={"id": f"{difficulty}-{kind.replace(' ', '-')}", "difficulty": difficulty, "type": kind})
        for difficulty, kind in product(DIFFICULTIES, TYPES)
    )
    two = tuple(seed.questions[0].model_copy(update={"id": f"more-{number}", "difficulty": "easy", "type": "technical"}) for number in range(2))
    return Bank.build([_topic(seed, "first", every), _topic(seed, "second", two)])


def _topic(seed: Topic, topic_id: str, questions: object) -> Topic:
    return seed.model_copy(update={"id": topic_id, "questions": questions})


@pytest.mark.parametrize("filters", [Filters(*parts) for parts in product((None, *DIFFICULTIES), (None, "first", "second", "third"), (None, *TYPES))])
def test_a_pool_holds_exactly_what_fits(many: Bank, filters: Filters) -> None:
    fitting = {
        question.id
        for topic in many.topics
        for question in topic.questions
        if filters.difficulty in (None, question.difficulty) and filters.topic in (None, topic.id) and filters.type in (None, question.type)
    }

    pool = many.pool(filters)

    assert len(pool) == len(fitting)
    assert {question.id for question in pool} == fitting


def test_a_pool_is_prepared_and_not_made_anew(many: Bank) -> None:
    assert many.pool(Filters("easy")) is many.pool(Filters("easy"))


def test_a_filter_that_fits_nothing_says_which_part_to_drop_and_what_that_gives(many: Bank) -> None:
    filters = Filters("hard", "second", "technical")

    assert many.pool(filters) == ()
    assert many.loosened(filters) == [("difficulty", 2), ("topic", 1)]
    assert many.loosened(Filters(topic="third")) == [("topic", 11)]


def test_questions_and_their_topics_are_found_by_id(many: Bank) -> None:
    question = many.question("more-1")

    assert question is not None
    assert many.topic_of("more-1").id == "second"
    assert many.question("gone") is None
    assert len(many) == 11


def test_nothing_in_a_bank_can_be_changed(many: Bank) -> None:
    question = many.pool(Filters())[0]

    with pytest.raises(FrozenInstanceError):
        many.topics = ()  # type: ignore[misc]
    with pytest.raises(ValidationError):
        question.title = "Another"  # type: ignore[misc]
    assert isinstance(many.topics, tuple)
    assert isinstance(question.rubric[0].heard, tuple)
    with pytest.raises(TypeError):
        many._pools[Filters()] = ()  # type: ignore[index]


def test_topics_stand_in_the_order_of_their_names(bank: Bank) -> None:
    names = [topic.name for topic in bank.topics]

    assert names == sorted(names, key=str.casefold)

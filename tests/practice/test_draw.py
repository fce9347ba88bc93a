"""The draw: filters hold, the rule decides in its order whatever came before, and nothing comes again while something else fits."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, delete, select

from bot.bank.bank import Bank, Filters
from bot.bank.schema import DIFFICULTIES, TYPES
from bot.practice import draw, store
from bot.practice.draw import History, Practised, choose
from bot.practice.model import Kind, Place, Posting, Spot, Version
from bot.practice.service.drawing import drawn
from bot.practice.service.opening import new_posting
from bot.storage.tables import attempts, postings, practice_counts
from tests.conftest import running

SEEDS = range(60)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SMALL = [Filters(difficulty, "first") for difficulty in DIFFICULTIES]  # 6 to 9 questions, so that they are soon all known
FILTERS = [Filters(*parts) for parts in product((None, *DIFFICULTIES), (None, "first", "second"), (None, *TYPES))]


@pytest.fixture(scope="module")
def thirty(bank: Bank) -> Bank:
    """Two topics with 30 questions, as varied as they come: `first` has 24 of them."""
    seed = bank.topics[0]
    shapes = list(product(DIFFICULTIES, TYPES)) * 4
    questions = [
        seed.questions[0].model_copy(update={"id": f"q-{number}", "difficulty": difficulty, "type": kind})
        for number, (difficulty, kind) in enumerate(shapes[:30])
    ]
    return Bank.build(
        [
            seed.model_copy(update={"id": "first", "questions": tuple(questions[:24])}),
            seed.model_copy(update={"id": "second", "questions": tuple(questions[24:])}),
        ]
    )


def seeded(seed: int) -> random.Random:
    """What decides ties."""
    return random.Random(seed)  # noqa: S311 - a question, not a secret


# The rule, one part after the other


@pytest.fixture
def rule(bank: Bank) -> Callable[..., set[str]]:
    """All that may come out of a pool of letters, over many seeds. `shown` is oldest first, `met` has how often and when last."""
    seed = bank.topics[0].questions[0]

    def comes(pool: str, shown: str = "", met: dict[str, tuple[int, int]] | None = None) -> set[str]:
        questions = [seed.model_copy(update={"id": letter}) for letter in pool]
        person = {letter: Practised(times, last) for letter, (times, last) in (met or {}).items()}
        history = History(tuple(dict.fromkeys(reversed(shown))), person)
        return {choose(questions, history, seeded(seed)).id for seed in SEEDS}

    return comes


def test_what_the_channel_had_last_comes_after_everything_else(rule: Callable[..., set[str]]) -> None:
    assert rule("abcd", shown="cd", met={"a": (2, 1), "b": (2, 1)}) == {"a", "b"}


def test_only_the_last_half_of_the_pool_counts_as_recent(rule: Callable[..., set[str]]) -> None:
    assert rule("abcd", shown="abcd") == {"a", "b"}
    assert rule("abc", shown="abc") == {"a", "b"}


def test_what_other_pools_had_in_the_channel_pushes_nothing_out(rule: Callable[..., set[str]]) -> None:
    assert rule("abcd", shown="abxyz") == {"c", "d"}


def test_a_question_shown_again_is_recent_again(rule: Callable[..., set[str]]) -> None:
    assert rule("abcd", shown="abcda") == {"b", "c"}


def test_what_a_person_never_saw_comes_before_what_they_only_saw(rule: Callable[..., set[str]]) -> None:
    assert rule("abc", met={"a": (0, 1), "c": (3, 1)}) == {"b"}


def test_the_least_practised_comes_before_the_one_longest_ago(rule: Callable[..., set[str]]) -> None:
    assert rule("ab", met={"a": (2, 1), "b": (1, 999)}) == {"b"}


def test_of_those_practised_as_often_the_one_longest_ago_comes(rule: Callable[..., set[str]]) -> None:
    assert rule("abc", met={"a": (1, 30), "b": (1, 10), "c": (1, 20)}) == {"b"}


def test_ties_fall_to_each_of_the_tied(rule: Callable[..., set[str]]) -> None:
    assert rule("abc") == {"a", "b", "c"}
    assert rule("abc", met={"a": (1, 5), "b": (1, 5), "c": (1, 6)}) == {"a", "b"}


def test_the_only_question_comes_again_and_again(rule: Callable[..., set[str]]) -> None:
    assert rule("a", shown="a", met={"a": (9, 9)}) == {"a"}


# The rule on real histories: whatever happened, and whatever is remembered of it, the draw does what the plain reading of the rows says


@dataclass(frozen=True)
class Step:
    """Something that somebody does in one of two channels."""

    what: str
    channel: int
    person: int
    which: int


steps = st.builds(
    Step,
    what=st.sampled_from(["draw", "draw", "answer", "hint", "post", "post"]),
    channel=st.integers(1, 2),
    person=st.integers(1, 2),
    which=st.integers(0, 9),
)


class Life:
    """People drawing, taking hints and answering, written by the statements of the product, a minute apart."""

    def __init__(self, conn: Connection, bank: Bank) -> None:
        self.conn = conn
        self.bank = bank
        self.now = NOON

    def post(self, question_id: str, channel: int, person: int) -> Posting:
        self.now += timedelta(minutes=1)
        question = self.bank.question(question_id)
        assert question is not None
        closes = self.now + timedelta(hours=1)
        new = new_posting(Kind.INTERVIEW, question, Filters(), Spot(1, channel), self.now, closes, place=Place.CHANNEL, owner_id=person)
        return store.add_posting(self.conn, new)

    def hint(self, posting: Posting, person: int) -> None:
        self.now += timedelta(minutes=1)
        store.begin(self.conn, posting, person, self.now)

    def answer(self, posting: Posting, person: int) -> None:
        """As often as they like; the first one to a posting counts."""
        self.now += timedelta(minutes=1)
        seat = store.seat(self.conn, posting.id, person)
        assert seat is not None
        version = Version("Some answer.", self.now, late=False, after_answer=False)
        attempt = seat.attempt
        if attempt is None or attempt.submitted is None:
            attempt = store.submit(self.conn, posting, person, version, None, "modal")
            store.count_practised(self.conn, person, posting.question_id, self.now)
        store.add_version(self.conn, attempt.id, version)

    def draw(self, filters: Filters, rng: random.Random, channel: int = 1, person: int = 1) -> str:
        return drawn(self.conn, self.bank.pool(filters), channel, person, rng).id

    def best(self, pool: set[str], channel: int, person: int) -> set[str]:
        """The rule as it is written in the design, read slowly from all rows."""
        in_channel = self.conn.execute(select(postings.c.question_id).where(postings.c.channel_id == channel).order_by(postings.c.id.desc()))
        of_pool = [question_id for question_id in dict.fromkeys(in_channel.scalars()) if question_id in pool]
        pool = pool - set(of_pool[: len(pool) // 2])
        seen: dict[str, datetime] = {}
        practised: dict[str, tuple[int, datetime]] = {}
        for row in self.conn.execute(select(postings).where(postings.c.owner_id == person)):
            seen[row.question_id] = max(seen.get(row.question_id, NOON), row.opened)
        for row in self.conn.execute(select(attempts).where(attempts.c.user_id == person)):
            seen[row.question_id] = max(seen.get(row.question_id, NOON), row.started)
        for row in self.conn.execute(select(practice_counts).where(practice_counts.c.user_id == person)):
            practised[row.question_id] = row._mapping["count"], row.last
        if new := pool - seen.keys() - practised.keys():
            return new
        least = min(practised[each][0] if each in practised else 0 for each in pool)
        pool = {each for each in pool if (practised[each][0] if each in practised else 0) == least}
        when = {each: practised[each][1] if each in practised else seen[each] for each in pool}
        return {each for each in pool if when[each] == min(when.values())}


class Stage:
    """A database file, and the bank of two topics. A plain class, so that Hypothesis does not print the bank."""

    def __init__(self, database_url: str, bank: Bank) -> None:
        self.engine = create_engine(database_url.replace("+aiosqlite", ""))
        self.bank = bank

    @contextmanager
    def life(self) -> Iterator[Life]:
        """Something happens, on the real file; afterwards it never did."""
        with self.engine.connect() as conn:
            yield Life(conn, self.bank)
            conn.rollback()


@pytest.fixture
def stage(database_url: str, thirty: Bank) -> Iterator[Stage]:
    """Where the stories happen."""
    stage = Stage(database_url, thirty)
    yield stage
    stage.engine.dispose()


def live(life: Life, story: list[Step], filters: Filters, next_one: Callable[[int, int], str]) -> None:
    """Go through a story, and check every draw of it against the slow reading. What others post is often of the same pool."""
    pool = {question.id for question in life.bank.pool(filters)}
    posted = sorted(pool) * 3 + [question.id for question in life.bank.pool(Filters())]
    cards: list[Posting] = []
    for step in story:
        if step.what == "draw":
            chosen = next_one(step.channel, step.person)
            assert chosen in life.best(pool, step.channel, step.person)
            cards.append(life.post(chosen, step.channel, step.person))
        elif step.what == "post":
            cards.append(life.post(posted[step.which % len(posted)], step.channel, step.person))
        elif cards and step.what == "answer":
            life.answer(cards[-1 - step.which % len(cards)], step.person)
        elif cards:
            life.hint(cards[-1 - step.which % len(cards)], step.person)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    story=st.lists(steps, min_size=40, max_size=100),
    filters=st.sampled_from(SMALL),
    seed=st.integers(0, 9),
    sampled=st.sampled_from([1, 3, 24]),
)
def test_every_draw_follows_the_rule_whatever_happened_before(stage: Stage, story: list[Step], filters: Filters, seed: int, sampled: int) -> None:
    with stage.life() as life, patch.object(draw, "SAMPLE", sampled):
        rng = seeded(seed)
        live(life, story, filters, lambda channel, person: life.draw(filters, rng, channel, person))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    story=st.lists(st.tuples(st.sampled_from(FILTERS), st.integers(1, 2), st.integers(1, 2)), min_size=1, max_size=60),
    sampled=st.sampled_from([1, 24]),
)
def test_filters_hold_when_they_change_from_draw_to_draw(stage: Stage, story: list[tuple[Filters, int, int]], sampled: int) -> None:
    with stage.life() as life, patch.object(draw, "SAMPLE", sampled):
        rng = seeded(1)
        for filters, channel, person in story:
            if not stage.bank.pool(filters):
                continue
            question = drawn(life.conn, stage.bank.pool(filters), channel, person, rng)

            assert filters.difficulty in (None, question.difficulty)
            assert filters.topic in (None, stage.bank.topic_of(question.id).id)
            assert filters.type in (None, question.type)
            assert question.id in life.best({each.id for each in stage.bank.pool(filters)}, channel, person)
            life.post(question.id, channel, person)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=st.sampled_from(FILTERS), seed=st.integers(0, 99), sampled=st.sampled_from([1, 24]), answers=st.booleans())
def test_one_person_sees_the_whole_pool_before_anything_comes_again(stage: Stage, filters: Filters, seed: int, sampled: int, answers: bool) -> None:
    pool = [question.id for question in stage.bank.pool(filters)]
    with stage.life() as life, patch.object(draw, "SAMPLE", sampled):
        rng = seeded(seed)
        for _ in range(3):
            seen = []
            for _ in pool:
                card = life.post(life.draw(filters, rng, 1, 1), 1, 1)
                if answers:
                    life.answer(card, 1)
                seen.append(card.question_id)

            assert sorted(seen) == sorted(pool)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=st.sampled_from(FILTERS), seed=st.integers(0, 99), people=st.lists(st.integers(1, 5), min_size=40, max_size=40))
def test_a_channel_sees_half_the_pool_before_anything_comes_again(stage: Stage, filters: Filters, seed: int, people: list[int]) -> None:
    pool = stage.bank.pool(filters)
    if not pool:
        return
    with stage.life() as life:
        rng = seeded(seed)
        seen = [life.post(life.draw(filters, rng, 1, person), 1, person).question_id for person in people]

    window = len(pool) // 2 + 1
    assert all(len(set(seen[start : start + window])) == window for start in range(len(seen) - window + 1))


@pytest.mark.parametrize("sampled", [1, 24])
def test_a_count_outlives_the_postings_it_came_from(stage: Stage, sampled: int) -> None:
    pool = {question.id for question in stage.bank.pool(Filters("easy", "second"))}
    only_new, *practised = sorted(pool)
    with stage.life() as life, patch.object(draw, "SAMPLE", sampled):
        for question_id in practised:
            life.answer(life.post(question_id, 1, 1), 1)
        for table in (attempts, postings):
            life.conn.execute(delete(table))

        chosen = {life.draw(Filters("easy", "second"), seeded(seed)) for seed in SEEDS}

        assert chosen == {only_new}


def test_a_draw_can_be_repeated_with_its_seed(stage: Stage) -> None:
    with stage.life() as life:
        first, second = seeded(5), seeded(5)

        assert [life.draw(Filters(), first) for _ in range(20)] == [life.draw(Filters(), second) for _ in range(20)]


def test_skipped_questions_come_back_in_the_order_in_which_they_were_skipped(stage: Stage) -> None:
    filters = Filters("hard", "first", "technical")
    pool = stage.bank.pool(filters)
    with stage.life() as life:
        rng = seeded(5)
        skipped = [life.post(life.draw(filters, rng, 1, 1), 1, 1).question_id for _ in pool]

        assert [life.post(life.draw(filters, rng, 1, 1), 1, 1).question_id for _ in pool] == skipped


async def test_the_rule_goes_on_after_a_restart(database_url: str, thirty: Bank) -> None:
    size = len(thirty.pool(Filters("easy", "second")))
    asked = []
    async with running(database_url, thirty) as world:
        for number in range(2 * size):
            card = await world.draw(difficulty="easy", topic="second")
            await world.answer(card, "A queue in front of the model.")
            asked.append((await world.rows(postings))[-1]["question_id"])
            await world.env.advance_time(60)
            if number % 2:
                await world.restart()

    assert len(set(asked[:size])) == size
    assert asked[size:] == asked[:size]

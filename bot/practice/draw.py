"""Which question comes next: the rule, without a database."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.bank.schema import Question

SAMPLE = 24  # questions that are asked for one by one, before all of a history is read


class Practised(NamedTuple):
    """How often a person has practised a question, and when last; for one that they only met, when that was."""

    times: int
    last: int  # microseconds since 1970: dates would take longer to read than all the rest


@dataclass(frozen=True, slots=True)
class History:
    """What a channel and a person have had. `channel` is newest first, each question once; `person` has every question they have met."""

    channel: Sequence[str] = ()
    person: Mapping[str, Practised] = field(default_factory=dict)


def sample(pool: Sequence[Question], rng: random.Random) -> Sequence[Question]:
    """A few questions of a larger pool in random order. One of them that neither channel nor person has had is as good as any by the rule."""
    return rng.sample(pool, SAMPLE)


def untouched(candidates: Sequence[Question], touched: Collection[str]) -> Question | None:
    """The first candidate that neither the channel nor the person has had, if there is one."""
    return next((question for question in candidates if question.id not in touched), None)


def choose(pool: Sequence[Question], history: History, rng: random.Random) -> Question:
    """The next question out of a pool that is not empty.

    First those that are not among the last half of the pool posted in the channel, then those that the person never met, then the least
    practised, then those practised longest ago; ties fall at random.
    """
    ids = {question.id for question in pool}
    recent = set([question_id for question_id in history.channel if question_id in ids][: len(pool) // 2])
    rank = _rank(recent, history.person)
    best = min(map(rank, pool))
    return rng.choice([question for question in pool if rank(question) == best])


Rank = tuple[bool, Practised]
NEVER = Practised(-1, 0)  # comes before whatever was met


def _rank(recent: Collection[str], person: Mapping[str, Practised]) -> Callable[[Question], Rank]:
    def rank(question: Question) -> Rank:
        return question.id in recent, person.get(question.id, NEVER)

    return rank

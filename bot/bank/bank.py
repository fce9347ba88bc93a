"""The bank in memory: immutable, and indexed by every combination of difficulty, topic and type."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Self

from bot.bank.schema import Question, Topic
from bot.errors import Refused

SHOWN_CHARS = 80  # of what somebody typed, in the sentence about it


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is asked to be; None asks nothing."""

    difficulty: str | None = None
    topic: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bank:
    """All questions. Build one with `Bank.build`."""

    topics: tuple[Topic, ...]
    _questions: Mapping[str, Question]
    _topic_of: Mapping[str, Topic]
    _pools: Mapping[Filters, tuple[Question, ...]]

    @classmethod
    def build(cls, topics: Iterable[Topic]) -> Self:
        """Index the questions of some topics; ids have been checked to be unique."""
        topics = tuple(topics)
        alike: dict[tuple[str, str, str], list[Question]] = defaultdict(list)
        for topic in topics:
            for question in topic.questions:
                alike[question.difficulty, topic.id, question.type].append(question)
        pools: dict[Filters, list[Question]] = defaultdict(list)
        for (difficulty, topic_id, kind), questions in alike.items():
            for asked in product((None, difficulty), (None, topic_id), (None, kind)):
                pools[Filters(*asked)] += questions
        return cls(
            topics,
            MappingProxyType({question.id: question for topic in topics for question in topic.questions}),
            MappingProxyType({question.id: topic for topic in topics for question in topic.questions}),
            MappingProxyType({filters: tuple(questions) for filters, questions in pools.items()}),
        )

    def __repr__(self) -> str:
        """Short: a debugger or a failing test would otherwise write out every question."""
        return f"<Bank of {len(self)} questions>"

    def __len__(self) -> int:
        """How many questions there are."""
        return len(self._questions)

    def question(self, question_id: str) -> Question | None:
        """A question, None if there is none of this id (any more)."""
        return self._questions.get(question_id)

    def named(self, question_id: str) -> Question:
        """A question that somebody has typed the id of. Refused: there is none, with those that it may be meant for."""
        question = self.question(question_id)
        if question is None:
            near = difflib.get_close_matches(question_id, self._questions, n=3, cutoff=0.4)
            raise Refused(f"There is no question “{_shown(question_id)}” in the bank." + (f" Near it: {', '.join(near)}." if near else ""))
        return question

    def id_of(self, typed: str) -> str:
        """The id of the question that somebody means by its title; anything else is taken for an id."""
        wanted = typed.strip()
        return next((question.id for question in self._questions.values() if question.title.casefold() == wanted.casefold()), wanted)

    def topic_named(self, typed: str) -> Topic:
        """A topic by its id or name, as somebody has typed or chosen it. Refused: there is none; with all that there are."""
        wanted = typed.strip().casefold()
        found = next((topic for topic in self.topics if wanted in (topic.id, topic.name.casefold())), None)
        if found is None:
            raise Refused(f"There is no topic called “{_shown(typed)}”. There are: {', '.join(topic.name for topic in self.topics)}.")
        return found

    def topic_of(self, question_id: str) -> Topic:
        """The topic of a question that is in the bank."""
        return self._topic_of[question_id]

    def pool(self, filters: Filters) -> tuple[Question, ...]:
        """All that fit, prepared beforehand; empty when nothing does."""
        return self._pools.get(filters, ())

    def loosened(self, filters: Filters) -> list[tuple[str, int]]:
        """For each part of a filter, how many questions there would be without it; only parts that are set and would give some."""
        counts = [(part, len(self.pool(replace(filters, **{part: None})))) for part in ("difficulty", "topic", "type") if getattr(filters, part)]
        return [(part, count) for part, count in counts if count]


def _shown(typed: str) -> str:
    """What somebody typed, without whatever Discord takes for more than text."""
    return re.sub(r"[\\*_~|`<>\[\]@#:/]", "", typed)[:SHOWN_CHARS]

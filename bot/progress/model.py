"""What progress passes between its doors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.bank.schema import Question
from bot.practice.model import Sureness

__all__ = ["NO_LONGER_ASKED", "Comparison", "Entry", "Kept", "Page", "Stats", "Streak", "Sureness", "Ticks", "TopicCount"]

NO_LONGER_ASKED = "No longer in the bank"


@dataclass(frozen=True, slots=True)
class Streak:
    """Consecutive days with a submitted answer, in the person's own zone; `resets` is when it falls to zero without another."""

    days: int
    resets: datetime | None
    today: bool  # whether today is among the days already


class Ticks(NamedTuple):
    """What self-checks come to: how many answers, and how many of the rubric points that were asked of them their author ticked."""

    answers: int
    ticked: int
    asked: int


@dataclass(frozen=True, slots=True)
class Stats:
    """One person's practice in numbers. The mappings count what was practised under each name, in the order to show."""

    total: int
    this_week: int
    streak: Streak
    by_difficulty: Mapping[str, int]
    by_type: Mapping[str, int]
    by_topic: Mapping[str, int]
    by_sureness: Mapping[Sureness, Ticks]
    by_competence: Mapping[str, Ticks]


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt with an answer, as the history lists it."""

    posting_id: int
    question_id: str
    question: Question | None  # None: it has left the bank
    at: datetime
    late: bool
    counted: bool  # False: all of it came after its author had seen the model answer
    ticked: tuple[int, ...] | None
    practised: int  # how often this question, in all
    attempts: int  # of one's own at this question that have an answer


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a person's history. `topic` and `question` are the numbers that it was narrowed by, 0 where it was not."""

    entries: Sequence[Entry]
    first: int  # how many come before it
    number: int  # from 0
    pages: int
    total: int
    topic: int
    question: int
    compared: int  # the number of the first question on it that has two answers, 0 for none
    about: str  # names of topic and question, empty when nothing narrows it
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that counts as a person's answer, with the question if the bank still has it."""

    question_id: str
    question: Question | None
    text: str
    at: datetime
    late: bool
    ticked: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The two newest answers to one question."""

    earlier: Kept
    later: Kept


@dataclass(frozen=True, slots=True)
class TopicCount:
    """What the bank has of a topic, and how many of these questions a person has practised."""

    id: str
    name: str
    by_difficulty: Mapping[str, int]
    total: int
    practised: int

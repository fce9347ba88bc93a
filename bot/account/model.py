"""What the account room passes between its doors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.preferences import Preferences

LONGEST_MINUTES = 180
WORD = "delete"  # to be typed by whoever wants everything erased
SHOWN_CHARS = 60  # of what somebody typed, in the sentence about it

Message = tuple[int, int]
"""The ids of a channel and of a message in it."""


@dataclass(frozen=True, slots=True)
class Own:
    """A person's settings, and what the clock on their wall shows."""

    preferences: Preferences
    local: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """How much is stored about a person."""

    answers: int  # attempts that were submitted
    texts: int  # every version of these
    drafts: int  # attempts that were begun and not submitted
    typed: int  # messages typed as parts of an answer
    rewritten: int  # rubric points written again
    offered: int
    drawn: int
    counts: int
    reports: int
    settings: int
    follows: int  # servers of whose daily questions they are reminded
    reminders: int  # of daily questions
    schedules: int  # of daily questions, made by them
    messages: int  # of the bot, holding the person's text

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to take along or to erase."""
        return not any(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of timers that belong to a person or a server: those whose key is the id of a posting, of an attempt, or of a schedule."""

    by_posting: Sequence[str]
    by_attempt: Sequence[str]
    by_schedule: Sequence[str]


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export."""

    name: str
    content: bytes


class NotUnderstood(Exception):  # noqa: N818 - not a fault: the person is asked again
    """What was typed means nothing here; the text says what would. `near`: what may have been meant."""

    def __init__(self, text: str, typed: str, near: Collection[str] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.typed = typed[:SHOWN_CHARS]
        self.near = near

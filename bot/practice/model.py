"""What practice passes between its doors: postings, attempts, and the debrief of one answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.bank.bank import Filters
from bot.bank.schema import Question
from bot.matching.matcher import Level, Match

FORM_CHARS = 4_000  # what one field of a modal takes (Discord, "Text Input")
ANSWER_CHARS = 20_000  # an answer that is typed in messages, all parts together
LATE_PARTS = timedelta(minutes=60)  # after its deadline a draft goes on taking what its author types
NOBODY = 0  # owner of a daily posting, and of one whose owner has had everything erased
OPEN_AT_MOST = 3  # cards that one person has started and not answered


class Kind(StrEnum):
    """Why a question was put in front of people."""

    INTERVIEW = "interview"  # somebody drew it
    DAILY = "daily"  # a schedule posted it, and it belongs to nobody


class Place(StrEnum):
    """Where a card stands, and so who can see it."""

    CHANNEL = "channel"
    PRIVATE = "private"
    DM = "dm"


class State(StrEnum):
    """How far a person has come with a posting."""

    STARTED = "started"  # took a hint, or looked at the model answer after closing
    SUBMITTED = "submitted"


class Sureness(StrEnum):
    """How sure somebody is of an answer, said before the model answer is seen."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Recall(StrEnum):
    """How well somebody knew the answer; the four grades of spaced repetition."""

    AGAIN = "again"
    HARD = "hard"
    GOOD = "good"
    EASY = "easy"


@dataclass(frozen=True, slots=True)
class Spot:
    """The channel in which a card is drawn."""

    guild_id: int | None
    channel_id: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A question put in front of people at one place. `message_id` is None until Discord has confirmed the card."""

    id: int
    kind: Kind
    question_id: str
    place: Place
    filters: Filters
    spot: Spot
    message_id: int | None
    owner_id: int
    practised_before: int  # by anybody, when it was drawn; the card shows it and is never edited for it
    opened: datetime
    closes: datetime
    closed: datetime | None
    ended_early: bool
    nonce: str

    @property
    def open(self) -> bool:
        """Whether its card still takes answers on time."""
        return self.closed is None

    @property
    def ends(self) -> datetime:
        """The moment from which on an answer is late."""
        return self.closed or self.closes

    @property
    def length(self) -> timedelta:
        """The time that was given."""
        return self.closes - self.opened


@dataclass(frozen=True, slots=True)
class Version:
    """One text that was submitted, as it was typed."""

    text: str
    at: datetime
    late: bool
    after_answer: bool  # sent after its author had seen the model answer: kept, and changes nothing


@dataclass(frozen=True, slots=True)
class Attempt:
    """One person's way through one posting."""

    id: int
    posting_id: int
    user_id: int
    question_id: str
    state: State
    late: bool
    sureness: Sureness | None
    hints: int
    started: datetime
    submitted: datetime | None
    saw_answer: datetime | None
    ticked: tuple[int, ...] | None  # rubric points by index, as the person ticked them; None before the self-check
    rating: Recall | None
    dm_channel_id: int | None
    dm_card_id: int | None
    began: datetime | None  # first opened the form or the draft for a daily question
    draft: bool  # whether what the person types in their direct messages belongs to it


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A rubric point that was missed, written again after the debrief. It counts nowhere."""

    point: int  # index in the rubric
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seat:
    """One person at one posting: their attempt if there is one, the version that counts, and the newest one from after the model answer."""

    posting: Posting
    attempt: Attempt | None
    answer: Version | None
    aside: Version | None
    looks: tuple[SecondLook, ...] = ()  # oldest first


@dataclass(frozen=True, slots=True)
class Form:
    """What the `Answer` modal opens with."""

    posting: Posting
    text: str
    sureness: Sureness | None


@dataclass(frozen=True, slots=True)
class Part:
    """One message of an answer that is typed in direct messages, or chosen with `Use as my answer`."""

    message_id: int
    text: str
    at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that is being typed in direct messages."""

    posting: Posting
    attempt: Attempt
    parts: tuple[Part, ...]  # in the order in which they were sent

    @property
    def text(self) -> str:
        """The answer so far."""
        return "\n".join(part.text for part in self.parts)

    @property
    def until(self) -> datetime:
        """From then on a message no longer belongs to it."""
        return self.posting.ends + LATE_PARTS


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What somebody wrote last about one rubric point, and how its wording compares with that point alone; None: not compared."""

    point: int  # index in the rubric
    text: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class Debrief:
    """What a person sees after submitting. `answer` is the version that counts; without one, what came after the model answer."""

    posting: Posting
    question: Question
    attempt: Attempt
    answer: Version
    match: Match
    aside: Version | None  # came after the model answer and beside the version that counts
    rewritten: tuple[Rewritten, ...] = ()  # at most one for each point, in the order of the rubric

    @property
    def unticked(self) -> list[int]:
        """The rubric points that the self-check left open, by index; none before it."""
        ticked = self.attempt.ticked
        return [] if ticked is None else [index for index in range(len(self.question.rubric)) if index not in ticked]

    @property
    def took(self) -> timedelta | None:
        """From the opening of the posting to the answer that counts; for a daily from when its author began. None: nobody knows when that was."""
        began = self.attempt.began if self.posting.kind is Kind.DAILY else self.posting.opened
        return None if began is None or began > self.answer.at else self.answer.at - began


@dataclass(frozen=True, slots=True)
class Card:
    """A posting with what its card shows of the question; None when the question has left the bank since."""

    posting: Posting
    question: Question | None
    topic_name: str


@dataclass(frozen=True, slots=True)
class Hints:
    """The hints that a person has taken so far, the newest last."""

    posting_id: int
    shown: Sequence[str]
    of: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What `End now` did: closed the card, or asks first because others are at it too."""

    card: Card
    closed: bool
    others: int

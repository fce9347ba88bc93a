"""What the daily room passes between its doors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.bank.bank import Filters
from bot.bank.schema import DIFFICULTIES, Question
from bot.daily.calendar import WEEKDAYS, Occasion, Rhythm
from bot.practice.model import Card, Posting

ANY = "any"
MOST_SCHEDULES = 10  # of one server
LATE_UP_TO = timedelta(hours=6)  # a post that was missed by more is not made up for
FAILURES = 3  # in a row; then a schedule is paused
SHOW_EVERY = timedelta(minutes=1)  # the line with the number of answers, at most so often
REMIND_BEFORE = timedelta(hours=2)  # the reveal
STREAKS = (7, 30, 100)  # days for which a server can give a role


class Trouble(StrEnum):
    """Why a question could not be posted."""

    CHANNEL = "channel"  # deleted
    PERMISSION = "permission"  # taken away
    SERVER = "server"  # has removed the bot
    THREADS = "threads"  # as many as Discord allows are open
    TAG = "tag"  # the forum wants one, and has none that the bot may use
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Levels:
    """The difficulty of each weekday; days that are not named have any."""

    by_day: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, stored: str) -> "Levels":
        """Read what `str` has written."""
        if stored == ANY:
            return cls()
        if stored in DIFFICULTIES:
            return cls(dict.fromkeys(WEEKDAYS, stored))
        return cls(dict(part.split("=") for part in stored.split(",")))

    def __str__(self) -> str:
        """`any`, `easy`, or `mon=easy,fri=hard`."""
        values = set(self.by_day.values())
        if len(values) == 1 and len(self.by_day) == len(WEEKDAYS):
            return values.pop()
        return ",".join(f"{day}={self.by_day[day]}" for day in WEEKDAYS if day in self.by_day) or ANY

    def on(self, day: date) -> str | None:
        """The difficulty on a date; None: any."""
        return self.by_day.get(WEEKDAYS[day.weekday()])


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a person says about a schedule."""

    channel_id: int
    rhythm: Rhythm
    levels: Levels = Levels()
    topic: str | None = None
    type: str | None = None
    role_id: int | None = None
    reveal_after: int = 12  # hours
    thread: bool = True

    def filters(self, day: date) -> Filters:
        """What the question of a day is asked to be."""
        return Filters(self.levels.on(day), self.topic, self.type)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan of a server. It posts when it is confirmed and neither paused nor removed."""

    id: int
    guild_id: int
    maker_id: int
    plan: Plan
    confirmed: datetime | None
    paused: datetime | None
    trouble: Trouble | None  # why the last try to post failed
    failures: int  # in a row
    removed: datetime | None

    @property
    def active(self) -> bool:
        """Whether it posts."""
        return self.confirmed is not None and self.paused is None and self.removed is None


@dataclass(frozen=True, slots=True)
class Listed:
    """A schedule with what a person wants to see of it."""

    schedule: Schedule
    topic_name: str | None
    next: tuple[Occasion, ...]  # the next three, also of one that is paused
    queued: tuple[str, ...]  # titles of the questions that come first
    last: Card | None  # what it has posted last


@dataclass(frozen=True, slots=True)
class Claim:
    """One day's post, kept before it is sent. `sure`: no try to send it was begun before, so that there is nothing to look for."""

    schedule: Schedule
    post: "Post"
    due: datetime
    sure: bool
    late: bool  # too late to be sent, but it may be there


@dataclass(frozen=True, slots=True)
class Post:
    """A daily post as it stands."""

    card: Card
    day: date
    role_id: int | None  # is pinged
    thread: bool  # its answer is revealed in one
    own_thread: bool  # it is a post of a forum
    answered: int
    shown: int  # answers that its card says
    shown_at: datetime | None
    revealed: datetime | None

    @property
    def posting(self) -> Posting:
        """What its card stands for."""
        return self.card.posting


@dataclass(frozen=True, slots=True)
class Reveal:
    """What is told when the time of a daily post is up."""

    post: Post
    question: Question
    checked: int  # self-checks
    ticks: tuple[int, ...]  # for each rubric point, how many have ticked it


@dataclass(frozen=True, slots=True)
class Reward:
    """Roles that a person has earned in a server."""

    guild_id: int
    user_id: int
    role_ids: tuple[int, ...]
    streak: int


@dataclass(frozen=True, slots=True)
class Following:
    """Whether somebody hears of a server's dailies. `before`: they did so already; `reminders`: their own settings let them."""

    before: bool
    reminders: bool

"""When a schedule posts: days and a time of day in a zone, through every change of its clocks."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of `date.weekday`
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A time of day on some days of the week. `minute` counts from midnight on the wall; `days` has at least one of `WEEKDAYS`."""

    minute: int
    zone: ZoneInfo
    days: tuple[str, ...]

    @property
    def time(self) -> time:
        """The time on the wall."""
        return time(*divmod(self.minute, 60))


@dataclass(frozen=True, slots=True)
class Occasion:
    """One day of a rhythm: its date in the rhythm's own zone, and the moment in UTC."""

    day: date
    at: datetime


def occasion(rhythm: Rhythm, day: date) -> Occasion | None:
    """When the rhythm's time comes on a day, whether that is one of its weekdays or not. None: the zone skips the whole day.

    A time that the clocks skip is the next valid minute, one that they repeat is the first of the two (PEP 495: fold 0).
    """
    midnight = datetime.combine(day, time())
    wall = datetime.combine(day, rhythm.time)
    while wall.date() == day or _at(midnight, rhythm.zone) is not None:
        at = _at(wall, rhythm.zone)
        if at is not None:
            return Occasion(day, at)
        wall += MINUTE
    return None


def _at(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment at which a clock shows this, None when it never does."""
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None) == wall else None


def occasions(rhythm: Rhythm, after: datetime, taken: Collection[date] = ()) -> Iterator[Occasion]:
    """The rhythm's occasions later than a moment (aware), the next first, without days that are taken."""
    day = after.astimezone(rhythm.zone).date()
    while True:
        if WEEKDAYS[day.weekday()] in rhythm.days and day not in taken:
            found = occasion(rhythm, day)
            if found is not None and found.at > after:
                yield found
        day += DAY


def today(rhythm: Rhythm, now: datetime) -> date:
    """The date on the rhythm's wall."""
    return now.astimezone(rhythm.zone).date()

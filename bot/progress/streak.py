"""The rule of the streak, one everywhere."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.progress.model import Streak

DAY = timedelta(days=1)


def streak(submitted: Iterable[datetime], zone: ZoneInfo, now: datetime) -> Streak:
    """Consecutive days with a submitted answer up to today, or up to yesterday while today can still be saved.

    `submitted` and `now` are aware; days are those of `zone`.
    """
    days = {moment.astimezone(zone).date() for moment in submitted}
    today = now.astimezone(zone).date()
    last = today if today in days else today - DAY
    length = 0
    while last - length * DAY in days:
        length += 1
    if length == 0:
        return Streak(0, None, today=False)
    return Streak(length, midnight(last + 2 * DAY, zone), today=today in days)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)

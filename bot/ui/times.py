"""Times as Discord and people write them."""

from datetime import datetime, timedelta


def countdown(at: datetime) -> str:
    """Discord's own live countdown: every client shows "in 12 minutes" in its own language and keeps it current."""
    return f"<t:{int(at.timestamp())}:R>"


def clock(at: datetime) -> str:
    """The time of day in the reader's own zone."""
    return f"<t:{int(at.timestamp())}:t>"


def date_and_time(at: datetime) -> str:
    """Weekday, date and time in the reader's own zone and language."""
    return f"<t:{int(at.timestamp())}:F>"


def duration(span: timedelta) -> str:
    """`2 h 5 min`, `12 min 30 s`, `8 s`: the two largest units, never negative."""
    seconds = max(0, round(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    first = next((index for index, (amount, _) in enumerate(units) if amount), len(units) - 1)
    return " ".join(f"{amount} {unit}" for amount, unit in units[first : first + 2] if amount) or "0 s"

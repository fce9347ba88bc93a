"""Times as a person reads them."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.times import clock, countdown, duration

SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
MOMENT = datetime(2026, 3, 29, 1, 30, 15, 999_999, UTC)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=-5), "0 s"),  # two clocks need not agree
        (timedelta(seconds=0.4), "0 s"),
        (timedelta(seconds=8), "8 s"),
        (timedelta(seconds=59.6), "1 min"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=12, seconds=30), "12 min 30 s"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, seconds=5), "2 h"),
        (timedelta(hours=2, minutes=5, seconds=59), "2 h 5 min"),
        (timedelta(days=1, minutes=59), "1 d"),
        (timedelta(days=40, hours=3, minutes=1), "40 d 3 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(span: timedelta, said: str) -> None:
    assert duration(span) == said


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_a_duration_is_right_to_its_smaller_unit(span: timedelta) -> None:
    said = duration(span)

    assert re.fullmatch(r"\d+ (d|h|min|s)( \d+ (h|min|s))?", said)
    units = [(int(amount), SECONDS[unit]) for amount, unit in re.findall(r"(\d+) (\w+)", said)]
    total = sum(amount * seconds for amount, seconds in units)
    left_out = units[0][1] / min(60, units[0][1]) if units[0][1] < SECONDS["d"] else SECONDS["h"]
    assert -0.5 <= span.total_seconds() - total < max(left_out, 1)


@pytest.mark.parametrize("hours", [-11, 0, 2, 14])
def test_a_time_is_the_same_moment_in_every_zone(hours: int) -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=hours)))

    assert countdown(elsewhere) == f"<t:{int(MOMENT.timestamp())}:R>"
    assert clock(elsewhere) == f"<t:{int(MOMENT.timestamp())}:t>"


def test_discord_takes_whole_seconds_only() -> None:
    assert re.fullmatch(r"<t:\d+:R>", countdown(MOMENT))
    assert re.fullmatch(r"<t:\d+:t>", clock(MOMENT))

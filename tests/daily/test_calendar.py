"""The days and moments of a rhythm, through every kind of change that a zone makes to its clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.daily.calendar import DAY, WEEKDAYS, Rhythm, occasion, occasions, today

BERLIN, NEW_YORK, KOLKATA = "Europe/Berlin", "America/New_York", "Asia/Kolkata"
LORD_HOWE = "Australia/Lord_Howe"  # its clocks change by half an hour
APIA = "Pacific/Apia"  # went over the date line: 2011-12-30 did not exist there; and gave up summer time in 2021
NUUK = "America/Nuuk"  # in spring, its clocks go from 23:00 to the next day
CAIRO = "Africa/Cairo"  # in spring, its clocks go from midnight to 1:00
ZONES = (BERLIN, NEW_YORK, KOLKATA, LORD_HOWE, APIA, NUUK, CAIRO, "UTC")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def rhythm(at: str, zone: str, days: tuple[str, ...] = WEEKDAYS) -> Rhythm:
    """Every day, at a time that is written as people do."""
    wall = time.fromisoformat(at)
    return Rhythm(wall.hour * 60 + wall.minute, ZoneInfo(zone), days)


def utc(written: str) -> datetime:
    """A moment, as `2026-03-29 01:00`."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        (BERLIN, "02:00", "2026-03-29", "2026-03-29 01:00"),
        (BERLIN, "02:30", "2026-03-29", "2026-03-29 01:00"),
        (NEW_YORK, "02:30", "2026-03-08", "2026-03-08 07:00"),
        (LORD_HOWE, "02:00", "2026-10-04", "2026-10-03 15:30"),
        (LORD_HOWE, "02:29", "2026-10-04", "2026-10-03 15:30"),
        (CAIRO, "00:00", "2026-04-24", "2026-04-23 22:00"),
        (NUUK, "23:30", "2026-03-28", "2026-03-29 01:00"),
    ],
)
def test_a_time_that_the_clocks_skip_comes_at_the_next_valid_minute(zone: str, at: str, day: str, moment: str) -> None:
    found = occasion(rhythm(at, zone), date.fromisoformat(day))

    assert found is not None
    assert (found.day, found.at) == (date.fromisoformat(day), utc(moment))


@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        (BERLIN, "02:00", "2026-10-25", "2026-10-25 00:00"),
        (BERLIN, "02:30", "2026-10-25", "2026-10-25 00:30"),
        (NEW_YORK, "01:30", "2026-11-01", "2026-11-01 05:30"),
        (LORD_HOWE, "01:45", "2026-04-05", "2026-04-04 14:45"),
        (APIA, "03:30", "2021-04-04", "2021-04-03 13:30"),
        (NUUK, "23:30", "2026-10-24", "2026-10-25 00:30"),
    ],
)
def test_a_time_that_the_clocks_repeat_comes_at_the_first_of_the_two(zone: str, at: str, day: str, moment: str) -> None:
    repeated = rhythm(at, zone)

    found = list(islice(occasions(repeated, utc(moment) - MINUTE), 2))

    assert [each.day for each in found] == [date.fromisoformat(day), date.fromisoformat(day) + DAY]
    assert found[0].at == utc(moment)
    assert next(occasions(repeated, utc(moment))) == found[1]


@pytest.mark.parametrize(
    ("zone", "at", "day", "moment"),
    [
        (BERLIN, "09:00", "2026-01-15", "2026-01-15 08:00"),
        (BERLIN, "09:00", "2026-03-29", "2026-03-29 07:00"),
        (BERLIN, "03:00", "2026-03-29", "2026-03-29 01:00"),
        (NEW_YORK, "23:59", "2026-07-01", "2026-07-02 03:59"),
        (KOLKATA, "00:00", "2026-03-29", "2026-03-28 18:30"),
        (KOLKATA, "02:30", "2026-10-25", "2026-10-24 21:00"),
        (LORD_HOWE, "09:00", "2026-01-15", "2026-01-14 22:00"),
        (LORD_HOWE, "09:00", "2026-07-15", "2026-07-14 22:30"),
        (APIA, "09:00", "2011-12-29", "2011-12-29 19:00"),
        (APIA, "09:00", "2011-12-31", "2011-12-30 19:00"),
        (APIA, "09:00", "2021-04-03", "2021-04-02 19:00"),
        (APIA, "09:00", "2021-04-05", "2021-04-04 20:00"),
        (APIA, "09:00", "2026-01-15", "2026-01-14 20:00"),
    ],
)
def test_on_an_ordinary_day_it_comes_when_the_clock_on_the_wall_shows_the_time(zone: str, at: str, day: str, moment: str) -> None:
    found = occasion(rhythm(at, zone), date.fromisoformat(day))

    assert found is not None
    assert found.at == utc(moment)


@pytest.mark.parametrize("at", ["00:00", "09:00", "23:59"])
def test_a_day_that_a_zone_skips_has_none(at: str) -> None:
    before = utc("2011-12-28 12:00")

    found = list(islice(occasions(rhythm(at, APIA), before), 5))

    skipped = date(2011, 12, 30)
    assert occasion(rhythm(at, APIA), skipped) is None
    assert skipped not in {each.day for each in found}
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= {each.day for each in found}


def test_only_the_chosen_weekdays_come_as_the_zone_counts_them() -> None:
    friday_evening = utc("2026-01-02 18:00")  # Saturday in Apia

    in_berlin = islice(occasions(rhythm("09:00", BERLIN, ("mon", "sat")), friday_evening), 3)
    in_apia = islice(occasions(rhythm("09:00", APIA, ("mon", "sat")), friday_evening), 3)

    assert [each.at for each in in_berlin] == [utc("2026-01-03 08:00"), utc("2026-01-05 08:00"), utc("2026-01-10 08:00")]
    assert [each.at for each in in_apia] == [utc("2026-01-02 20:00"), utc("2026-01-04 20:00"), utc("2026-01-09 20:00")]
    assert today(rhythm("09:00", APIA), friday_evening) == date(2026, 1, 3)


def test_days_that_have_a_post_are_left_out() -> None:
    taken = {date(2026, 1, 2), date(2026, 1, 4)}

    found = islice(occasions(rhythm("09:00", BERLIN), utc("2026-01-01 12:00"), taken), 3)

    assert [each.day.day for each in found] == [3, 5, 6]


def test_the_time_that_is_now_is_over() -> None:
    nine = utc("2026-01-01 08:00")

    assert next(occasions(rhythm("09:00", BERLIN), nine)).at == nine + DAY
    assert next(occasions(rhythm("09:00", BERLIN), nine - timedelta(microseconds=1))).at == nine


# The rule, said without a calendar: of a day that the zone has, the first minute at which its wall shows that time of that day or something later.


def first_minute(zone: ZoneInfo, wall: datetime) -> datetime:
    """Found by looking at each minute at which it could be."""
    moment = wall.replace(tzinfo=UTC) - 15 * HOUR
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += MINUTE
    return moment


changes = st.sampled_from([date(2026, 3, 8), date(2026, 3, 28), date(2026, 4, 4), date(2026, 4, 24), date(2026, 10, 4), date(2026, 10, 25)])
moments = st.builds(lambda day, minute: datetime.combine(day, time(), UTC) + (minute - 3 * 1440) * MINUTE, changes, st.integers(0, 4 * 1440))
some_days = st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(lambda chosen: tuple(day for day in WEEKDAYS if day in chosen))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 4 * 60) | st.integers(0, 1439), some_days, moments, st.integers(1, 5))
def test_between_two_moments_each_day_that_fits_comes_once_in_order_and_at_its_time(
    name: str, minute: int, days: tuple[str, ...], after: datetime, length: int
) -> None:
    zone = ZoneInfo(name)
    every = Rhythm(minute, zone, days)
    until = after + length * DAY

    found = list(takewhile(lambda each: each.at <= until, occasions(every, after)))

    dates = [after.astimezone(zone).date() + number * DAY for number in range(-1, length + 2)]
    expected = [(day, first_minute(zone, datetime.combine(day, every.time))) for day in dates if WEEKDAYS[day.weekday()] in days]
    assert [(each.day, each.at) for each in found] == [(day, at) for day, at in expected if after < at <= until]

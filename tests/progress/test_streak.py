"""The rule of the streak: consecutive days with an answer, in the person's own zone, until it resets."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.progress.model import Streak
from bot.progress.streak import midnight, streak

BERLIN, NEW_YORK, KOLKATA, APIA = ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")]
INSTANT = timedelta(microseconds=1)


def at(text: str, zone: ZoneInfo) -> datetime:
    """A time as the clock on that wall shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_day_up_to_today_counts_and_the_end_of_tomorrow_resets_it(zone: ZoneInfo) -> None:
    answered = [at(f"2026-05-{day} {hour}", zone) for day, hour in ((12, "00:00"), (13, "23:59:59"), (14, "07:00"), (14, "19:00"))]

    assert streak(answered, zone, at("2026-05-14 20:00", zone)) == Streak(3, at("2026-05-16 00:00", zone), today=True)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_streak_is_alive_while_today_is_not_over(zone: ZoneInfo) -> None:
    answered = [at("2026-05-12 08:00", zone), at("2026-05-13 08:00", zone)]
    until = at("2026-05-15 00:00", zone)

    assert streak(answered, zone, until - INSTANT) == Streak(2, until, today=False)
    assert streak(answered, zone, until) == Streak(0, None, today=False)


def test_a_missed_day_begins_a_new_streak() -> None:
    answered = [at(f"2026-05-{day} 08:00", BERLIN) for day in (10, 11, 13, 14)]

    assert streak(answered, BERLIN, at("2026-05-14 12:00", BERLIN)).days == 2


def test_nobody_has_a_streak_without_an_answer() -> None:
    assert streak([], BERLIN, at("2026-05-13 12:00", BERLIN)) == Streak(0, None, today=False)


def test_the_same_answers_are_other_days_in_other_zones() -> None:
    answered = [datetime(2026, 5, 12, 10, 30, tzinfo=UTC), datetime(2026, 5, 13, 3, 30, tzinfo=UTC), datetime(2026, 5, 13, 20, 30, tzinfo=UTC)]
    now = answered[-1]

    days = {zone: streak(answered, zone, now).days for zone in ZONES}

    # Apia (+13): 12th 23:30, 13th 16:30, 14th. Kolkata (+5:30): 12th, 13th 09:00, 14th 02:00. New York (-4): 12th 06:30, 12th 23:30, 13th.
    assert days == {APIA: 3, KOLKATA: 3, BERLIN: 2, NEW_YORK: 2}


@pytest.mark.parametrize(
    ("zone", "eve", "hours"),
    [(BERLIN, "2026-03-29", 23), (BERLIN, "2026-10-25", 25), (NEW_YORK, "2026-03-08", 23), (NEW_YORK, "2026-11-01", 25), (KOLKATA, "2026-03-29", 24)],
    ids=str,
)
def test_a_day_is_as_long_as_clocks_make_it(zone: ZoneInfo, eve: str, hours: int) -> None:
    begin = at(f"{eve} 00:00", zone).astimezone(UTC)
    end = begin + timedelta(hours=hours)
    answered = [begin - timedelta(hours=1), end - INSTANT, end]

    assert streak(answered, zone, end).days == 3
    assert streak(answered[:1], zone, begin).resets == end
    assert streak(answered[:1], zone, end - INSTANT).days == 1
    assert streak(answered[:1], zone, end).days == 0


def test_a_day_begins_at_its_first_moment_where_clocks_skip_or_repeat_midnight() -> None:
    skipped, repeated = ZoneInfo("Africa/Cairo"), ZoneInfo("America/Havana")

    assert midnight(at("2026-04-24", skipped).date(), skipped) == datetime(2026, 4, 23, 22, tzinfo=UTC)  # 00:00 to 01:00 is left out
    assert midnight(at("2026-11-01", repeated).date(), repeated) == datetime(2026, 11, 1, 4, tzinfo=UTC)  # 00:00 to 01:00 comes twice


NEAR_CHANGES = [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 8), (3, 29), (6, 15), (10, 25), (11, 1), (12, 31))]
moments = st.tuples(st.sampled_from(NEAR_CHANGES), st.integers(-8 * 24 * 60, 8 * 24 * 60))  # minutes


@given(base=moments, before=st.lists(st.integers(0, 9 * 24 * 60), max_size=14), zone=st.sampled_from(ZONES))
def test_it_is_what_one_counts_on_a_calendar(base: tuple[datetime, int], before: list[int], zone: ZoneInfo) -> None:
    now = base[0] + timedelta(minutes=base[1])
    answered = [now - timedelta(minutes=minutes) for minutes in before]

    found = streak(answered, zone, now)

    marked = sorted({moment.astimezone(zone).date().toordinal() for moment in answered}, reverse=True)
    today = now.astimezone(zone).date().toordinal()
    run = [day for index, day in enumerate(marked) if day == marked[0] - index] if marked and marked[0] >= today - 1 else []
    assert (found.days, found.today) == (len(run), today in marked)


@given(base=moments, before=st.lists(st.integers(0, 9 * 24 * 60), max_size=14), zone=st.sampled_from(ZONES))
def test_it_lasts_until_the_time_that_is_shown_and_no_longer(base: tuple[datetime, int], before: list[int], zone: ZoneInfo) -> None:
    now = base[0] + timedelta(minutes=base[1])
    answered = [now - timedelta(minutes=minutes) for minutes in before]

    found = streak(answered, zone, now)

    assert (found.resets is None) == (found.days == 0)
    if found.resets is not None:
        assert now < found.resets
        assert streak(answered, zone, found.resets - INSTANT).days == found.days
        assert streak(answered, zone, found.resets).days == 0

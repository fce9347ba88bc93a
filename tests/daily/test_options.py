"""What people may type into the options of `/daily`, and what they read when it is not understood."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import zones
from bot.bank.schema import DIFFICULTIES
from bot.daily import options
from bot.daily.calendar import WEEKDAYS
from bot.daily.model import Levels
from bot.errors import Refused

READERS = [options.minute_of_day, options.zone, options.days, options.levels]
SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)
WINTER = datetime(2026, 1, 1, 12, tzinfo=UTC)


def refusal(read: Callable[[str], object], typed: str) -> str:
    """What somebody reads who has typed this."""
    with pytest.raises(Refused) as refused:
        read(typed)
    return refused.value.text


# What is understood


@pytest.mark.parametrize(
    ("typed", "minute"),
    [
        ("00:00", 0),
        ("09:00", 540),
        ("9:05", 545),
        (" 18:30 ", 1110),
        ("23:59", 1439),
        ("9.30", 570),
        ("9h30", 570),
        ("9:00 am", 540),
        ("9:00PM", 1260),
        ("12:00 am", 0),
        ("12:15 pm", 735),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, minute: int) -> None:
    assert options.minute_of_day(typed) == minute


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("america/new_york", "America/New_York"),
        ("  New   York ", "America/New_York"),
        ("Berlin", "Europe/Berlin"),
        ("munich", "Europe/Berlin"),
        ("Bengaluru", "Asia/Kolkata"),
        ("lord howe", "Australia/Lord_Howe"),
        ("Apia", "Pacific/Apia"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_is_found_by_its_name_or_a_city(typed: str, name: str) -> None:
    assert options.zone(typed).key == name


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("daily", WEEKDAYS),
        ("Weekdays", WEEKDAYS[:5]),
        ("weekends", WEEKDAYS[5:]),
        ("mon,wed,fri", ("mon", "wed", "fri")),
        ("Friday; monday + wed", ("mon", "wed", "fri")),
        ("tues thurs thursdays", ("tue", "thu")),
        ("weekdays sun", (*WEEKDAYS[:5], "sun")),
    ],
)
def test_days_are_read_in_the_order_of_the_week_and_each_once(typed: str, days: tuple[str, ...]) -> None:
    assert options.days(typed) == days


@pytest.mark.parametrize("days", [WEEKDAYS, WEEKDAYS[:5], WEEKDAYS[5:], ("mon", "wed", "fri"), ("sun",)])
def test_days_in_words_are_read_as_the_same_days(days: tuple[str, ...]) -> None:
    assert options.days(options.days_in_words(days)) == days


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("any", "any"),
        ("Hard", "hard"),
        ("mon=easy,fri=hard", "mon=easy,fri=hard"),
        ("friday = hard; Mon = easy", "mon=easy,fri=hard"),
        ("weekdays=easy weekends=hard", "mon=easy,tue=easy,wed=easy,thu=easy,fri=easy,sat=hard,sun=hard"),
        ("daily=medium", "medium"),
        ("weekends=hard,sun=any", "sat=hard"),
        ("mon=any", "any"),
    ],
)
def test_difficulties_are_read_for_all_days_or_by_day(typed: str, shown: str) -> None:
    assert str(options.levels(typed)) == shown


def test_a_rotation_has_any_difficulty_on_the_days_that_it_does_not_name() -> None:
    rotation = options.levels("mon=easy,fri=hard")

    assert [rotation.on(date(2026, 1, day)) for day in range(5, 12)] == ["easy", None, None, None, "hard", None, None]


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(WEEKDAYS), st.sampled_from(DIFFICULTIES)))
def test_levels_are_the_same_after_they_were_stored_and_after_somebody_typed_them(by_day: dict[str, str]) -> None:
    levels = Levels(by_day)

    assert Levels.parse(str(levels)) == levels
    assert options.levels(str(levels)) == levels


# What is offered while somebody types a zone


@pytest.mark.parametrize(
    ("typed", "now", "first"),
    [
        ("berl", SUMMER, ("Europe/Berlin (UTC+2, 14:00)", "Europe/Berlin")),
        ("berl", WINTER, ("Europe/Berlin (UTC+1, 13:00)", "Europe/Berlin")),
        ("bangal", SUMMER, ("Bangalore: Asia/Kolkata (UTC+5:30, 17:30)", "Asia/Kolkata")),
        ("new_y", WINTER, ("America/New York (UTC-5, 07:00)", "America/New_York")),
        ("lord", WINTER, ("Australia/Lord Howe (UTC+11, 23:00)", "Australia/Lord_Howe")),
        ("lord", SUMMER, ("Australia/Lord Howe (UTC+10:30, 22:30)", "Australia/Lord_Howe")),
        ("utc", SUMMER, ("UTC (UTC+0, 12:00)", "UTC")),
        ("st johns", WINTER, ("America/St Johns (UTC-3:30, 08:30)", "America/St_Johns")),
        ("marquesas", SUMMER, ("Pacific/Marquesas (UTC-9:30, 02:30)", "Pacific/Marquesas")),
    ],
)
def test_a_zone_is_offered_with_its_offset_and_its_time_now(typed: str, now: datetime, first: tuple[str, str]) -> None:
    assert zones.matching(typed, now)[0] == first


def test_zones_are_offered_as_many_as_discord_shows_each_once_and_what_is_offered_is_understood() -> None:
    for typed in ("", "a", "america", "san", "Asia / K"):
        offered = zones.matching(typed, SUMMER)

        names = [name for _, name in offered]
        assert 0 < len(names) <= 25
        assert len(set(names)) == len(names)
        assert [options.zone(name).key for name in names] == names
        assert all(len(label) <= 100 for label, _ in offered)

    assert zones.matching("nowhere at all", SUMMER) == []


def test_a_zone_whose_words_begin_with_what_is_typed_comes_before_one_that_has_it_inside() -> None:
    names = [name for _, name in zones.matching("ber", SUMMER)]

    assert names.index("Europe/Berlin") < names.index("Australia/Canberra")


# What is refused


@pytest.mark.parametrize(
    ("read", "typed", "named", "possible"),
    [
        (options.minute_of_day, "nine", "“nine”", "`HH:MM`"),
        (options.minute_of_day, "9", "“9”", "`09:00`"),
        (options.minute_of_day, "24:00", "24:00", "`00:00` to `23:59`"),
        (options.minute_of_day, "12:60", "12:60", "`00:00` to `23:59`"),
        (options.zone, "Mars/Olympus", "“Mars/Olympus”", "`Europe/Berlin`"),
        (options.zone, "Europe/Berln", "“Europe/Berln”", "Did you mean `Europe/Berlin`"),
        (options.zone, "Factory", "“Factory”", "a large city"),
        (options.days, "mon,someday", "“someday”", "`mon,tue,wed,thu,fri,sat,sun`"),
        (options.days, "mo", "“mo”", "`weekdays`"),
        (options.days, " , ", "`days`", "`mon,wed,fri`"),
        (options.levels, "brutal", "“brutal”", "`easy`"),
        (options.levels, "mon=brutal", "“mon=brutal”", "`mon=easy,fri=hard`"),
        (options.levels, "someday=easy", "“someday=easy”", "`mon=easy,fri=hard`"),
        (options.levels, "easy,mon=hard", "“easy”", "`mon=easy,fri=hard`"),
    ],
)
def test_what_is_not_understood_is_named_with_what_is_possible(read: Callable[[str], object], typed: str, named: str, possible: str) -> None:
    text = refusal(read, typed)

    assert named in text
    assert possible in text
    assert text.endswith((".", "?"))


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("typed", ["*a*`b`~~c~~||d||", "<@1><@&2><#3>@everyone", "# a\n> b\n[c](d)", "__a__", "https://example.org/a"])
def test_nothing_that_somebody_typed_is_markdown_a_link_or_a_mention_in_the_answer(read: Callable[[str], object], typed: str) -> None:
    text = refusal(read, typed)

    ours = re.sub(r"`[\w/:=,]+`", "", text)  # what is possible, as code
    assert re.findall(r"[*_~|`<>@#\[\]\n]|://", re.sub(r"\\.", "", ours)) == []


@pytest.mark.parametrize("read", READERS)
def test_a_long_text_is_cut_in_the_answer(read: Callable[[str], object]) -> None:
    assert len(refusal(read, "x" * 5_000)) < 300

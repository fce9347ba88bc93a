"""What people type into the options of `/daily`, read. Everything that cannot be read is refused with a sentence that says what can."""

import re
from zoneinfo import ZoneInfo

from bot import zones
from bot.bank.schema import DIFFICULTIES
from bot.daily.calendar import WEEKDAYS
from bot.daily.model import ANY, Levels
from bot.errors import Refused

SHOWN_CHARS = 40
DAYS = {"daily": WEEKDAYS, "weekdays": WEEKDAYS[:5], "weekends": WEEKDAYS[5:]}
_TIME = re.compile(r"(\d{1,2})[:.h](\d{2})(?:\s*(am|pm))?", re.IGNORECASE)


def minute_of_day(typed: str) -> int:
    """`09:00`, also `9:00` and `9:00 pm`, as minutes since midnight."""
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        raise Refused(f"“{_shown(typed)}” is no time of day. Type it as `HH:MM`, for example `09:00` or `18:30`.")
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise Refused(f"There is no {_shown(typed)} on a clock. Times go from `00:00` to `23:59`.")
    return hour * 60 + minute


def zone(typed: str) -> ZoneInfo:
    """An IANA name or a large city."""
    found = zones.find(typed)
    if found is None:
        near = " or ".join(f"`{name}`" for name in zones.near(typed))
        raise Refused(
            f"“{_shown(typed)}” is no time zone that I know. Type a name such as `Europe/Berlin`, or a large city."
            + (f" Did you mean {near}?" if near else "")
        )
    return found


def days(typed: str) -> tuple[str, ...]:
    """`daily`, `weekdays`, `weekends`, or names of days; in the order of the week, each once."""
    words = [word for word in re.split(r"[\s,;+]+", typed.strip().casefold()) if word]
    chosen: set[str] = set()
    for word in words:
        named = DAYS.get(word) or _weekday(word)
        if not named:
            raise Refused(f"“{_shown(word)}” is no day. `days` takes `daily`, `weekdays`, `weekends`, or some of `{','.join(WEEKDAYS)}`.")
        chosen.update(named)
    if not chosen:
        raise Refused("`days` takes `daily`, `weekdays`, `weekends`, or days such as `mon,wed,fri`.")
    return tuple(day for day in WEEKDAYS if day in chosen)


def levels(typed: str) -> Levels:
    """`any`, a difficulty, or a rotation such as `mon=easy,fri=hard`."""
    words = [word for word in re.split(r"[\s,;]+", re.sub(r"\s*=\s*", "=", typed.strip().casefold())) if word]
    if words in ([], [ANY]):
        return Levels()
    if len(words) == 1 and words[0] in DIFFICULTIES:
        return Levels(dict.fromkeys(WEEKDAYS, words[0]))
    chosen: dict[str, str] = {}
    for word in words:
        day, equals, level = word.partition("=")
        named = DAYS.get(day) or _weekday(day)
        if not equals or not named or level not in (ANY, *DIFFICULTIES):
            raise Refused(
                f"“{_shown(word)}” is no difficulty of a day. `difficulty` takes `any`, `easy`, `medium`, `hard`, "
                "or days such as `mon=easy,fri=hard`."
            )
        for each in named:
            if level == ANY:
                chosen.pop(each, None)
            else:
                chosen[each] = level
    return Levels(chosen)


def days_in_words(chosen: tuple[str, ...]) -> str:
    """The shortest way to say it."""
    return next((name for name, named in DAYS.items() if named == chosen), ", ".join(chosen))


def _weekday(word: str) -> tuple[str, ...]:
    name = word.removesuffix("s") if word.endswith("days") else word
    return tuple(day for day in WEEKDAYS if len(name) >= len(day) and _FULL[day].startswith(name))


_FULL = {
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
}


def _shown(typed: str) -> str:
    return re.sub(r"[^\w :.,/=+-]|_", "", typed).replace("//", "/")[:SHOWN_CHARS]

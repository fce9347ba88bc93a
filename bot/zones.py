"""Time zones as people type them: an IANA name, or a city."""

import difflib
import functools
import re
from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from importlib import resources
from itertools import islice
from zoneinfo import ZoneInfo

MOST_MATCHES = 25  # choices that Discord shows while somebody types
NEAR = 3  # names offered for one that is unknown
NO_PLACE = {"Factory", "localtime"}  # in the list of names, and no zone of anybody
# Where many people of the field live, and no zone is named after.
ALSO = {
    "Asia/Kolkata": ("Bangalore", "Bengaluru", "Mumbai", "Delhi", "New Delhi", "Hyderabad", "Chennai", "Pune"),
    "Asia/Shanghai": ("Beijing", "Shenzhen", "Hangzhou"),
    "America/Los_Angeles": ("San Francisco", "Seattle", "San Diego", "San Jose", "Bay Area", "Silicon Valley"),
    "America/New_York": ("Boston", "Washington", "Philadelphia", "Atlanta", "Miami", "Pittsburgh"),
    "America/Chicago": ("Austin", "Dallas", "Houston"),
    "America/Toronto": ("Montreal", "Ottawa"),
    "Europe/Berlin": ("Munich", "Hamburg", "Frankfurt", "Cologne"),
    "Europe/London": ("Cambridge", "Oxford", "Edinburgh", "Manchester"),
    "Europe/Zurich": ("Geneva", "Lausanne"),
    "Asia/Jerusalem": ("Haifa",),
}


def find(typed: str) -> ZoneInfo | None:
    """The zone that was meant; None when there is no such name."""
    name = _names().get(_key(typed))
    return None if name is None else ZoneInfo(name)


def near(typed: str) -> list[str]:
    """Zones whose names look like what was typed, the nearest first."""
    names = _names()
    found = [names[key] for key in difflib.get_close_matches(_key(typed), names, n=4 * NEAR, cutoff=0.6)]
    return list(dict.fromkeys(found))[:NEAR]


def matching(typed: str, now: datetime) -> list[tuple[str, str]]:
    """Zones for whoever is typing one or a city, each as how it is shown, with its offset and its time at that moment, and its name."""
    part = _key(typed)
    labels = {label: zone for label, zone in _labels().items() if part in _key(label)}
    ranked = sorted(labels.items(), key=lambda each: not any(word.startswith(part) for word in re.split(r"[ /]", _key(each[0]))))
    best: dict[str, str] = {}
    for label, zone in ranked:
        best.setdefault(zone, label)  # the better label of a zone that was found twice
    return [(f"{label} ({_offset(now.astimezone(ZoneInfo(zone)))})", zone) for zone, label in islice(best.items(), MOST_MATCHES)]


def _offset(local: datetime) -> str:
    ahead = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, minutes = divmod(abs(ahead), 60)
    return f"UTC{'-' if ahead < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}, {local:%H:%M}"


@functools.cache
def _all() -> Set[str]:
    # The list that comes with the data; `zoneinfo.available_timezones` opens each file, and everybody would wait a second for it.
    return set((resources.files("tzdata") / "zones").read_text().split()) - NO_PLACE


@functools.cache
def _labels() -> Mapping[str, str]:
    zones = sorted(name for name in _all() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/")))
    named = {zone.replace("_", " "): zone for zone in zones}
    more = {f"{city}: {zone.replace('_', ' ')}": zone for zone, cities in ALSO.items() for city in cities}
    return {"UTC": "UTC"} | named | more


def _key(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text).strip().casefold().replace(" / ", "/")


@functools.cache
def _names() -> Mapping[str, str]:
    """Everything that is understood, in small letters, and the zone that it means."""
    zones = sorted(_all())
    cities: dict[str, str] = {}
    for zone in sorted(zones, key=lambda name: (name.startswith("Etc/"), name.count("/"))):  # the short one of two names of a place
        if "/" in zone and not zone.startswith("Etc/"):
            cities.setdefault(_key(zone.rpartition("/")[2]), zone)
    more = {_key(city): zone for zone, others in ALSO.items() for city in others}
    return cities | more | {_key(zone): zone for zone in zones}

"""Time zones as people type them: an IANA name, or a city."""

import difflib
import functools
import re
import zoneinfo
from collections.abc import Mapping
from zoneinfo import ZoneInfo

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


def _key(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text).strip().casefold().replace(" / ", "/")


@functools.cache
def _names() -> Mapping[str, str]:
    """Everything that is understood, in small letters, and the zone that it means."""
    zones = sorted(zoneinfo.available_timezones() - NO_PLACE)
    cities: dict[str, str] = {}
    for zone in sorted(zones, key=lambda name: (name.startswith("Etc/"), name.count("/"))):  # the short one of two names of a place
        if "/" in zone and not zone.startswith("Etc/"):
            cities.setdefault(_key(zone.rpartition("/")[2]), zone)
    more = {_key(city): zone for zone, others in ALSO.items() for city in others}
    return cities | more | {_key(zone): zone for zone in zones}

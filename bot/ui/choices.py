"""What Discord offers while somebody types an option."""

import re
from collections.abc import Iterable

from discord.app_commands import Choice

MOST = 25  # choices at once (Discord, "Application Commands")
CHARS = 100  # of the name of one


def fitting(named: Iterable[tuple[str, str]], typed: str) -> list[Choice[str]]:
    """Of names with their values those that contain what was typed; first those with a word that begins so, else in the order given."""
    part = typed.strip().casefold()
    found = [(name, value) for name, value in named if part in name.casefold() or part in value.casefold()]
    found.sort(key=lambda each: not any(word.startswith(part) for word in re.split(r"[\s_/-]+", f"{each[0]} {each[1]}".casefold())))
    return [Choice(name=name if len(name) <= CHARS else f"{name[: CHARS - 1]}…", value=value) for name, value in found[:MOST]]

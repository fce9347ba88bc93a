"""Makes SimCord's page keep up with an hour of practice: it is made for tests of a few messages, and a press among 50 would take seconds.

After each press it parses all the messages that it shows anew, each with a parser of its own, for every window and for a view of its own.
These are names of SimCord's inside, so its version is pinned exactly.
"""

from collections.abc import Mapping
from typing import Any

import simcord
from simcord.preview import _action_plans, _markdown, _snapshot

SHOWN = 25  # newest messages in a room, and as many with each press of "Load earlier messages"

_make_parser = _markdown._markdown_parser
_parsers: dict[tuple[int, str], Any] = {}


def _parser(policy: Mapping[str, bool | str], context: Mapping[str, Any]) -> Any:
    """The same parser for the same rules and the same people, roles and channels."""
    key = (id(policy), repr(context))
    if key not in _parsers:
        _parsers[key] = _make_parser(policy, context)
    return _parsers[key]


_markdown._markdown_parser = _parser
for module in (_snapshot, _action_plans):
    vars(module)["HISTORY_WINDOW_SIZE"] = SHOWN


def drop_own_view(preview: simcord.Preview) -> None:
    """The view that Python code would look at, which nobody does here."""
    preview._pages.pop("python" if preview._python is None else preview._python.id, None)

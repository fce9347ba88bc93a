"""The frame of every card: one coloured container with texts, lines and rows of buttons."""

from collections.abc import Sequence
from typing import Any

from discord import Colour, ui

OPEN = Colour(0x5865F2)  # in progress
CLOSED = Colour(0x80848E)  # over
DONE = Colour(0x2D9D78)  # answered, one's own
BUTTONS_PER_ROW = 5

Part = str | Sequence[ui.Button[Any]] | ui.Item[Any] | None


def card(*parts: Part, colour: Colour = OPEN, spoiler: bool = False) -> ui.LayoutView:
    """A message of one container. A string becomes a TextDisplay of its own, a list of buttons its rows; None is left out.

    `spoiler`: it is blurred until somebody presses it.
    """
    view = ui.LayoutView(timeout=None)
    container: ui.Container[Any] = ui.Container(accent_colour=colour, spoiler=spoiler)
    for part in parts:
        if part is None:
            continue
        if isinstance(part, str):
            container.add_item(ui.TextDisplay(part))
        elif isinstance(part, ui.Item):
            container.add_item(part)
        else:
            for start in range(0, len(part), BUTTONS_PER_ROW):
                container.add_item(ui.ActionRow(*part[start : start + BUTTONS_PER_ROW]))
    view.add_item(container)
    return view

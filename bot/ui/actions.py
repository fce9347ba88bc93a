"""Buttons that one room owns and others draw, by label and name. A card gets those that exist from `app.py`."""

from typing import Any, NamedTuple

from discord import ui

from bot.ui.buttons import PRIMARY, SECONDARY, button


class Action(NamedTuple):
    """A button without its numbers."""

    label: str
    name: str

    def draw(self, *numbers: int, primary: bool = False) -> ui.Button[Any]:
        """The button for one card; the numbers are what its owner expects in the custom_id."""
        return button(self.label, self.name, *numbers, style=PRIMARY if primary else SECONDARY)


FIRST_QUESTION = Action("First question", "first-question")  # no number
MY_DEBRIEF = Action("My debrief", "my-debrief")  # posting
FOLLOW = Action("Follow", "follow")  # no number: it is about the server where it is pressed

"""Menus that outlive a restart: one DynamicItem reads `menu/name:number:number` and hands the choice to the room that owns the name.

The prefix keeps them apart from buttons: discord.py asks every DynamicItem whose template fits, whatever kind of component was used.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, Self, cast

from discord import SelectOption, ui

from bot.ui.replies import Interaction

PREFIX = "menu/"
OPTION_CHARS = 100  # of its label, its description and its value

SelectHandler = Callable[..., Awaitable[None]]
"""Gets the interaction, the chosen values and the numbers of the custom_id: `menu/open:17` calls `handler(itx, ("a",), 17)`."""


class Choices(Protocol):
    """The side of the client that a choice needs."""

    async def chosen(self, itx: Interaction, name: str, values: tuple[str, ...], numbers: tuple[int, ...]) -> None: ...


class Chosen(ui.DynamicItem[ui.Select[Any]], template=rf"{PREFIX}(?P<name>[a-z-]+)(?P<numbers>(?::\d{{1,18}})*)"):
    """Any of the bot's menus, on any message, however old."""

    def __init__(self, item: ui.Select[Any], name: str, numbers: tuple[int, ...]) -> None:
        super().__init__(item)
        self.name = name
        self.numbers = numbers

    @classmethod
    async def from_custom_id(cls, itx: Interaction, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003 - discord.py's signature
        return cls(cast("ui.Select[Any]", item), match["name"], tuple(int(number) for number in match["numbers"].split(":")[1:]))

    async def callback(self, interaction: Interaction) -> None:
        await cast("Choices", interaction.client).chosen(interaction, self.name, tuple(self.item.values), self.numbers)


def select(name: str, *numbers: int, options: Sequence[SelectOption], placeholder: str) -> ui.ActionRow[Any]:
    """A menu to put on a card, in its row. `name` is in the `selects()` of the room that answers it."""
    menu: ui.Select[Any] = ui.Select(custom_id=PREFIX + ":".join([name, *map(str, numbers)]), options=list(options), placeholder=placeholder)
    return ui.ActionRow(menu)

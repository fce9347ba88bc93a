"""Buttons that outlive a restart: one DynamicItem reads `name:number:number` and hands the press to the room that owns the name."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, Self, cast

from discord import ButtonStyle, ui

from bot.ui.replies import Interaction

ButtonHandler = Callable[..., Awaitable[None]]
"""Gets the interaction and the numbers of the custom_id: `page:17:2` calls `handler(itx, 17, 2)`."""

PRIMARY, SECONDARY, DANGER = ButtonStyle.primary, ButtonStyle.secondary, ButtonStyle.danger


class Presses(Protocol):
    """The side of the client that a press needs."""

    async def pressed(self, itx: Interaction, name: str, numbers: tuple[int, ...]) -> None: ...


class Pressed(ui.DynamicItem[ui.Button[Any]], template=r"(?P<name>[a-z-]+)(?P<numbers>(?::\d{1,20})*)"):
    """Any of the bot's buttons, on any message, however old."""

    def __init__(self, item: ui.Button[Any], name: str, numbers: tuple[int, ...]) -> None:
        super().__init__(item)
        self.name = name
        self.numbers = numbers

    @classmethod
    async def from_custom_id(cls, itx: Interaction, item: ui.Item[Any], match: re.Match[str]) -> Self:  # noqa: ARG003 - discord.py's signature
        return cls(cast("ui.Button[Any]", item), match["name"], tuple(int(number) for number in match["numbers"].split(":")[1:]))

    async def callback(self, interaction: Interaction) -> None:
        await cast("Presses", interaction.client).pressed(interaction, self.name, self.numbers)


def button(label: str, name: str, *numbers: int, style: ButtonStyle = SECONDARY, disabled: bool = False) -> ui.Button[Any]:
    """A button to put on a card. `name` is in the `buttons()` of the room that answers it."""
    return ui.Button(label=label, style=style, custom_id=":".join([name, *map(str, numbers)]), disabled=disabled)

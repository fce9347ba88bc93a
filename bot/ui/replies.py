"""The one way to answer an interaction: whatever the state of the interaction, a person sees the card once."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import aiohttp
import discord
from discord import ui

from bot.ui.text import MESSAGE_CHARS, clip

Interaction = discord.Interaction[Any]

ALREADY_ANSWERED = 40060  # on our own callback: a retry arrived after the first try had taken effect
# Discord said nothing, or nothing about our request: whatever was asked may have happened.
NO_ANSWER = (discord.DiscordServerError, aiohttp.ClientError, OSError)

T = TypeVar("T")


async def send(itx: Interaction, view: ui.LayoutView, *, ephemeral: bool = True, files: Sequence[discord.File] = ()) -> int | None:
    """Answer with a new message. Returns its id, None where Discord did not say it though the message is there."""
    view.stop()  # buttons are dispatched by their custom_id; without this discord.py would keep every view in memory
    if itx.response.is_done():  # one try: Discord refuses no second follow-up, so it would be seen twice
        message = await itx.followup.send(view=view, ephemeral=ephemeral, files=list(files), wait=True)
        return message.id
    answer = await _answer(lambda: itx.response.send_message(view=view, ephemeral=ephemeral, files=list(files)), files)
    return None if answer is None else answer.message_id


async def edit(itx: Interaction, view: ui.LayoutView, *, files: Sequence[discord.File] = ()) -> None:
    """Answer by changing the message whose button was pressed."""
    view.stop()
    await _answer(lambda: itx.response.edit_message(view=view, attachments=list(files)), files)


async def ask(itx: Interaction, modal: ui.Modal) -> None:
    """Answer with a modal. What is typed comes back through `ui.modals`, so discord.py need not remember it."""
    modal.stop()
    await _answer(lambda: itx.response.send_modal(modal))


async def _answer(answer: Callable[[], Awaitable[T]], files: Sequence[discord.File] = ()) -> T | None:
    """Answer, and once more when the answer was lost: nobody knows then whether the first try arrived, and if it did, the second is refused."""
    try:
        try:
            return await answer()
        except NO_ANSWER:
            for file in files:
                file.reset()
            return await answer()
    except discord.HTTPException as error:
        if error.code != ALREADY_ANSWERED:
            raise
        return None


def sentence(text: str) -> ui.LayoutView:
    """A message of one sentence."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(clip(text, MESSAGE_CHARS)))
    return view

"""The one way to answer an interaction: whatever the state of the interaction, a person sees the card once."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

Interaction = discord.Interaction[Any]

ALREADY_ANSWERED = 40060  # on our own callback: a retry of discord.py's arrived after the first try had taken effect


async def send(itx: Interaction, view: ui.LayoutView, *, ephemeral: bool = True, files: Sequence[discord.File] = ()) -> int | None:
    """Answer with a new message. Returns its id, None where Discord did not say it though the message is there."""
    view.stop()  # buttons are dispatched by their custom_id; without this discord.py would keep every view in memory
    if itx.response.is_done():
        message = await itx.followup.send(view=view, ephemeral=ephemeral, files=list(files), wait=True)
        return message.id
    try:
        answer = await itx.response.send_message(view=view, ephemeral=ephemeral, files=list(files))
    except discord.HTTPException as error:
        _pass_already_answered(error)
        return None
    return answer.message_id


async def edit(itx: Interaction, view: ui.LayoutView, *, files: Sequence[discord.File] = ()) -> None:
    """Answer by changing the message whose button was pressed."""
    view.stop()
    try:
        await itx.response.edit_message(view=view, attachments=list(files))
    except discord.HTTPException as error:
        _pass_already_answered(error)


async def ask(itx: Interaction, modal: ui.Modal) -> None:
    """Answer with a modal. What is typed comes back through `ui.modals`, so discord.py need not remember it."""
    modal.stop()
    try:
        await itx.response.send_modal(modal)
    except discord.HTTPException as error:
        _pass_already_answered(error)


def sentence(text: str) -> ui.LayoutView:
    """A message of one sentence."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(text))
    return view


def _pass_already_answered(error: discord.HTTPException) -> None:
    if error.code != ALREADY_ANSWERED:
        raise error

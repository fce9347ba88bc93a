"""The message command `Use as my answer`, and the choice that it may ask for."""

from typing import Any

import discord
from discord import app_commands

from bot.errors import Refused
from bot.practice.cards import debrief as debrief_cards
from bot.practice.cards import question as cards
from bot.practice.delivery.direct import NOT_READ, text_of
from bot.practice.model import Card, Seat
from bot.practice.service.debriefing import Debriefing
from bot.practice.service.using import Choice, Using
from bot.ui import replies
from bot.ui.buttons import ButtonHandler
from bot.ui.replies import Interaction

NOT_YOURS = "That message is not yours. Open the menu of a message that you have sent yourself."


class MessageCommands:
    """Makes a message an answer."""

    def __init__(self, using: Using, debriefing: Debriefing) -> None:
        self.using = using
        self.debriefing = debriefing

    def commands(self) -> list[app_commands.ContextMenu]:
        """`Use as my answer`, in the menu of every message."""

        @app_commands.context_menu(name="Use as my answer")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def use(itx: Interaction, message: discord.Message) -> None:
            if message.author.id != itx.user.id:
                raise Refused(NOT_YOURS)
            if message.attachments:  # reading them may take longer than Discord waits
                await itx.response.defer(ephemeral=True, thinking=True)
            text, left_out = await text_of(message)
            channel_id = itx.channel_id or message.channel.id
            await self._show(itx, await self.using.use(itx.user.id, channel_id, message.id, text, itx.created_at), new=True)
            if left_out:
                await replies.send(itx, replies.sentence(NOT_READ))

        return [use]

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those of the choice."""
        return {"use-for": self.use_for}

    async def use_for(self, itx: Interaction, posting_id: int, message_id: int) -> None:
        """`This one`, or `Replace my answer`."""
        await self._show(itx, await self.using.use_for(itx.user.id, message_id, posting_id, itx.created_at), new=False)

    async def _show(self, itx: Interaction, used: Seat | Card | Choice, *, new: bool) -> None:
        files: list[discord.File] = []
        view: Any
        if isinstance(used, Choice):
            view = cards.choose_question(used.message_id, used.cards, replace=used.replace)
        elif isinstance(used, Card):
            view = cards.added_to_draft(used)
        else:
            view, files = debrief_cards.debrief(self.debriefing.of(used))
        await (replies.send(itx, view, files=files) if new else replies.edit(itx, view, files=files))

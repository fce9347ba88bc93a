"""`/help`."""

from typing import Any

from discord import app_commands

from bot.account import cards
from bot.bank.bank import Bank
from bot.ui import replies
from bot.ui.replies import Interaction


class HelpCommands:
    """Gets a newcomer to a first question."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def commands(self) -> list[app_commands.Command[Any, ..., None]]:
        """`/help`."""

        @app_commands.command(name="help", description="How this works, and a first question in one click")
        @app_commands.guild_only()
        @app_commands.allowed_installs(guilds=True, users=False)
        async def help_(itx: Interaction) -> None:
            await replies.send(itx, cards.help_card(len(self.bank), len(self.bank.topics)))

        return [help_]

"""`/stats`."""

from typing import Any

from discord import app_commands

from bot.progress import cards
from bot.progress.service import Progress
from bot.ui import replies
from bot.ui.replies import Interaction


class StatsCommands:
    """A person's own progress, shown to them alone."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def commands(self) -> list[app_commands.Command[Any, ..., None]]:
        """`/stats`."""

        @app_commands.command(name="stats", description="What you have practised, and your streak")
        @app_commands.guild_only()
        @app_commands.allowed_installs(guilds=True, users=False)
        async def stats(itx: Interaction) -> None:
            await replies.send(itx, cards.stats(await self.progress.stats(itx.user.id)))

        return [stats]

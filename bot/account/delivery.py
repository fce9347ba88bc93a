"""What the account room does unasked: takes messages back after an erasure, and erases what is stored of servers that removed the bot."""

import logging
from collections.abc import Awaitable

import discord

from bot.account import cards
from bot.account.service import LeftServers
from bot.timers import Timer
from bot.ui.replies import NO_ANSWER

log = logging.getLogger(__name__)

GONE = (discord.NotFound, discord.Forbidden)  # deleted already, or in a place that the bot may not enter any more


class TakingBack:
    """Deletes what the bot has sent with a person's text in it."""

    def __init__(self, client: discord.Client) -> None:
        self.client = client

    async def erase_messages(self, timer: Timer) -> None:
        """The handler of an erasure. Twice does no harm; what Discord did not take now is raised, after all others, to be tried again."""
        failed: Exception | None = None
        for channel_id, message_id in timer.payload["texts"]:
            failed = await _try(self._message(channel_id, message_id).delete()) or failed
        for channel_id, message_id in timer.payload["cards"]:
            view = cards.erased_question()
            view.stop()
            failed = await _try(self._message(channel_id, message_id).edit(view=view)) or failed
        if failed is not None:
            raise failed

    def _message(self, channel_id: int, message_id: int) -> discord.PartialMessage:
        return self.client.get_partial_messageable(channel_id).get_partial_message(message_id)


async def _try(change: Awaitable[object]) -> Exception | None:
    try:
        await change
    except GONE:
        return None
    except (discord.HTTPException, *NO_ANSWER) as error:
        return error
    return None


class Servers:
    """Hears which servers the bot is in."""

    def __init__(self, client: discord.Client, servers: LeftServers) -> None:
        self.client = client
        self.servers = servers

    async def ready(self) -> None:
        """Connected: whatever was missed meanwhile shows in the list of servers."""
        await self.servers.compare({guild.id for guild in self.client.guilds})

    async def joined(self, guild_id: int) -> None:
        """The bot was added to a server."""
        await self.servers.joined(guild_id)

    async def left(self, guild_id: int) -> None:
        """A server has removed the bot, or is no more."""
        await self.servers.left(guild_id)

    async def erase(self, timer: Timer) -> None:
        """The handler of a server whose time is up. Twice does no harm."""
        guild_id = int(timer.key)
        await self.client.wait_until_ready()  # it may have taken the bot back while that was down
        if self.client.get_guild(guild_id) is not None or await self._member_of(guild_id):
            return
        count = await self.servers.erase(guild_id)
        log.info("erased %d postings of server %d, which removed the bot", count, guild_id, extra={"action": "server-erased", "guild_id": guild_id})

    async def _member_of(self, guild_id: int) -> bool:
        """Ask Discord itself: what is erased does not come back, and a list kept in memory may have holes."""
        try:
            await self.client.fetch_guild(guild_id, with_counts=False)
        except GONE:
            return False
        return True

"""Reminds those who follow a server's dailies and have not answered."""

import hashlib
import logging

import discord

from bot.daily.cards import post as cards
from bot.daily.model import Post
from bot.daily.service.following import Followers
from bot.daily.service.revealing import Revealing
from bot.pace import Pace
from bot.practice.delivery.channel import passes
from bot.practice.delivery.direct import Direct, DmsClosed
from bot.timers import Timer
from bot.ui.replies import NO_ANSWER

log = logging.getLogger(__name__)


class Reminders:
    """Writes to people two hours before a reveal."""

    def __init__(self, client: discord.Client, followers: Followers, revealing: Revealing, direct: Direct, pace: Pace) -> None:
        self.client = client
        self.followers = followers
        self.revealing = revealing
        self.direct = direct
        self.pace = pace

    async def remind(self, timer: Timer) -> None:
        """The handler of a posting's reminder. Each person is written to once; one who cannot be reached keeps no other from it."""
        await self.client.wait_until_ready()
        post = await self.revealing.post(int(timer.key))
        if post is None or post.posting.message_id is None or self.revealing.now() >= post.posting.ends or post.posting.spot.guild_id is None:
            return
        guild = self.client.get_guild(post.posting.spot.guild_id)
        if guild is None:
            return
        for user_id in await self.followers.waiting(post.posting):
            if await self._is_member(guild, user_id) and await self.followers.remind(post.posting.id, user_id):
                await self._write(post, guild, user_id)

    async def _is_member(self, guild: discord.Guild, user_id: int) -> bool:
        """Whoever has left follows no longer."""
        await self.pace.turn()
        try:
            await guild.fetch_member(user_id)
        except discord.NotFound:
            await self.followers.unfollow(guild.id, user_id)
            return False
        except discord.HTTPException as error:
            if passes(error):
                raise
        return True

    async def _write(self, post: Post, guild: discord.Guild, user_id: int) -> None:
        nonce = hashlib.sha256(f"remind {post.posting.id} {user_id}".encode()).hexdigest()[:24]
        await self.pace.turn()
        try:
            await self.direct.write(user_id, cards.reminder(post, guild.name), nonce)
        except (DmsClosed, discord.HTTPException, *NO_ANSWER) as error:  # it comes once or not at all
            log.info("somebody cannot be reminded of posting %d: %s", post.posting.id, error, extra={"action": "not-reminded", "user_id": user_id})

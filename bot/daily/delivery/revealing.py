"""Changes daily posts when people answer, and reveals the model answer when their time is up."""

import asyncio
import logging
from collections import defaultdict

import discord
from discord import ui

from bot.daily.cards import post as cards
from bot.daily.delivery.posting import ARCHIVE_AFTER_MIN
from bot.daily.model import Post, Reveal, Reward
from bot.daily.service.revealing import Revealing
from bot.pace import Pace
from bot.practice.delivery.channel import LOOK_AT, LOOK_BACK, Delivery, passes
from bot.timers import Timer

log = logging.getLogger(__name__)

HAS_THREAD = 160004  # code of the error (Discord, "JSON Error Codes"): the message has one already


class Reveals:
    """The bot's side of posts that are out."""

    def __init__(self, client: discord.Client, revealing: Revealing, delivery: Delivery, pace: Pace) -> None:
        self.client = client
        self.revealing = revealing
        self.delivery = delivery
        self.pace = pace
        self._changing: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # by posting: no count comes after the reveal

    async def answered(self, timer: Timer) -> None:
        """The handler behind an answer: the post will show it, and a streak may have earned a role."""
        reward = await self.revealing.answered(int(timer.key))
        if reward is not None:
            await self._give(reward)

    async def _give(self, reward: Reward) -> None:
        guild = self.client.get_guild(reward.guild_id)
        if guild is None:
            return
        try:
            await self.pace.turn()
            member = await guild.fetch_member(reward.user_id)
            held = {role.id for role in member.roles}
            for role_id in reward.role_ids:
                if role_id not in held:
                    await self.pace.turn()
                    await member.add_roles(discord.Object(role_id), reason=f"a streak of {reward.streak} days")
        except discord.HTTPException as error:
            if passes(error):
                raise
            extra = {"action": "role-not-given", "guild_id": reward.guild_id, "user_id": reward.user_id}
            log.warning("a role for a streak cannot be given: %s", error, extra=extra)

    async def count(self, timer: Timer) -> None:
        """The handler of the line that says how many have answered."""
        posting_id = int(timer.key)
        async with self._changing[posting_id]:
            post = await self.revealing.to_show(posting_id)
            if post is not None:
                await self._change(post, cards.post(post))
                await self.revealing.shown(post)

    async def reveal(self, timer: Timer) -> None:
        """The handler of the closing timer. Whatever was told before is not told again. Raised: what may be over when it is tried again."""
        await self.client.wait_until_ready()
        posting_id = int(timer.key)
        await self.delivery.before_closing(posting_id)
        async with self._changing[posting_id]:
            if await self.delivery.opening.close_due(posting_id) is None:
                return
            post = await self.revealing.post(posting_id)
            if post is not None and post.posting.message_id is None:  # if it arrives or is found yet, this comes again
                log.warning("daily posting %d has not arrived, so nothing is revealed", posting_id, extra={"action": "daily-never-arrived"})
            elif post is not None and post.revealed is None:
                await self._reveal(post)
                await self.revealing.revealed(posting_id)
        self._changing.pop(posting_id, None)

    async def _reveal(self, post: Post) -> None:
        await self._change(post, cards.closed(post))
        told = await self.revealing.reveal(post.posting.id)
        if told is None:
            return
        try:
            await self._tell(told)
        except discord.HTTPException as error:
            if passes(error):
                raise
            extra = {"action": "reveal-failed", "guild_id": post.posting.spot.guild_id}
            log.warning("the answer of posting %d cannot be revealed: %s", post.posting.id, error, extra=extra)

    async def _tell(self, told: Reveal) -> None:
        """In the thread of the post, which opens now or is the post's own; where there can be none, below the card and behind bars."""
        post = told.post
        thread = await self._open_thread(post) if post.thread and not post.own_thread else None
        channel_id = post.posting.spot.channel_id if thread is None else thread
        said = await self._said(channel_id, post)
        channel = self.client.get_partial_messageable(channel_id, guild_id=post.posting.spot.guild_id)
        for number, view in enumerate(cards.reveal(told, spoiler=thread is None and not post.own_thread)):
            view.stop()
            if _texts(view) not in said:
                await self.pace.turn()
                await channel.send(view=view, nonce=f"reveal-{post.posting.id}-{number}")

    async def _open_thread(self, post: Post) -> int | None:
        """The thread of a post, new or opened by an earlier try. None: there can be none."""
        assert post.posting.message_id is not None  # noqa: S101 - looked at before
        spot = post.posting.spot
        message = self.client.get_partial_messageable(spot.channel_id, guild_id=spot.guild_id).get_partial_message(post.posting.message_id)
        if message.guild is None:  # the server has removed the bot, and discord.py would not even ask
            return None
        await self.pace.turn()
        try:
            return (await message.create_thread(name=cards.thread_name(post), auto_archive_duration=ARCHIVE_AFTER_MIN)).id
        except discord.HTTPException as error:
            if passes(error):
                raise
            if error.code == HAS_THREAD:
                return message.id  # of the thread too
            log.info("posting %d gets no thread: %s", post.posting.id, error, extra={"action": "no-thread", "guild_id": spot.guild_id})
            return None

    async def _said(self, channel_id: int, post: Post) -> set[tuple[str, ...]]:
        """What we have said there since the time was up."""
        own = self.client.user.id if self.client.user is not None else None
        await self.pace.turn()
        history = self.client.get_partial_messageable(channel_id).history(limit=LOOK_AT, after=post.posting.closes - LOOK_BACK)
        return {_texts(ui.LayoutView.from_message(message, timeout=None)) async for message in history if message.author.id == own}

    async def _change(self, post: Post, view: ui.LayoutView) -> None:
        """Change the card. One that is gone or no longer ours to change is left alone."""
        view.stop()
        spot, message_id = post.posting.spot, post.posting.message_id
        assert message_id is not None  # noqa: S101 - looked at before
        await self.pace.turn()
        try:
            await self.client.get_partial_messageable(spot.channel_id, guild_id=spot.guild_id).get_partial_message(message_id).edit(view=view)
        except discord.HTTPException as error:
            if passes(error):
                raise
            log.warning("card of posting %d cannot be changed: %s", post.posting.id, error, extra={"action": "card-gone"})


def _texts(view: ui.LayoutView) -> tuple[str, ...]:
    return tuple(item.content.strip() for item in view.walk_children() if isinstance(item, ui.TextDisplay))

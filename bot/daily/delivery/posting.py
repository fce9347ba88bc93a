"""Sends the daily posts, once each, and says why when that is not possible."""

import asyncio
import logging
from collections import defaultdict
from datetime import date
from typing import Literal

import discord

from bot.daily.cards import post as cards
from bot.daily.cards import schedules as schedule_cards
from bot.daily.model import Claim, Post, Schedule, Trouble
from bot.daily.service.posting import Dailies
from bot.daily.service.scheduling import Scheduling
from bot.errors import Refused
from bot.pace import Pace
from bot.practice.delivery.channel import LOOK_BACK, Delivery, passes
from bot.practice.delivery.direct import Direct, DmsClosed
from bot.practice.model import NOBODY
from bot.timers import Timer

log = logging.getLogger(__name__)

TOO_MANY_THREADS, TAG_REQUIRED = 160006, 40067  # codes of errors (Discord, "JSON Error Codes")
ARCHIVE_AFTER_MIN: Literal[1440] = 1440  # minutes without a message after which a thread is archived
MOST_TAGS = 5  # of one post in a forum (Discord, "Channel Object")
NOT_POSTED = "That could not be posted: {why}"


class NoServer(Exception):  # noqa: N818 - not a fault: the server has removed the bot
    """The bot is no member of the server."""


class Posts:
    """The bot's side of schedules."""

    def __init__(self, client: discord.Client, dailies: Dailies, scheduling: Scheduling, delivery: Delivery, direct: Direct, pace: Pace) -> None:
        self.client = client
        self.dailies = dailies
        self.scheduling = scheduling
        self.delivery = delivery
        self.direct = direct
        self.pace = pace
        self._posting: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # by schedule: its timer and `/daily now` find each other's post

    async def post(self, timer: Timer) -> None:
        """The handler of a schedule's timer. Raised: what may be over when it is tried again."""
        await self.client.wait_until_ready()
        schedule_id = int(timer.key)
        async with self._posting[schedule_id]:
            claim = await self.dailies.claim(schedule_id, date.fromisoformat(timer.payload["day"]), timer.due)
            if claim is not None:
                await self._settle(claim)

    async def post_now(self, guild_id: int, schedule_id: int) -> tuple[Post, bool]:
        """Today's post at once, and whether it was there before. Refused: it cannot be posted, with the reason."""
        async with self._posting[schedule_id]:
            found = await self.dailies.claim_now(guild_id, schedule_id)
            if isinstance(found, Post):
                return found, True
            trouble = await self._settle(found)
            if trouble is not None:
                raise Refused(NOT_POSTED.format(why=schedule_cards.trouble(trouble)))
            again = await self.dailies.claim_now(guild_id, schedule_id)
            assert isinstance(again, Post)  # noqa: S101 - it has just been confirmed
            return again, False

    async def _settle(self, claim: Claim) -> Trouble | None:
        """Send a claimed post, or find it where an earlier try may have left it. Returns what keeps it from being sent."""
        try:
            channel = await self._channel(claim)
            found = None if claim.sure else await self._find(claim, channel)
            if found is None and claim.late:
                again = await self.dailies.give_up(claim)
                return None if again is None else await self._settle(again)
            message_id, channel_id = found or await self._send(claim, channel)
        except NoServer:
            return await self._failed(claim, Trouble.SERVER, "the bot is no member of the server")
        except discord.HTTPException as error:
            if passes(error):
                raise
            return await self._failed(claim, _trouble(error), error)
        await self.dailies.sent(claim, message_id, channel_id)
        return None

    async def _failed(self, claim: Claim, trouble: Trouble, why: object) -> Trouble:
        schedule = claim.schedule
        paused = await self.dailies.failed(claim, trouble)
        extra = {"action": "daily-paused" if paused else "daily-failed", "guild_id": schedule.guild_id, "schedule_id": schedule.id}
        log.warning("schedule %d cannot post%s: %s", schedule.id, ", and is paused" if paused else "", why, extra=extra)
        return trouble

    async def _channel(self, claim: Claim) -> discord.abc.GuildChannel | discord.Thread:
        """Where it goes. Discord's errors are raised: it is gone, or may not be seen."""
        guild = self.client.get_guild(claim.schedule.guild_id)
        if guild is None:
            raise NoServer
        channel_id = claim.post.posting.spot.channel_id
        found = guild.get_channel(channel_id)
        if found is None:
            await self.pace.turn()
            fetched = await self.client.fetch_channel(channel_id)
            assert not isinstance(fetched, discord.abc.PrivateChannel)  # noqa: S101 - it was chosen in a server
            return fetched
        return found

    async def _send(self, claim: Claim, channel: object) -> tuple[int, int]:
        """The ids of the message and of the channel it stands in."""
        view = cards.post(claim.post)
        view.stop()
        role_id = claim.post.role_id
        pinged = discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(role_id)] if role_id is not None else False)
        await self.pace.turn()
        if isinstance(channel, discord.ForumChannel):
            made = await channel.create_thread(
                name=cards.thread_name(claim.post),
                view=view,
                allowed_mentions=pinged,
                applied_tags=_tags(channel, claim),
                auto_archive_duration=ARCHIVE_AFTER_MIN,
            )
            return made.message.id, made.thread.id
        spot = claim.post.posting.spot
        there = self.client.get_partial_messageable(spot.channel_id, guild_id=spot.guild_id)
        message = await there.send(view=view, allowed_mentions=pinged, nonce=claim.post.posting.nonce)
        return message.id, spot.channel_id

    async def _find(self, claim: Claim, channel: object) -> tuple[int, int] | None:
        """Our own card of this post, where an earlier try may have left it; of several posts in a forum the oldest stays."""
        posting = claim.post.posting
        wanted = f"answer:{posting.id}"
        await self.pace.turn()
        if not isinstance(channel, discord.ForumChannel):
            message_id = await self.delivery.find(posting.spot.channel_id, wanted, posting.opened)
            return None if message_id is None else (message_id, posting.spot.channel_id)
        own = self.client.user.id if self.client.user is not None else None
        since = discord.utils.time_snowflake(posting.opened - LOOK_BACK)
        threads = [each for each in await channel.guild.active_threads() if each.parent_id == channel.id and each.owner_id == own and each.id > since]
        found: list[tuple[int, int]] = []
        for thread in sorted(threads, key=lambda each: each.id):
            message_id = await self.delivery.find(thread.id, wanted, posting.opened)
            if message_id is None:
                continue
            if found:
                await self._take_back(thread, message_id)
            else:
                found.append((message_id, thread.id))
        return found[0] if found else None

    async def _take_back(self, thread: discord.Thread, message_id: int) -> None:
        """Delete a post that is there twice; without Manage Threads only what stands in it."""
        try:
            await thread.delete()
        except discord.Forbidden:
            await thread.get_partial_message(message_id).delete()

    async def tell(self, timer: Timer) -> None:
        """The handler behind a schedule that was paused because it could not post: whoever made it is told, once."""
        schedule = await self.dailies.paused(int(timer.key))
        if schedule is None or schedule.maker_id == NOBODY:
            return
        await self.pace.turn()
        try:
            await self.direct.write(schedule.maker_id, schedule_cards.paused(schedule, self._server(schedule)), f"daily-paused-{schedule.id}")
        except DmsClosed:
            log.warning("the maker of schedule %d cannot be told that it is paused", schedule.id, extra={"action": "daily-maker-untold"})

    def _server(self, schedule: Schedule) -> str:
        guild = self.client.get_guild(schedule.guild_id)
        return "a server that I am no longer in" if guild is None else guild.name

    async def ready(self) -> None:
        """Connected: servers may have taken the bot back while it was down."""
        for guild_id in await self.scheduling.missed():
            if self.client.get_guild(guild_id) is not None:
                await self.scheduling.resume_after_absence(guild_id)

    async def joined(self, guild_id: int) -> None:
        """The bot is back in a server."""
        await self.scheduling.resume_after_absence(guild_id)


def _trouble(error: discord.HTTPException) -> Trouble:
    if error.code in (TOO_MANY_THREADS, TAG_REQUIRED):
        return Trouble.THREADS if error.code == TOO_MANY_THREADS else Trouble.TAG
    if isinstance(error, discord.NotFound):
        return Trouble.CHANNEL
    return Trouble.PERMISSION if isinstance(error, discord.Forbidden) else Trouble.OTHER


def _tags(forum: discord.ForumChannel, claim: Claim) -> list[discord.ForumTag]:
    """Those of a forum that name the question's difficulty, topic or type; where one is needed and none does, the first."""
    question = claim.post.card.question
    about = {"daily", claim.post.card.topic_name.casefold(), *((question.difficulty, question.type) if question is not None else ())}
    free = [tag for tag in forum.available_tags if not tag.moderated]
    fitting = [tag for tag in free if tag.name.casefold() in about]
    return fitting[:MOST_TAGS] or (free[:1] if forum.flags.require_tag else [])

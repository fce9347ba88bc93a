"""Who and where: the simulated server, its people, its rooms, and what stands in the channel at the start."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

import discord
import simcord
from discord import app_commands

from bot.ui.actions import FIRST_QUESTION
from bot.ui.cards import card

log = logging.getLogger(__name__)

SERVER = "Practice server"
CHANNEL = "interviews"
TOPIC = "Interview practice. Type /interview medium to draw a question."
DAILY, FORUM = "ml-daily", "ml-forum"  # for `/daily schedule`
PEOPLE = ("Ada", "Bob", "Cleo")  # the first manages the server
BOT = "Interviewer"
WELCOME = """### Welcome
Type `/interview medium` to draw a question with a timer, or press the button. `easy`, `hard` and `any` work too; `/help` explains the rest.
Switch to another person to see that nobody else sees your debrief. Ada manages this server: `/daily schedule` posts a question every day, and the \
preview can set the clock ahead."""

RoomKind = Literal["channel", "thread", "post", "dm"]


class Room(NamedTuple):
    """A place that can be shown. `viewers` are those who may look: everyone, or the owner of a DM."""

    channel: simcord.ChannelHandle
    kind: RoomKind
    name: str
    viewers: tuple[simcord.MemberActor | simcord.UserHandle, ...]


class Env(simcord.Env):
    """A simulated Discord in which only our ticks make the bot's timers fire."""

    def _schedule_timer(self, *_timer: object) -> None:
        """SimCord's own lets each fire by real time, too: then a press waits for any that is due within 5 s, and one that meets a tick stops both."""


class World:
    """A simulated Discord with one server in it. Whoever touches it holds `lock`: two things at once wedge SimCord or are refused by it."""

    def __init__(self, client: discord.Client, now: Callable[[], datetime]) -> None:
        self.client = client
        self.now = now  # what simulated time follows
        self.lock = asyncio.Lock()
        self.env = Env(client, check_errors=False)
        self.acted = 0  # presses, messages and forms of people so far
        self._reported = 0  # of the errors that SimCord caught
        self.env.backend.bot_user.name = BOT
        # All before the clock moves, so that ids are the same in every run and an address in the browser keeps its meaning.
        self.guild = self.env.create_guild(SERVER)
        self.guild.create_text_channel(CHANNEL, topic=TOPIC)
        self.guild.create_text_channel(DAILY, topic="Daily questions. Ada can type /daily schedule.")
        self.guild.create_forum_channel(FORUM)
        manager = self.guild.create_role("Organisers", permissions=discord.Permissions(manage_guild=True, manage_roles=True))
        users = [self.env.create_user(name.lower(), global_name=name) for name in PEOPLE]
        self.people = tuple(self.guild.add_member(user, roles=[manager] if user is users[0] else []) for user in users)

    async def start(self) -> None:
        """Bring the bot online, at the time of the wall clock, and greet."""
        self.env.backend.advance_clock(self._behind_s())  # before the start: afterwards it would replay every timer in between
        await self.env.start()
        with self.env.time_context():
            channel = self.client.get_channel(self.guild.channels[CHANNEL].id)
            assert isinstance(channel, discord.TextChannel)  # noqa: S101 - made above
            welcome = card(WELCOME, [FIRST_QUESTION.draw(primary=True)])
            await channel.send(view=welcome)
            welcome.stop()  # the client answers its button; discord.py need not remember it
            await self.env.settle()

    async def catch_up(self) -> None:
        """Move the simulated clock to the wall clock; what fell due in between happens."""
        await self.env.advance_time(self._behind_s())
        self._report_errors()

    def happenings(self) -> int:
        """Grows with everything that the bot or a person did, so that pages know when to look again."""
        return len(self.env.http_requests) + self.acted

    def rooms(self) -> list[Room]:
        """Every room that there is by now: channels with their threads and posts, then the DMs that were begun."""
        found: list[Room] = []
        for place in self.guild.channels.values():
            kind = self.client.get_channel(place.id)
            if isinstance(kind, discord.TextChannel):
                found.append(Room(place, "channel", place.name or "", self.people))
            below: RoomKind = "post" if isinstance(kind, discord.ForumChannel) else "thread"
            found += [Room(thread, below, thread.name or "", self.people) for thread in place.threads]
        found += [Room(person.user.dm_channel, "dm", BOT, (person.user,)) for person in self.people if person.user.dm_channel.history()]
        return found

    async def stop(self) -> None:
        """Take the bot offline and drop everything."""
        await self.env.shutdown()

    def _behind_s(self) -> float:
        return max(0.0, (self.now() - self.env.now()).total_seconds())

    def _report_errors(self) -> None:
        """SimCord catches what fails in the background, which asyncio would have logged. What commands raise is answered and logged by the client."""
        caught = self.env.errors_since(self._reported)
        self._reported += len(caught)
        for error in caught:
            if not isinstance(error, app_commands.AppCommandError):
                log.error("something failed in the background", exc_info=error, extra={"action": "preview-background-failed"})

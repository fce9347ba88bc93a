"""A server with somebody who manages it, and what they do with daily questions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
import pytest
import simcord

from bot.bank.bank import Bank
from bot.storage.tables import daily_posts
from tests.conftest import World, all_text, reply, running


@dataclass
class Server:
    """A world in which Mia manages the server; `channel` is where the questions go."""

    world: World
    mia: simcord.MemberActor
    channel: simcord.ChannelHandle

    async def schedule(self, time: str = "09:00", confirm: bool = True, channel: simcord.ChannelHandle | None = None, **options: Any) -> Any:
        """Mia makes a schedule, and confirms it. Returns the message that she sees."""
        shown = await self.mia.slash(self.world.channel, "daily schedule", channel=channel or self.channel, time=time, **options)
        if not confirm:
            return reply(shown)
        return reply(await self.mia.click(reply(shown), label="Confirm"))

    async def daily(self, command: str, schedule: str | None = "1", person: simcord.MemberActor | None = None, **options: Any) -> str:
        """Mia uses a command on a schedule. Returns what she reads."""
        given = options if schedule is None else {"schedule": schedule, **options}
        return all_text(reply(await (person or self.mia).slash(self.world.channel, f"daily {command}", **given)))

    def posts(self, channel: simcord.ChannelHandle | None = None) -> list[simcord.ResponseMessage]:
        """The bot's messages in the channel of the questions, oldest first."""
        backend = self.world.env.backend
        messages = backend.messages[(channel or self.channel).id].values()
        mine = [each for each in messages if each.author_id == backend.bot_user.id and each.components and not each.is_ephemeral]
        return [simcord.ResponseMessage(self.world.env, each) for each in mine]

    async def posted(self, channel: simcord.ChannelHandle | None = None, **options: Any) -> simcord.ResponseMessage:
        """The card of a question that has just been posted, an hour after the start of this world."""
        await self.schedule("01:00", channel=channel, **options)
        await self.world.env.advance_time(3600)
        return self.posts(channel)[-1]

    async def until(self, moment: datetime) -> None:
        """Move the clock to a moment; what is due until then happens."""
        await self.world.env.advance_time((moment - self.world.now()).total_seconds())

    async def days(self) -> list[str]:
        """The local dates for which there is a post."""
        return [row["local_date"].isoformat() for row in await self.world.rows(daily_posts)]


MANAGES = discord.Permissions(manage_guild=True, manage_roles=True)


@pytest.fixture
async def server(database_url: str, bank: Bank) -> AsyncIterator[Server]:
    """A server with a channel for daily questions, and Mia who manages it."""
    async with running(database_url, bank) as world:
        managers = world.guild.create_role("managers", permissions=MANAGES)
        mia = world.guild.add_member(world.env.create_user("mia", global_name="Mia"), roles=[managers])
        channel = world.guild.create_text_channel("ml-daily")
        await world.env.settle()
        yield Server(world, mia, channel)

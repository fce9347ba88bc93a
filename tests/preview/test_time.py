"""Simulated time follows the wall clock, and only by the preview's ticks."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import discord

from bot import app as composition
from bot.bank.bank import Bank
from bot.preview.clock import TROUBLE, Clock, Wall
from bot.preview.screen import Screen
from bot.preview.world import CHANNEL, World
from tests.conftest import all_text


class Alarmed(discord.Client):
    """A bot that does something by itself, a while after its start."""

    def __init__(self, after_s: float) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.after_s = after_s
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()

    async def setup_hook(self) -> None:
        asyncio.get_running_loop().call_later(self.after_s, self._begin)

    def _begin(self) -> None:
        self.began.set()
        self.work = asyncio.create_task(self.may_end.wait())


@asynccontextmanager
async def previewed(client: discord.Client, wall: Wall) -> AsyncIterator[tuple[World, Clock]]:
    """A bot in the preview, without its pages."""
    world = World(client, wall.now)
    await world.start()
    try:
        yield world, Clock(world, Screen(world))
    finally:
        await world.stop()
        await client.close()


async def test_a_card_closes_by_itself_when_its_time_has_really_passed(database_url: str, bank: Bank) -> None:
    wall = Wall()
    app = await composition.build(database_url, bank, now=wall.now)
    async with previewed(app.client, wall) as (world, clock):
        channel = world.guild.channels[CHANNEL]
        await world.people[0].slash(channel, "interview medium", minutes=1)
        wall.ahead = timedelta(seconds=58)
        await clock.tick()
        before = all_text(channel.history()[-1])

        wall.ahead = timedelta(seconds=61)
        await clock.tick()

        after = all_text(channel.history()[-1])
    await app.close()
    assert "Closes" in before
    assert "Time is up" in after
    assert clock.trouble is None


async def test_nobody_waits_for_what_is_due_in_a_moment() -> None:
    async with previewed(client := Alarmed(after_s=3), Wall()) as (world, clock):
        began = time.perf_counter()

        await world.env.settle()  # as every press does
        await clock.tick()

        assert time.perf_counter() - began < 1
        assert not client.began.is_set()


async def test_a_stuck_bot_is_told_on_the_page_until_it_goes_on() -> None:
    wall = Wall()
    async with previewed(client := Alarmed(after_s=60), wall) as (world, clock):
        world.env.settle_timeout = 0.2
        wall.ahead = timedelta(seconds=61)
        await clock.tick()
        stuck = clock.trouble

        client.may_end.set()
        await clock.tick()

        assert client.began.is_set()
        assert (stuck, clock.trouble) == (TROUBLE, None)

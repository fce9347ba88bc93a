"""The composition root: the one place where settings, bank, database, timers, rooms and client meet."""

import asyncio
import logging
import random
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import discord

from bot.account.commands import HelpCommands
from bot.bank import loader
from bot.bank.bank import Bank
from bot.client import InterviewClient
from bot.errors import Refused
from bot.practice.commands.card import CardCommands
from bot.practice.commands.debrief import DebriefCommands
from bot.practice.commands.interview import InterviewCommands
from bot.practice.delivery import Delivery
from bot.practice.service.answering import Answering
from bot.practice.service.debriefing import Debriefing
from bot.practice.service.opening import CLOSING, Opening
from bot.progress.commands import StatsCommands
from bot.progress.service import Progress
from bot.settings import Settings
from bot.storage import prepare
from bot.storage.database import Database
from bot.timers import Timers

log = logging.getLogger(__name__)

FINISH_WITHIN_S = 3.0  # of the 5 s that a stop may take, for what people have begun


def utc_now() -> datetime:
    """The wall clock; everything that asks for the time is given this, or a clock that tests set."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """One bot, ready to be connected."""

    db: Database
    timers: Timers
    client: InterviewClient

    async def close(self) -> None:
        """Stop in the order in which work flows: no new deadlines, finish what people began, leave Discord, then close the database."""
        await asyncio.gather(self.timers.stop(FINISH_WITHIN_S), self.client.finish_work(FINISH_WITHIN_S))
        if not self.client.is_closed():
            await self.client.close()
        await self.db.close()


async def build(
    database_url: str,
    bank: Bank,
    *,
    now: Callable[[], datetime] = utc_now,
    seed: int | None = None,
    command_guild_id: int | None = None,
    **options: Any,
) -> App:
    """Put one bot together on a database that has been prepared. `options` go to discord.py's client."""
    db = Database(database_url)
    await db.open()
    timers = Timers(db, now)
    client = InterviewClient(db, command_guild_id=command_guild_id, **options)

    opening = Opening(db, bank, timers, now, random.Random(seed))  # noqa: S311 - a question, not a secret
    answering = Answering(db, now)
    debriefing = Debriefing(db, bank, now)
    delivery = Delivery(client, opening)
    interview = InterviewCommands(opening, delivery, bank)
    card = CardCommands(opening, answering, debriefing, delivery)
    debrief = DebriefCommands(debriefing)
    stats = StatsCommands(Progress(db, bank, now))
    help_ = HelpCommands(bank)

    for room in (interview, card, debrief):
        client.add_buttons(room.buttons())
    for forms in (card, debrief):
        client.add_modals(forms.modals())
    for commands in (interview, stats, help_):
        for command in commands.commands():
            client.tree.add_command(command)

    timers.handlers = {CLOSING: delivery.close}

    async def begin() -> None:
        await delivery.recover()
        timers.start()

    client.begin.append(begin)
    return App(db, timers, client)


def load_bank(settings: Settings) -> Bank:
    """The question bank. Refused, with a line for each problem: its schema is broken."""
    return loader.load(settings.questions_dir)


@asynccontextmanager
async def passing(bank: Bank) -> AsyncIterator[discord.Client]:
    """A bot on a database that is gone when it ends, for the preview."""
    with tempfile.TemporaryDirectory(prefix="interviewer-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/preview.db"
        with prepare.prepare(url):
            app = await build(url, bank)
            try:
                yield app.client
            finally:
                await app.close()


async def run_live(settings: Settings, bank: Bank) -> None:
    """Connect to Discord until SIGINT or SIGTERM. Refused: the token is not accepted."""
    assert settings.discord_token is not None  # noqa: S101 - checked by the command line, which explains it
    app = await build(settings.database_url, bank, command_guild_id=settings.command_guild_id)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(signum, stop.set)
        except NotImplementedError:  # Windows; Ctrl-C then raises KeyboardInterrupt
            break
    try:
        connected = asyncio.create_task(app.client.start(settings.discord_token.get_secret_value()), name="gateway")
        stopped = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({connected, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if connected.done():
            await connected
        connected.cancel()  # a stop during the login; afterwards closing the client ends it
    except discord.LoginFailure:
        raise Refused("Discord does not accept DISCORD_TOKEN. Copy it again from the Bot page of your application in the Developer Portal.") from None
    except aiohttp.ClientConnectionError as error:
        raise Refused(f"Discord cannot be reached: {error}. Check the network and start again.") from None
    finally:
        await app.close()

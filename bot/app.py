"""The composition root: the one place where settings, bank, database, timers, rooms and client meet."""

import asyncio
import gc
import logging
import os
import random
import signal
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord

from bot.account.cards import help_card
from bot.account.commands import DataCommands, HelpCommands, SettingsCommands
from bot.account.delivery import Servers, TakingBack
from bot.account.model import Kinds
from bot.account.service import ERASE_MESSAGES, ERASE_SERVER, Choices, LeftServers, OwnData
from bot.bank import loader
from bot.bank.bank import Bank
from bot.client import UNREACHABLE, InterviewClient
from bot.copies import BACKUP, Copies
from bot.daily.commands.offers import Offers
from bot.daily.commands.post import FollowCommands
from bot.daily.commands.running import RunningCommands
from bot.daily.commands.schedules import DailyCommands
from bot.daily.delivery.posting import Posts
from bot.daily.delivery.reminding import Reminders
from bot.daily.delivery.revealing import Reveals
from bot.daily.service.following import Followers
from bot.daily.service.posting import PAUSED, REMIND, REVEAL, Dailies
from bot.daily.service.revealing import COUNT, Revealing
from bot.daily.service.scheduling import DUE, Scheduling
from bot.errors import Refused
from bot.pace import Pace
from bot.practice.commands.card import CardCommands
from bot.practice.commands.debrief import DebriefCommands
from bot.practice.commands.interview import InterviewCommands
from bot.practice.commands.message import MessageCommands
from bot.practice.delivery.channel import Delivery
from bot.practice.delivery.direct import Direct
from bot.practice.service.answering import Answering
from bot.practice.service.debriefing import Debriefing
from bot.practice.service.drafting import Drafting
from bot.practice.service.keeping import DAILY_ANSWERED, NUDGE, SENT_DRAFT
from bot.practice.service.opening import CLOSING, Opening
from bot.practice.service.using import Using
from bot.progress.commands import HistoryCommands, StatsCommands
from bot.progress.service import History, Progress
from bot.settings import Settings
from bot.storage import prepare
from bot.storage.database import Database
from bot.timers import Timers

log = logging.getLogger(__name__)

FINISH_WITHIN_S = 3.0  # of the 5 s that a stop may take, for what people have begun
STOP_WITHIN_S = 4.5  # for all of it, whatever hangs: a disk, or the look-up of a name, which nothing can cancel
COLLECT_AFTER = 50_000  # objects more than before; costs some 15 MB
NOT_AUTHENTICATED = 4004  # code with which the gateway closes (Discord, "Gateway Close Event Codes")
NOT_ACCEPTED = "Discord does not accept DISCORD_TOKEN. Copy it again from the Bot page of your application in the Developer Portal."


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
    backup_dir: Path | None = None,
    backup_keep: int = 7,
    **options: Any,
) -> App:
    """Put one bot together on a database that has been prepared. `options` go to discord.py's client."""
    db = Database(database_url)
    await db.open()
    timers = Timers(db, now)
    client = InterviewClient(db, command_guild_id=command_guild_id, **options)

    rng = random.Random(seed)  # noqa: S311 - for questions, not for secrets
    pace = Pace()
    opening = Opening(db, bank, timers, now, rng)
    answering = Answering(db, timers, now)
    debriefing = Debriefing(db, bank, now)
    drafting = Drafting(db, opening, timers, now)
    using = Using(db, opening, answering, drafting, now)
    delivery = Delivery(client, opening)
    direct = Direct(client, drafting, debriefing, delivery, lambda: help_card(len(bank), len(bank.topics)))
    delivery.before_closing = direct.before_closing
    copies = Copies(db, timers, now, prepare.database_path(database_url), backup_dir, backup_keep)
    interview = InterviewCommands(opening, drafting, delivery, direct, bank)
    card = CardCommands(opening, answering, drafting, debriefing, delivery, direct)
    message = MessageCommands(using, debriefing)
    debrief = DebriefCommands(debriefing)
    stats = StatsCommands(Progress(db, bank, now), interview.draw)
    history = HistoryCommands(History(db, bank), debriefing, bank)
    scheduling = Scheduling(db, bank, opening, timers, now)
    dailies = Dailies(db, bank, opening, timers, now, rng)
    revealing = Revealing(db, bank, opening, timers, now)
    followers = Followers(db)
    posts = Posts(client, dailies, scheduling, delivery, direct, pace)
    reveals = Reveals(client, revealing, delivery, pace)
    reminders = Reminders(client, followers, revealing, direct, pace)
    offers = Offers(scheduling, bank)
    running = RunningCommands(scheduling, dailies, posts, offers)
    daily = DailyCommands(scheduling, running, offers)
    follow = FollowCommands(followers)
    help_ = HelpCommands(bank)
    own_settings = SettingsCommands(Choices(db, now))
    kinds = Kinds(by_posting=(CLOSING, REVEAL, REMIND, COUNT), by_attempt=(NUDGE, SENT_DRAFT, DAILY_ANSWERED), by_schedule=(DUE, PAUSED))
    own_data = DataCommands(OwnData(db, timers, now, kinds))
    servers = Servers(client, LeftServers(db, timers, now, kinds))

    for room in (interview, card, message, debrief, stats, history, daily, running, follow, own_settings, own_data):
        client.add_buttons(room.buttons())
    for forms in (card, debrief, own_settings, own_data):
        client.add_modals(forms.modals())
    for menus in (stats, history):
        client.add_selects(menus.selects())
    for commands in (interview, message, stats, history, daily, help_, own_settings, own_data):
        for command in commands.commands():
            client.tree.add_command(command)

    timers.handlers = {
        BACKUP: copies.make,
        CLOSING: delivery.close,
        COUNT: reveals.count,
        DAILY_ANSWERED: reveals.answered,
        DUE: posts.post,
        ERASE_MESSAGES: TakingBack(client).erase_messages,
        ERASE_SERVER: servers.erase,
        NUDGE: direct.nudge,
        PAUSED: posts.tell,
        REMIND: reminders.remind,
        REVEAL: reveals.reveal,
        SENT_DRAFT: direct.sent,
    }

    async def begin() -> None:
        await delivery.recover()
        await copies.begin()
        timers.start()

    client.direct = direct
    client.begin.append(begin)
    client.ready.extend([direct.recover, servers.ready, posts.ready])
    client.joined.extend([servers.joined, posts.joined])
    client.left.append(servers.left)
    return App(db, timers, client)


def load_bank(settings: Settings) -> Bank:
    """The question bank. Refused, with a line for each problem: its schema is broken."""
    return loader.load(settings.questions_dir)


@asynccontextmanager
async def passing(bank: Bank, now: Callable[[], datetime]) -> AsyncIterator[discord.Client]:
    """A bot on a database that is gone when it ends, for the preview."""
    with tempfile.TemporaryDirectory(prefix="interviewer-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/preview.db"
        with prepare.prepare(url):
            app = await build(url, bank, now=now)
            try:
                yield app.client
            finally:
                await app.close()


async def run_live(settings: Settings, bank: Bank) -> None:
    """Connect to Discord until SIGINT or SIGTERM. Refused: the token is not accepted, or Discord cannot be reached."""
    assert settings.discord_token is not None  # noqa: S101 - checked by the command line, which explains it
    stop = _stop_signal()
    # What is there by now stays, and what an interaction leaves behind goes without the collector; looking less often saves a tenth of the CPU time.
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    app = await build(
        settings.database_url,
        bank,
        command_guild_id=settings.command_guild_id,
        backup_dir=settings.backup_dir,
        backup_keep=settings.backup_keep,
    )
    try:
        connected = asyncio.create_task(app.client.start(settings.discord_token.get_secret_value()), name="gateway")
        stopped = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({connected, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            connected.cancel()  # from now on nothing new comes in; a login ends here, and nobody waits for the gateway's goodbye
        else:
            await connected
    except discord.LoginFailure:
        raise Refused(NOT_ACCEPTED) from None
    except discord.ConnectionClosed as error:
        raise Refused(NOT_ACCEPTED if error.code == NOT_AUTHENTICATED else _unreachable(error)) from None
    except UNREACHABLE as error:
        raise Refused(_unreachable(error)) from None
    finally:
        await app.close()


def _stop_signal() -> asyncio.Event:
    """Set by SIGINT and SIGTERM, which also start the clock of how long the stop may take."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_to_stop() -> None:
        if not stop.is_set():
            stop.set()
            last = threading.Timer(STOP_WITHIN_S, _leave)
            last.daemon = True
            last.start()

    for signum in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(signum, begin_to_stop)
        except NotImplementedError:  # Windows; Ctrl-C then raises KeyboardInterrupt
            break
    return stop


def _leave() -> None:
    """End the process where it stands. What people were told is saved has been committed, and SQLite takes back what was not."""
    log.warning("something hangs, so the process ends without it", extra={"action": "stop-cut-off"})
    os._exit(0)


def _unreachable(error: BaseException) -> str:
    reason = next(iter(str(error).splitlines()), "") or type(error).__name__  # a gateway's error page is many lines
    return f"Discord cannot be reached: {reason[:200]}. Check the network and start again."

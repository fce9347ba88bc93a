"""The daily copy of the database: made by a durable timer, off the event loop, in the folder that BACKUP_DIR names."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot import timers
from bot.storage import backup
from bot.storage.database import Database
from bot.timers import Timer, Timers

log = logging.getLogger(__name__)

BACKUP, DAILY = "backup", "daily"  # kind and key of the one timer


class Copies:
    """One copy for each UTC date on which the bot runs, as soon as that begins; the newest `keep` stay. No folder: none."""

    def __init__(self, db: Database, timers: Timers, now: Callable[[], datetime], database: Path, folder: Path | None, keep: int) -> None:
        self.db = db
        self.timers = timers
        self.now = now
        self.database = database
        self.folder = folder
        self.keep = keep

    async def begin(self) -> None:
        """Set the timer for now, since today's copy may have been missed or BACKUP_DIR changed; or cancel the one of an earlier start."""
        if self.folder is None:
            await self.db.write(lambda conn: timers.cancel(conn, BACKUP, DAILY))
        else:
            await self._next(self.now())

    async def make(self, _: Timer) -> None:
        """Make today's copy unless it is there, and set the timer for tomorrow's. If it fails the timer tries again."""
        assert self.folder is not None  # noqa: S101 - `begin` has cancelled the timer then
        today = self.now().astimezone(UTC).date()
        stopped = threading.Event()
        try:
            made = await asyncio.to_thread(backup.daily, self.database, self.folder, today, self.keep, stopped.is_set)
        except Exception as error:
            log.error("no copy of the database: %s", error, extra={"action": "backup-failed"})  # noqa: TRY400 - the timer logs the traceback
            raise
        finally:
            stopped.set()  # the bot stops, and would wait for the thread
        if made is not None:
            log.info("copied the database to %s", made, extra={"action": "backup-made"})
        await self._next(datetime.combine(today + timedelta(days=1), time(), UTC))

    async def _next(self, due: datetime) -> None:
        await self.db.write(lambda conn: timers.add(conn, Timer(BACKUP, DAILY, due, {})))
        self.timers.wake(due)

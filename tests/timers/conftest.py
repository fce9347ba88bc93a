"""Timers on a real database, and a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import timers
from bot.storage import tables
from bot.storage.database import Database, Work
from bot.timers import Timer, Timers

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
IDLE_TURNS = 10  # of the loop without a trip to the database, after which nothing is on its way any more


class CountedDatabase(Database):
    """The database, with a count of what is on its way to it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.in_flight = 0
        self.reads = 0

    async def read(self, work: Work[Any]) -> Any:
        self.reads += 1
        return await self._counted(super().read(work))

    async def write(self, work: Work[Any]) -> Any:
        return await self._counted(super().write(work))

    async def _counted(self, trip: Awaitable[Any]) -> Any:
        self.in_flight += 1
        try:
            return await trip
        finally:
            self.in_flight -= 1


class World:
    """A database with timers in it, and one clock for the loop and for the wall that only `pass_s` moves."""

    def __init__(self, db: CountedDatabase, loop: Any) -> None:
        self.db = db
        self.loop = loop
        self.elapsed_s = 0.0
        self.fired: list[tuple[str, float]] = []  # key, and when, in seconds from the start
        self.timers = self.restarted()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def restarted(self) -> Timers:
        """The timers of another process on the same database, not yet started."""
        self.timers = Timers(self.db, self.now)
        self.timers.handlers = {"note": self.note}
        return self.timers

    async def note(self, timer: Timer) -> None:
        """A handler that does its work."""
        self.fired.append((timer.key, self.elapsed_s))

    async def add(self, key: str, after_s: float, kind: str = "note", **payload: Any) -> None:
        due = START + timedelta(seconds=after_s)
        await self.db.write(lambda conn: timers.add(conn, Timer(kind, key, due, payload)))
        self.timers.wake(due)

    async def settle(self) -> None:
        """Let everything happen that happens now."""
        idle = 0
        while idle < IDLE_TURNS:
            await asyncio.sleep(0)
            idle = 0 if self.db.in_flight else idle + 1

    async def pass_s(self, seconds: float) -> None:
        """Move the clock, from alarm to alarm."""
        until = self.elapsed_s + seconds
        await self.settle()
        while (alarms := [alarm.when() for alarm in self.loop._scheduled if not alarm.cancelled()]) and min(alarms) <= until:
            self.elapsed_s = min(alarms)
            await self.settle()
        self.elapsed_s = until
        await self.settle()

    async def left(self) -> list[str]:
        """The keys of the timers that are stored, in order."""
        return await self.db.read(lambda conn: list(conn.scalars(select(tables.timers.c.key).order_by(tables.timers.c.due)))) or []


@pytest.fixture
async def world(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Timers that are not started yet, on a new database, at second 0."""
    db = CountedDatabase(database_url)
    await db.open()
    loop = asyncio.get_running_loop()
    world = World(db, loop)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "time", lambda: world.elapsed_s)
        yield world
        await world.timers.stop(0)
        await world.settle()
    await db.close()

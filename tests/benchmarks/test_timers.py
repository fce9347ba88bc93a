"""What 100,000 timers that are due some day cost the one that is due now, and what memory they take."""

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import Connection

from bot import timers
from bot.storage import prepare
from bot.storage.database import Database
from bot.timers import Timer, Timers

STORED = 100_000
ROUNDS = 100
AHEAD = timedelta(milliseconds=15)  # of its time; as soon as it is stored, the alarm is set
MOST_LATER_MS = 2.0  # than without them
MOST_MEMORY = 256 << 10  # bytes more, at the worst moment


def utc_now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    """The floor: a second database, without timers."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    with prepare.prepare(url):
        yield url


def fill(conn: Connection) -> None:
    tomorrow = utc_now() + timedelta(days=1)
    for number in range(STORED):
        timers.add(conn, Timer("later", str(number), tomorrow + timedelta(seconds=(number * 7_919) % STORED), {"day": "2026-03-02"}))


class Lateness:
    """Timers that fire, and how late they do, in seconds."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.alarm = Timers(db, utc_now)
        self.alarm.handlers = {"now": self.fire}
        self.late: list[float] = []
        self.fired = asyncio.Event()

    async def fire(self, timer: Timer) -> None:
        self.late.append((utc_now() - timer.due).total_seconds())
        self.fired.set()

    async def once(self) -> None:
        self.fired.clear()
        due = utc_now() + AHEAD
        await self.db.write(lambda conn: timers.add(conn, Timer("now", str(len(self.late)), due, {})))
        self.alarm.wake(due)
        await self.fired.wait()
        await asyncio.sleep(0.005)  # its row goes, and what is next is looked for


async def peak(timing: Lateness) -> int:
    """Bytes at the worst moment, from the start until one has fired."""
    gc.collect()
    tracemalloc.start()
    timing.alarm.start()
    for _ in range(3):
        await timing.once()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


async def test_a_hundred_thousand_stored_timers_delay_nothing_and_take_no_memory(database_url: str, empty_url: str) -> None:
    without, beside = (Lateness(Database(url)) for url in (empty_url, database_url))
    await without.db.open()
    await beside.db.open()
    await beside.db.write(fill)

    memory = [await peak(each) for each in (without, without, beside)][1:]  # the first also pays for what is loaded once
    for each in (without, beside):
        each.late.clear()
    for number in range(ROUNDS):
        for each in (without, beside) if number % 2 else (beside, without):
            await each.once()
    for each in (without, beside):
        await each.alarm.stop(5)
        await each.db.close()

    floor, ours = (median(each.late) * 1e3 for each in (without, beside))
    more = memory[1] - memory[0]
    print(
        f"\ntimers: fired {ours:.2f} ms after their time beside {STORED:,} others, {floor:.2f} ms alone (at most {MOST_LATER_MS} ms more); "
        f"{more / 1024:.0f} KiB more memory (at most {MOST_MEMORY >> 10})"
    )
    assert ours - floor <= MOST_LATER_MS
    assert more <= MOST_MEMORY

"""Work for the doors to the database, and a gate that holds the writer in the middle of a transaction."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from bot.storage.database import Database
from bot.storage.tables import question_reports

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def report(text: str) -> Callable[[Connection], None]:
    """Work for the writer: keep one report."""

    def work(conn: Connection) -> None:
        conn.execute(insert(question_reports).values(question_id="q", user_id=1, text=text, at=NOON))

    return work


def texts(path: Path) -> list[str]:
    """The reports that another program sees in the file, in the order in which they were kept."""
    with closing(sqlite3.connect(path)) as other:
        return [text for (text,) in other.execute("SELECT text FROM question_reports ORDER BY id")]


def count(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(question_reports)) or 0


class Gate:
    """Work that holds the writer's transaction open until `open` is called, so that others have to wait for the next one."""

    def __init__(self, inside: Callable[[Connection], None] = lambda _conn: None) -> None:
        self.inside = inside
        self.reached, self._open = threading.Event(), threading.Event()

    def __call__(self, conn: Connection) -> None:
        self.inside(conn)
        self.reached.set()
        self._open.wait(10)

    async def wait_until_reached(self) -> None:
        await asyncio.to_thread(self.reached.wait, 10)

    def open(self) -> None:
        self._open.set()


async def held(db: Database, gate: Gate) -> asyncio.Task[None]:
    """A write that is in the middle of its transaction."""
    holding = asyncio.create_task(db.write(gate))
    await gate.wait_until_reached()
    return holding


async def queued(db: Database, *works: Callable[[Connection], None]) -> list[asyncio.Task[None]]:
    """Writes whose callers wait in the queue."""
    waiting = [asyncio.create_task(db.write(work)) for work in works]
    await asyncio.sleep(0)
    return waiting

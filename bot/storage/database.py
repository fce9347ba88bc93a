"""The two doors to the database: `read`, and `write` for the one writer, whose waiting callers share a commit.

Measured with 200 people at once: a session per handler manages a third of the rounds that one writer with group commit does, since each commit waits
for the disk. What is given to a door is a plain function of a connection, and all of it runs in one trip to the connection's thread: with a trip for
each statement the trips cost several times what the statements do.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import aiosqlite
from sqlalchemy import Connection, Engine, StaticPool, create_engine, make_url

T = TypeVar("T")
Work = Callable[[Connection], T]
"""Statements to run on a connection, in its thread. Given to `write` it may run twice, so it refuses before it, and sends and wakes after it."""

READERS = 2  # connections; more only add threads that wait for each other
BUSY_TIMEOUT_S = 5.0  # for a backup that holds the file for a moment
CLOSE_WITHIN_S = 1.5  # for what is queued when the bot stops
# WAL lets readers go on beside the writer; FULL makes a commit survive a power cut, which is what "saved" promises.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


class _Waiting(NamedTuple):
    work: Work[Any]
    result: asyncio.Future[Any]


class _Link:
    """One connection: aiosqlite gives it a thread and a queue of its own, SQLAlchemy speaks to it there."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._aio: aiosqlite.Connection | None = None
        self._engine: Engine | None = None
        self._conn: Connection | None = None

    async def open(self) -> None:
        # `isolation_level=None`: transactions begin where `transaction` says so and nowhere else.
        opening = aiosqlite.connect(self._path, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
        opening._thread.daemon = True  # a connection that a crash leaves open must not keep the process alive
        self._aio = await opening
        for pragma in PRAGMAS:
            await self._aio.execute(f"PRAGMA {pragma}")
        raw: sqlite3.Connection = self._aio._conn
        self._engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool, isolation_level="AUTOCOMMIT")
        self._conn = await self.run(self._engine.connect)

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function in the connection's thread."""
        if self._aio is None:
            raise RuntimeError("the database is closed")
        result: T = await self._aio._execute(function, *arguments)  # type: ignore[no-untyped-call]
        return result

    async def do(self, work: Work[T]) -> T:
        """Run work on the connection, without a transaction."""
        return await self.run(work, self._conn)

    async def transaction(self, works: list[Work[Any]]) -> list[Any]:
        """Run all of it in one transaction; on an error none of it has happened."""
        return await self.run(_transaction, self._conn, works)

    async def close(self) -> None:
        if self._aio is not None and self._conn is not None and self._engine is not None:
            await self.run(self._conn.close)
            await self.run(self._engine.dispose)
            await self._aio.close()
            self._aio = None


def _transaction(conn: Connection, works: list[Work[Any]]) -> list[Any]:
    conn.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        results = [work(conn) for work in works]
        conn.exec_driver_sql("COMMIT")
    except BaseException:
        raw = conn.connection.driver_connection
        if raw is not None and raw.in_transaction:  # a full disk may have ended it already
            raw.rollback()
        raise
    return results


class Database:
    """A SQLite file that has been prepared, and that this process alone writes."""

    def __init__(self, url: str) -> None:
        path = str(make_url(url).database)
        self._readers = [_Link(path) for _ in range(READERS)]
        self._next_reader = deque(self._readers)
        self._writer = _Link(path)
        self._queue: list[_Waiting] = []
        self._draining: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect."""
        for link in (self._writer, *self._readers):
            await link.open()

    async def close(self) -> None:
        """Commit what is queued and disconnect."""
        if self._draining is not None:
            await asyncio.wait([self._draining], timeout=CLOSE_WITHIN_S)
        for link in (self._writer, *self._readers):
            await link.close()

    async def read(self, work: Work[T]) -> T:
        """Run statements that change nothing. Each sees what was committed when it began."""
        self._next_reader.rotate()
        return await self._next_reader[0].do(work)

    async def write(self, work: Work[T]) -> T:
        """Run statements in the next transaction and resume after its commit, whoever else shares it.

        If one of a transaction fails, all are rolled back and each is run again alone, so that a failure reaches its own caller only.
        """
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(work, result))
        if self._draining is None:  # a task only while there is work, so that nothing waits when nothing happens
            self._draining = asyncio.create_task(self._drain(), name="writer")
        return await result

    async def _drain(self) -> None:
        try:
            while self._queue:
                batch, self._queue = self._queue, []
                try:
                    await self._commit(batch)
                except Exception as error:
                    if len(batch) == 1:
                        _fail(batch[0], error)
                    else:
                        await self._one_by_one(batch)
        finally:
            self._draining = None

    async def _one_by_one(self, batch: list[_Waiting]) -> None:
        for waiting in batch:
            try:
                await self._commit([waiting])
            except Exception as error:
                _fail(waiting, error)

    async def _commit(self, batch: list[_Waiting]) -> None:
        results = await self._writer.transaction([waiting.work for waiting in batch])
        for waiting, result in zip(batch, results, strict=True):
            if not waiting.result.done():  # done: whoever waited has been cancelled, and what they wanted is kept all the same
                waiting.result.set_result(result)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.result.done():
        waiting.result.set_exception(error)

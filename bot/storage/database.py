"""The two doors to the database: `read` on pooled connections, and `write` for the one writer, whose waiting callers share a commit.

Measured with 200 people at once: a session per handler manages a third of the rounds that one writer with group commit does, since each commit waits
for the disk.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage import driver

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]
"""Statements to run on a connection. Given to `write` it may run twice, so it holds nothing else: refuse before it, send and wake after it."""

READERS = 3  # connections; more only add threads that wait for each other
BUSY_TIMEOUT_MS = 5_000  # for a backup that holds the file for a moment
CLOSE_WITHIN_S = 1.5  # for what is queued when the bot stops
# WAL lets readers go on beside the writer; FULL makes a commit survive a power cut, which is what "saved" promises.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}")


class _Waiting(NamedTuple):
    work: Work[Any]
    result: asyncio.Future[Any]


class Database:
    """A SQLite file that has been prepared, and that this process alone writes."""

    def __init__(self, url: str) -> None:
        # Readers run each statement on its own: none of ours needs two statements to see the same instant.
        self._readers = _engine(url, pool_size=READERS, max_overflow=0, pool_use_lifo=True, isolation_level="AUTOCOMMIT")
        self._writers = _engine(url, pool_size=1, max_overflow=0)
        self._writer: AsyncConnection | None = None
        self._queue: list[_Waiting] = []
        self._draining: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect the writer."""
        self._writer = await self._writers.connect()

    async def close(self) -> None:
        """Commit what is queued and disconnect."""
        if self._draining is not None:
            await asyncio.wait([self._draining], timeout=CLOSE_WITHIN_S)
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        await self._writers.dispose()
        await self._readers.dispose()

    async def read(self, work: Work[T]) -> T:
        """Run statements that change nothing."""
        async with self._readers.connect() as conn:
            return await work(conn)

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
        if self._writer is None:
            raise RuntimeError("the database is closed")
        async with self._writer.begin():
            results = [await waiting.work(self._writer) for waiting in batch]
        for waiting, result in zip(batch, results, strict=True):
            if not waiting.result.done():  # done: whoever waited has been cancelled, and what they wanted is kept all the same
                waiting.result.set_result(result)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.result.done():
        waiting.result.set_exception(error)


def _engine(url: str, **options: Any) -> AsyncEngine:
    engine = create_async_engine(url, async_creator=driver.creator(str(make_url(url).database)), pool_reset_on_return=None, **options)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine

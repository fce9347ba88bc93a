"""The two doors to the database: `read`, and `write` for the one writer, whose waiting callers share a commit.

Measured with 200 people at once: a session per handler manages a third of the rounds that one writer with group commit does, since each commit waits
for the disk. What is given to a door is a plain function of a connection, and all of it runs in one trip to the connection's thread: with a trip for
each statement the trips cost several times what the statements do.
"""

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import aiosqlite
from sqlalchemy import Connection, StaticPool, create_engine, make_url
from sqlalchemy.exc import OperationalError

T = TypeVar("T")
Work = Callable[[Connection], T]
"""Statements to run on a connection, in its thread. Given to `write` it may run twice, so it refuses before it, and sends and wakes after it."""

READERS = 2  # connections; more only add threads that wait for each other
BUSY_TIMEOUT_S = 5.0  # for another program that holds the file for a moment
CLOSE_WITHIN_S = 1.5  # for what is queued when the bot stops
# WAL lets readers go on beside the writer; FULL makes a commit survive a power cut, which is what "saved" promises.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
READ_ONLY = "query_only=ON"  # for readers: a write that takes the wrong door is refused instead of racing the writer

# aiosqlite's own names that `_Link` uses: its public calls make a trip for each statement, and hide the connection from SQLAlchemy.
PRIVATE_NAMES = ("_conn", "_execute", "_thread")


def _check_aiosqlite() -> None:
    # Never awaited, so that it starts no thread and opens no file. `_conn` is asked of the class, as it raises before there is a connection.
    connection = aiosqlite.connect(":memory:")
    missing = [name for name in PRIVATE_NAMES if name not in vars(connection) and not hasattr(type(connection), name)]
    if missing:
        raise ImportError(f"aiosqlite {aiosqlite.__version__} has no {', '.join(missing)}; install the version that requirements.lock names")


_check_aiosqlite()


class _Waiting(NamedTuple):
    work: Work[Any]
    result: asyncio.Future[Any]


class _Link:
    """One connection: aiosqlite gives it a thread and a queue of its own, SQLAlchemy speaks to it there."""

    def __init__(self, path: str, *pragmas: str) -> None:
        self._path = path
        self._pragmas = pragmas
        self._aio: aiosqlite.Connection | None = None
        self._conn: Connection | None = None

    async def open(self) -> None:
        # `isolation_level=None`: transactions begin where `_read` and `_write` say so and nowhere else.
        opening = aiosqlite.connect(self._path, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
        opening._thread.daemon = True  # a connection that a crash leaves open must not keep the process alive
        self._aio = await opening
        raw: sqlite3.Connection = self._aio._conn
        for pragma in self._pragmas:
            await self._run(raw.execute, f"PRAGMA {pragma}")
        # Never given back to its pool, so that nothing needs to be reset: closing the one connection is all that ends it.
        engine = create_engine(
            "sqlite://", creator=lambda: raw, poolclass=StaticPool, pool_reset_on_return=None, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        self._conn = await self._run(engine.connect)

    async def read(self, work: Work[T]) -> T:
        return await self._run(_read, self._conn, work)

    async def write(self, works: list[Work[Any]]) -> list[Any]:
        return await self._run(_write, self._conn, works)

    async def _run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call a function in the connection's thread."""
        if self._aio is None:
            raise RuntimeError("the database is closed")
        result: T = await self._aio._execute(_deliverable, function, *arguments)  # type: ignore[no-untyped-call]
        return result

    async def close(self) -> None:
        """Disconnect after what the thread has been given already, also when nobody waits for it."""
        aio, self._aio = self._aio, None
        if aio is not None and (closed := aio.stop()) is not None:
            await closed


def _deliverable(function: Callable[..., T], *arguments: Any) -> T:
    try:
        return function(*arguments)
    except StopIteration as error:
        # No future takes this exception, so its caller, and with it the writer, would wait for ever.
        raise RuntimeError("StopIteration in work for the database") from error


def _read(conn: Connection, work: Work[T]) -> T:
    """Run work on one state of the database, however many statements it makes and whatever is committed meanwhile."""
    raw = _raw(conn)
    raw.execute("BEGIN")
    try:
        return work(conn)
    finally:
        _roll_back(raw)


def _write(conn: Connection, works: list[Work[Any]]) -> list[Any]:
    """Run all of it in one transaction; on an error none of it has happened."""
    raw = _raw(conn)
    raw.execute("BEGIN IMMEDIATE")
    try:
        results = [work(conn) for work in works]
        raw.execute("COMMIT")
    except BaseException:
        _roll_back(raw)
        raise
    return results


def _raw(conn: Connection) -> sqlite3.Connection:
    raw = conn.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - what `_Link.open` has given to SQLAlchemy
    return raw


def _roll_back(raw: sqlite3.Connection) -> None:
    if raw.in_transaction:  # a full disk may have ended it already
        raw.rollback()


class Database:
    """A SQLite file that has been prepared, and that this process alone writes."""

    def __init__(self, url: str) -> None:
        path = str(make_url(url).database)
        self._readers = [_Link(path, *PRAGMAS, READ_ONLY) for _ in range(READERS)]
        self._next_reader = deque(self._readers)
        self._writer = _Link(path, *PRAGMAS)
        self._queue: list[_Waiting] = []
        self._draining: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect."""
        try:
            for link in (self._writer, *self._readers):
                await link.open()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Commit what is queued and disconnect. What takes longer than CLOSE_WITHIN_S fails; nobody was told yet that it was kept."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                if self._draining is not None:
                    await asyncio.wait([self._draining])
                for link in (self._writer, *self._readers):
                    await link.close()

    async def read(self, work: Work[T]) -> T:
        """Run statements that change nothing. Together they see what was committed when the first of them ran."""
        self._next_reader.rotate()
        return await self._next_reader[0].read(work)

    async def write(self, work: Work[T]) -> T:
        """Run statements in the next transaction and resume after its commit, whoever else shares it.

        If one of a transaction fails, all are rolled back and each is run again alone, so that a failure reaches its own caller only. A caller that
        is cancelled takes nothing back: its work is done all the same.
        """
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(work, result))
        if self._draining is None:  # a task only while there is work, so that nothing waits when nothing happens
            self._draining = asyncio.create_task(self._drain(), name="writer")
        return await result

    async def _drain(self) -> None:
        batch: list[_Waiting] = []
        try:
            while self._queue:
                batch, self._queue = self._queue, []
                try:
                    await self._commit(batch)
                except Exception as error:
                    if len(batch) == 1 or _is_locked(error):  # locked: none has run, and each alone would wait as long again
                        _fail(batch, error)
                    else:
                        await self._one_by_one(batch)
        finally:
            self._draining = None
            for waiting in (*batch, *self._queue):  # none, unless the loop ends and this task was cancelled
                waiting.result.cancel()

    async def _one_by_one(self, batch: list[_Waiting]) -> None:
        for waiting in batch:
            try:
                await self._commit([waiting])
            except Exception as error:
                _fail([waiting], error)

    async def _commit(self, batch: list[_Waiting]) -> None:
        results = await self._writer.write([waiting.work for waiting in batch])
        for waiting, result in zip(batch, results, strict=True):
            if not waiting.result.done():  # done: whoever waited has been cancelled, and what they wanted is kept all the same
                waiting.result.set_result(result)


def _is_locked(error: Exception) -> bool:
    cause = error.orig if isinstance(error, OperationalError) else error
    return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.result.done():
            waiting.result.set_exception(error)

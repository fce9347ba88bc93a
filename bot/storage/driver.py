"""aiosqlite with one trip to its thread for each statement instead of four.

SQLAlchemy asks the driver for a cursor, lets it execute, fetches all rows and closes it, and aiosqlite sends each of these to its thread on its own.
The trips cost more than the statements: together they were most of the CPU time of a practice round. Here the statement is executed and its rows are
fetched in one trip, and the rest is answered from what came back.
"""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import aiosqlite

ITER_CHUNK = 64  # aiosqlite's own default; nothing here iterates


class PrefetchedCursor(aiosqlite.Cursor):
    """A cursor whose rows have been fetched when `execute` returns."""

    def __init__(self, conn: aiosqlite.Connection, cursor: sqlite3.Cursor) -> None:
        super().__init__(conn, cursor)
        self._fetched: list[Any] = []

    async def __aenter__(self) -> "PrefetchedCursor":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "PrefetchedCursor":
        """Execute one statement and fetch its rows, in one trip to the connection's thread."""
        self._fetched = await self._conn._execute(_run, self._cursor, sql, parameters or ())  # type: ignore[no-untyped-call]
        return self

    async def fetchall(self) -> list[Any]:
        """The rows that `execute` brought."""
        fetched, self._fetched = self._fetched, []
        return fetched

    async def close(self) -> None:
        """Nothing to do: all rows are here, and a sqlite3 cursor holds nothing that outlives it."""


class Connection(aiosqlite.Connection):
    """A connection that hands out prefetched cursors."""

    def cursor(self) -> PrefetchedCursor:  # type: ignore[override] # aiosqlite's is a context manager over a coroutine; SQLAlchemy enters either
        """A cursor, made without a trip: it is used in the connection's thread alone."""
        return PrefetchedCursor(self, sqlite3.Cursor(self._conn))

    async def commit(self) -> None:
        """Commit, if there is anything to commit: reads begin no transaction."""
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Roll back, if there is anything to roll back."""
        if self.in_transaction:
            await super().rollback()


def _run(cursor: sqlite3.Cursor, sql: str, parameters: Any) -> list[Any]:
    cursor.execute(sql, parameters)
    return cursor.fetchall() if cursor.description is not None else []


def creator(path: Path | str) -> Callable[..., Connection]:
    """For `create_async_engine(async_creator=…)`."""

    def connect() -> Connection:
        # Cursors are made on the loop's thread and used on the connection's, hence no check.
        connection = Connection(lambda: sqlite3.connect(path, check_same_thread=False), ITER_CHUNK)
        connection._thread.daemon = True  # as SQLAlchemy sets it: a connection that was never closed must not keep the process alive
        return connection

    return connect

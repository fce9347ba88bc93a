"""The two doors to the database when the disk is full, the file is locked, or the bot stops."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import Connection

from bot.storage import database
from bot.storage.database import Database
from tests.storage.files import ROOT
from tests.storage.work import Gate, count, held, queued, report, texts


async def test_a_full_disk_reaches_whom_it_hits_and_writing_goes_on_when_there_is_room(db: Database, path: Path) -> None:
    # The limit of pages stands in for the disk: SQLite gives the same error, SQLITE_FULL.
    def limit(conn: Connection, pages: int) -> None:
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    pages = await db.read(lambda conn: conn.exec_driver_sql("PRAGMA page_count").scalar_one())
    await db.write(lambda conn: limit(conn, pages + 1))
    gate = Gate()
    holding = await held(db, gate)
    waiting = await queued(db, report("small"), report("too large" * 10_000), report("small too"))

    gate.open()
    outcomes = await asyncio.gather(holding, *waiting, return_exceptions=True)
    after_failure = texts(path)
    await db.write(lambda conn: limit(conn, 1_000_000))
    await db.write(report("large" * 10_000))

    assert [str(outcome).count("disk is full") for outcome in outcomes] == [0, 0, 1, 0]
    assert after_failure == ["small", "small too"]
    assert len(texts(path)) == 3


async def test_while_another_program_locks_the_file_all_who_wait_hear_of_it_together(
    database_url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.2)
    db = Database(database_url)
    await db.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = perf_counter()
        outcomes = await asyncio.gather(*(db.write(report(str(number))) for number in range(100)), return_exceptions=True)
        waited_s = perf_counter() - began
    await db.write(report("afterwards"))
    await db.close()

    assert {str(outcome) for outcome in outcomes} == {"database is locked"}
    assert waited_s < 10  # one after the other they would wait for 20 s
    assert texts(path) == ["afterwards"]


# The end


async def test_closing_commits_what_is_queued_and_leaves_one_file(database_url: str, path: Path) -> None:
    db = Database(database_url)
    await db.open()
    gate = Gate()
    holding = await held(db, gate)
    waiting = await queued(db, *(report(str(number)) for number in range(50)))

    closing_down = asyncio.create_task(db.close())
    await asyncio.sleep(0)
    gate.open()
    await closing_down

    assert all(task.done() and task.exception() is None for task in (holding, *waiting))
    assert texts(path) == [str(number) for number in range(50)]
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


async def test_after_closing_both_doors_refuse(database_url: str) -> None:
    db = Database(database_url)
    await db.open()
    await db.close()

    with pytest.raises(RuntimeError, match="database is closed"):
        await asyncio.wait_for(db.write(report("too late")), 5)
    with pytest.raises(RuntimeError, match="database is closed"):
        await asyncio.wait_for(db.read(count), 5)
    await db.close()


async def test_closing_does_not_wait_for_a_stuck_transaction(database_url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CLOSE_WITHIN_S", 0.1)
    db = Database(database_url)
    await db.open()
    gate = Gate(report("stuck"))
    holding = await held(db, gate)

    await asyncio.wait_for(db.close(), 5)
    still_waiting = not holding.done()
    gate.open()
    await holding
    monkeypatch.undo()
    await db.close()

    assert still_waiting
    assert texts(path) == ["stuck"]


async def test_when_the_loop_ends_nobody_waits_for_ever(db: Database) -> None:
    gate = Gate()
    holding = await held(db, gate)
    waiting = await queued(db, report("queued"))

    next(task for task in asyncio.all_tasks() if task.get_name() == "writer").cancel()
    outcomes = await asyncio.wait_for(asyncio.gather(holding, *waiting, return_exceptions=True), 5)
    gate.open()

    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2


async def test_a_file_that_is_no_database_leaves_no_connection_behind(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'notes.txt'}")
    before = set(threading.enumerate())

    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        await db.open()

    connections = set(threading.enumerate()) - before
    for thread in connections:
        await asyncio.to_thread(thread.join, 5)
    assert not any(thread.is_alive() for thread in connections)


def test_an_aiosqlite_that_has_changed_inside_is_named_at_import() -> None:
    script = "import aiosqlite; aiosqlite.__version__ = '9.9'; del aiosqlite.Connection._execute; import bot.storage.database"

    finished = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})

    assert finished.stderr.splitlines()[-1].startswith("ImportError: aiosqlite 9.9 has no _execute")

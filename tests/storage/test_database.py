"""The two doors to the database: what is committed when, who shares a commit, and what a read sees."""

import asyncio
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from bot.storage.database import READERS, Database
from bot.storage.tables import question_reports, question_totals
from tests.storage.files import ROOT
from tests.storage.work import NOON, Gate, count, held, queued, report, texts

# Commits


async def test_what_a_caller_wrote_is_in_the_file_when_it_resumes(db: Database, path: Path) -> None:
    for number in range(20):
        await db.write(report(str(number)))

        assert texts(path)[-1] == str(number)


async def test_a_caller_gets_what_its_own_work_returned(db: Database) -> None:
    results = await asyncio.gather(*(db.write(partial(lambda number, _conn: number, number)) for number in range(50)))

    assert results == list(range(50))


async def test_callers_that_wait_share_one_commit_in_the_order_in_which_they_came(db: Database, path: Path) -> None:
    statements: list[str] = []
    await db.write(lambda conn: conn.connection.driver_connection.set_trace_callback(statements.append))  # type: ignore[union-attr]
    statements.clear()
    gate = Gate()
    holding = await held(db, gate)
    waiting = await queued(db, *(report(str(number)) for number in range(100)))

    gate.open()
    await asyncio.gather(holding, *waiting)

    assert statements.count("COMMIT") == 2
    assert texts(path) == [str(number) for number in range(100)]


async def test_one_that_fails_hurts_none_of_those_that_shared_its_transaction(db: Database, path: Path) -> None:
    def add_one(conn: Connection) -> None:
        conn.exec_driver_sql("INSERT INTO question_totals VALUES ('q', 1) ON CONFLICT DO UPDATE SET count = count + 1")

    def bad(conn: Connection) -> None:
        add_one(conn)
        conn.execute(insert(question_reports).values(question_id="q", user_id=1, text=None, at=NOON))

    gate = Gate()
    holding = await held(db, gate)
    waiting = await queued(db, add_one, report("before"), bad, add_one, report("after"))

    gate.open()
    outcomes = await asyncio.gather(holding, *waiting, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), type(None), IntegrityError, type(None), type(None)]
    assert texts(path) == ["before", "after"]
    assert await db.read(lambda conn: conn.scalar(select(question_totals.c.count))) == 2


async def test_an_error_says_nothing_of_what_somebody_typed(db: Database) -> None:
    def twice(conn: Connection) -> None:
        for _ in range(2):
            conn.execute(insert(question_totals).values(question_id="typed for an hour", count=1))

    with pytest.raises(IntegrityError) as failed:
        await db.write(twice)

    assert "typed" not in str(failed.value)


async def test_a_failure_inside_python_reaches_its_caller_and_writing_goes_on(db: Database, path: Path) -> None:
    def bad(conn: Connection) -> str:
        report("half of it")(conn)
        return next(iter([]))  # StopIteration, which no future takes

    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(db.write(bad), 5)
    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(db.read(lambda _conn: next(iter([]))), 5)
    await db.write(report("next"))

    assert texts(path) == ["next"]


@pytest.mark.parametrize("when", ["waiting", "being committed"])
async def test_what_a_cancelled_caller_wrote_is_kept_with_that_of_the_others(db: Database, path: Path, when: str) -> None:
    gate = Gate(report("first"))
    holding = await held(db, gate)
    waiting = await queued(db, report("second"), report("third"))

    (holding if when == "being committed" else waiting[0]).cancel()
    gate.open()
    outcomes = await asyncio.gather(holding, *waiting, return_exceptions=True)

    assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes].count(True) == 1
    assert texts(path) == ["first", "second", "third"]


def test_a_process_that_is_killed_after_it_said_saved_has_saved(database_url: str, path: Path) -> None:
    script = f"""
import asyncio, time
from sqlalchemy import insert
from bot.storage.database import Database
from tests.storage.work import report

async def main():
    db = Database({database_url!r})
    await db.open()
    await asyncio.gather(*(db.write(report(f"answer {{number}}")) for number in range(10)))
    print("saved", flush=True)
    await asyncio.gather(db.read(lambda conn: time.sleep(60)), db.write(lambda conn: (report("not said")(conn), time.sleep(60))))

asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        said = process.stdout.readline()
        process.send_signal(signal.SIGKILL)

    assert said == "saved\n"
    assert texts(path) == [f"answer {number}" for number in range(10)]


# Reads


async def test_a_read_sees_nothing_that_is_not_committed(db: Database) -> None:
    gate = Gate(report("half of it"))
    holding = await held(db, gate)

    during = [await db.read(count) for _ in range(READERS)]
    gate.open()
    await holding

    assert during == [0] * READERS
    assert await db.read(count) == 1


async def test_the_statements_of_one_read_see_the_same_state(db: Database) -> None:
    looked, go_on = threading.Event(), threading.Event()

    def look_twice(conn: Connection) -> tuple[int, int]:
        first = count(conn)
        looked.set()
        go_on.wait(10)
        return first, count(conn)

    reading = asyncio.create_task(db.read(look_twice))
    await asyncio.to_thread(looked.wait, 10)
    await db.write(report("meanwhile"))
    go_on.set()

    assert await reading == (0, 0)
    assert [await db.read(count) for _ in range(READERS)] == [1] * READERS


async def test_a_failing_read_leaves_its_connection_usable(db: Database) -> None:
    for _ in range(READERS * 2):
        with pytest.raises(OperationalError, match="no such table"):
            await db.read(lambda conn: conn.exec_driver_sql("SELECT * FROM elsewhere"))
    await db.write(report("meanwhile"))

    assert [await db.read(count) for _ in range(READERS)] == [1] * READERS


async def test_a_write_through_the_door_for_reading_is_refused(db: Database, path: Path) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        await db.read(report("by the wrong door"))

    assert texts(path) == []


# What holds for every connection


async def test_commits_survive_a_power_cut_and_rows_never_lose_what_they_belong_to(db: Database) -> None:
    def pragmas(conn: Connection) -> tuple[str, int, int, int]:
        return tuple(conn.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"))

    in_force = [await db.write(pragmas), *[await db.read(pragmas) for _ in range(READERS)]]

    full = 2
    assert in_force == [("wal", full, 1, 5_000)] * (1 + READERS)


async def test_a_time_without_a_zone_is_refused(db: Database, path: Path) -> None:
    naive = NOON.replace(tzinfo=None)

    with pytest.raises(StatementError, match="without a zone"):
        await db.write(lambda conn: conn.execute(insert(question_reports).values(question_id="q", user_id=1, text="naive", at=naive)))
    with pytest.raises(StatementError, match="without a zone"):
        await db.read(lambda conn: conn.execute(select(question_reports).where(question_reports.c.at < naive)))

    assert texts(path) == []


async def test_times_of_any_zone_come_back_exact_in_utc_and_sort_by_the_instant(db: Database) -> None:
    def insert_at(at: datetime, conn: Connection) -> None:
        conn.execute(insert(question_reports).values(question_id="q", user_id=1, text="", at=at))

    tokyo, hawaii = timezone(timedelta(hours=9)), timezone(timedelta(hours=-10))
    times = [
        datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=tokyo),
        datetime(2026, 2, 28, 17, 0, 0, 2, tzinfo=hawaii),
        datetime(2026, 3, 1, 3, 0, 0, 3, tzinfo=UTC),
        datetime(1965, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC),
    ]
    for at in times:
        await db.write(partial(insert_at, at))

    found = await db.read(lambda conn: list(conn.scalars(select(question_reports.c.at).order_by(question_reports.c.at))))

    assert found == sorted(times)
    assert {at.tzinfo for at in found} == {UTC}

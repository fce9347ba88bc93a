"""What a stored answer costs against a bare sqlite3 transaction of the same statements, and the earliest timer among 100,000."""

import asyncio
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot import timers
from bot.storage.database import PRAGMAS, Database
from bot.storage.tables import answer_versions, attempts, postings, practice_counts, question_totals
from bot.timers import Timer, Timers

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "I would start with a dedicated model server behind a load balancer, with dynamic batching and a 5 ms window. " * 10
ROUNDS = 60
CALLERS = 100
# Times what the bare transactions take. They hold also in memory, where a commit costs nothing and sharing it gains nothing;
# on a disk that waits for its medium the first comes near 1, and the second far below.
MOST_ALONE, MOST_TOGETHER = 8.0, 6.0
TIMERS = 100_000
LONGEST_LOOK_MS = 20.0

# The four statements of an answer: its text, the person's attempt and count, and the question's total.
_version = insert(answer_versions).values(
    attempt_id=bindparam("attempt"), text=bindparam("answer"), at=bindparam("now"), late=False, after_answer=False
)
_submitted = update(attempts).where(attempts.c.id == bindparam("attempt")).values(state="submitted", submitted=bindparam("now"))
_count = upsert(practice_counts).values(user_id=bindparam("person"), question_id="q", count=1, last=bindparam("now"))
_count = _count.on_conflict_do_update(index_elements=["user_id", "question_id"], set_={"count": practice_counts.c.count + 1})
_total = upsert(question_totals).values(question_id="q", count=1)
_total = _total.on_conflict_do_update(index_elements=["question_id"], set_={"count": question_totals.c.count + 1})


def answer(person: int) -> Callable[[Connection], None]:
    def work(conn: Connection) -> None:
        conn.execute(_version, {"attempt": person, "answer": TEXT, "now": NOW})
        conn.execute(_submitted, {"attempt": person, "now": NOW})
        conn.execute(_count, {"person": person, "now": NOW})
        conn.execute(_total)

    return work


def bare_answer(conn: sqlite3.Connection, person: int) -> None:
    now = int(NOW.timestamp() * 1_000_000)
    conn.execute("INSERT INTO answer_versions (attempt_id, text, at, late, after_answer) VALUES (?, ?, ?, 0, 0)", (person, TEXT, now))
    conn.execute("UPDATE attempts SET state = 'submitted', submitted = ? WHERE id = ?", (now, person))
    conn.execute(
        "INSERT INTO practice_counts (user_id, question_id, count, last) VALUES (?, 'q', 1, ?) ON CONFLICT DO UPDATE SET count = count + 1",
        (person, now),
    )
    conn.execute("INSERT INTO question_totals (question_id, count) VALUES ('q', 1) ON CONFLICT DO UPDATE SET count = count + 1")


def bare_transaction(conn: sqlite3.Connection, person: int) -> None:
    conn.execute("BEGIN IMMEDIATE")
    bare_answer(conn, person)
    conn.execute("COMMIT")


@pytest.fixture
def bare(database_url: str, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The floor: a connection of the same pragmas to another file of the same schema, in the same folder; both with an attempt for each person."""
    path = Path(database_url.partition(":///")[2])
    with closing(sqlite3.connect(path)) as conn, conn:
        posting = {"kind": "interview", "question_id": "q", "place": "channel", "channel_id": 1, "owner_id": 1, "practised_before": 0}
        posting |= {"opened": 0, "closes": 0, "ended_early": False, "nonce": "n", "id": 1}
        fill(conn, postings.name, [posting])
        attempt = {"posting_id": 1, "question_id": "q", "state": "started", "late": False, "hints": 0, "started": 0}
        fill(conn, attempts.name, [attempt | {"id": person, "user_id": person} for person in range(CALLERS)])
    with closing(sqlite3.connect(path)) as conn, closing(sqlite3.connect(tmp_path / "bare.db", isolation_level=None)) as bare:
        conn.backup(bare)
        for pragma in PRAGMAS:
            bare.execute(f"PRAGMA {pragma}")
        yield bare


def fill(conn: sqlite3.Connection, table: str, rows: list[dict[str, object]]) -> None:
    names = list(rows[0])
    conn.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})", rows)  # noqa: S608


async def test_a_caller_alone_pays_little_more_than_the_bare_transaction(database_url: str, bare: sqlite3.Connection) -> None:
    db = Database(database_url)
    await db.open()
    ours, floor = [], []
    for person in range(ROUNDS):
        began = perf_counter()
        await db.write(answer(person))
        between = perf_counter()
        bare_transaction(bare, person)
        ours.append(between - began)
        floor.append(perf_counter() - between)
    await db.close()

    ratio = median(ours) / median(floor)
    print(
        f"\nwrites, 1 caller: {median(ours) * 1e3:.2f} ms an answer, bare transaction {median(floor) * 1e3:.2f} ms, "
        f"ratio {ratio:.2f} (at most {MOST_ALONE})"
    )
    assert ratio <= MOST_ALONE


async def test_a_hundred_callers_at_once_share_their_commits(database_url: str, bare: sqlite3.Connection) -> None:
    db = Database(database_url)
    await db.open()
    spent: tuple[list[float], ...] = ([], [], [])
    for _ in range(ROUNDS // 4):
        times = [perf_counter()]
        await asyncio.gather(*(db.write(answer(person)) for person in range(CALLERS)))
        times.append(perf_counter())
        for person in range(CALLERS):
            bare_transaction(bare, person)
        times.append(perf_counter())
        bare.execute("BEGIN IMMEDIATE")
        for person in range(CALLERS):
            bare_answer(bare, person)
        bare.execute("COMMIT")
        times.append(perf_counter())
        for each, (start, end) in zip(spent, itertools.pairwise(times), strict=True):
            each.append(end - start)
    await db.close()

    ours, floor, one = map(median, spent)
    ratio = ours / floor
    print(
        f"\nwrites, {CALLERS} callers: {ours * 1e3:.1f} ms, as many bare transactions {floor * 1e3:.1f} ms, "
        f"ratio {ratio:.2f} (at most {MOST_TOGETHER}); all in one bare transaction {one * 1e3:.1f} ms, ratio {ours / one:.2f}"
    )
    assert ratio <= MOST_TOGETHER


async def test_the_earliest_of_a_hundred_thousand_timers_is_found_at_once(database_url: str) -> None:
    db = Database(database_url)
    await db.open()

    def store(conn: Connection) -> None:
        for number in range(TIMERS):
            timers.add(conn, Timer("later", str(number), NOW + timedelta(seconds=60 + (number * 7_919) % TIMERS), {}))

    await db.write(store)
    times = []
    for number in range(ROUNDS):
        fired = asyncio.Event()
        alarm = Timers(db, lambda: NOW)
        alarm.handlers = {"now": handler(fired)}
        await db.write(lambda conn, number=number: timers.add(conn, Timer("now", str(number), NOW, {})))  # type: ignore[misc]
        began = perf_counter()
        alarm.start()
        await fired.wait()
        times.append(perf_counter() - began)
        await alarm.stop(5)
    await db.close()

    print(f"\ntimers: the one that is due among {TIMERS:,} found in {median(times) * 1e3:.2f} ms (at most {LONGEST_LOOK_MS:.0f} ms)")
    assert median(times) * 1e3 <= LONGEST_LOOK_MS


def handler(fired: asyncio.Event) -> timers.TimerHandler:
    async def fire(_timer: Timer) -> None:
        fired.set()

    return fire

"""How many daily posts of one minute are claimed and confirmed per second, against bare transactions that write the same rows in the same groups."""

import asyncio
import random
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bot import timers
from bot.bank.bank import Bank
from bot.daily import store
from bot.daily.calendar import WEEKDAYS, Rhythm
from bot.daily.model import Plan
from bot.daily.service.posting import Dailies
from bot.daily.service.scheduling import DUE
from bot.pace import PER_S
from bot.practice.service.opening import Opening
from bot.storage.database import PRAGMAS, Database
from bot.storage.tables import daily_posts, postings
from bot.timers import AT_ONCE, Timer, Timers

SCHEDULES = 2_500
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEAST_PER_S = 6 * PER_S  # posts; so many more than Discord lets through that the rest of the time is free for people
MOST = 20.0  # times what the bare transactions take; these neither draw a question nor look whether there is one, and wait for nobody

# What is written of a post when it is claimed, when Discord has confirmed it, and when its timer is done.
CLAIMED = {
    "postings": "SELECT * FROM postings WHERE id BETWEEN :first AND :last",
    "daily_posts": "SELECT * FROM daily_posts WHERE posting_id BETWEEN :first AND :last",
    "timers": "SELECT * FROM timers WHERE kind != 'daily-post' AND CAST(key AS INTEGER) BETWEEN :first AND :last",
}
SENT = (
    "UPDATE postings SET message_id = :id WHERE id = :id",
    "UPDATE daily_schedules SET failures = 0, trouble = NULL WHERE id = :id",
    "UPDATE timers SET due = :later, payload = '{}' WHERE kind = 'daily-post' AND key = :key",
)
DONE = ("DELETE FROM timers WHERE kind = 'daily-post' AND key = :key AND due = :due",)


def schedule(conn: Connection) -> None:
    """As many servers with one schedule each, all due at noon."""
    plan = Plan(channel_id=1, rhythm=Rhythm(12 * 60, ZoneInfo("Europe/London"), WEEKDAYS))
    for guild_id in range(1, SCHEDULES + 1):
        schedule_id = store.add_schedule(conn, guild_id, maker_id=1, plan=plan, at=NOON - timedelta(days=1)).id
        store.change(conn, schedule_id, confirmed=NOON - timedelta(days=1))
        timers.add(conn, Timer(DUE, str(schedule_id), NOON, {"day": NOON.date().isoformat()}))


async def post_all(db: Database, bank: Bank) -> float:
    """Seconds until every schedule has its post, as if Discord took no time to answer."""
    alarm = Timers(db, lambda: NOON)
    rng = random.Random(7)  # noqa: S311 - for questions, not for secrets
    dailies = Dailies(db, bank, Opening(db, bank, alarm, alarm.now, rng), alarm, alarm.now, rng)
    sent = 0
    over = asyncio.Event()

    async def post(timer: Timer) -> None:
        nonlocal sent
        claim = await dailies.claim(int(timer.key), date.fromisoformat(timer.payload["day"]), timer.due)
        assert claim is not None
        await dailies.sent(claim, claim.post.posting.id, claim.post.posting.spot.channel_id)
        sent += 1
        if sent == SCHEDULES:
            over.set()

    alarm.handlers = {DUE: post}
    began = perf_counter()
    alarm.start()
    await over.wait()
    took = perf_counter() - began
    await alarm.stop(5)
    return took


def write_all(written: sqlite3.Connection, bare: sqlite3.Connection) -> float:
    """Seconds that the same rows take in bare transactions, with as many posts in one as there are handlers at once."""
    due, later = (int(at.timestamp() * 1_000_000) for at in (NOON, NOON + timedelta(days=1)))
    took = 0.0
    for first in range(1, SCHEDULES + 1, AT_ONCE):
        last = first + AT_ONCE - 1
        rows = {table: written.execute(query, {"first": first, "last": last}).fetchall() for table, query in CLAIMED.items()}
        values = [{"id": number, "key": str(number), "due": due, "later": later} for number in range(first, last + 1)]
        began = perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        for table, claimed in rows.items():
            for row in claimed:
                bare.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        bare.execute("COMMIT")
        for statements in (SENT, DONE):
            bare.execute("BEGIN IMMEDIATE")
            for each in values:
                for statement in statements:
                    bare.execute(statement, each)
            bare.execute("COMMIT")
        took += perf_counter() - began
    return took


async def test_posts_of_one_minute_are_claimed_and_confirmed_far_faster_than_discord_takes_them(
    database_url: str, bank: Bank, tmp_path: Path
) -> None:
    db = Database(database_url)
    await db.open()
    await db.write(schedule)
    with (
        closing(sqlite3.connect(database_url.partition(":///")[2])) as written,
        closing(sqlite3.connect(tmp_path / "bare.db", isolation_level=None)) as bare,
    ):
        written.backup(bare)
        for pragma in PRAGMAS:
            bare.execute(f"PRAGMA {pragma}")
        ours = await post_all(db, bank)
        floor = write_all(written, bare)

    count = select(func.count(), func.count(func.distinct(daily_posts.c.schedule_id))).join(postings).where(postings.c.message_id.is_not(None))
    posted = await db.read(lambda conn: tuple(conn.execute(count).one()))
    await db.close()
    print(
        f"\ndaily: {SCHEDULES:,} posts claimed and confirmed, {SCHEDULES / ours:,.0f} per second (at least {LEAST_PER_S:.0f}; Discord takes 50), "
        f"bare transactions {SCHEDULES / floor:,.0f}, ratio {ours / floor:.2f} (at most {MOST})"
    )
    assert posted == (SCHEDULES, SCHEDULES)
    assert SCHEDULES / ours >= LEAST_PER_S
    assert ours / floor <= MOST

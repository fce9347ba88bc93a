"""Durable deadlines when handlers fail, the table cannot be read, the bot stops or is killed."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import timers
from bot.storage import tables
from bot.timers import AT_ONCE, Timer
from tests.timers.conftest import World

ROOT = Path(__file__).parents[2]


# Failures


class Failing:
    """A handler that fails so many times before it does its work."""

    def __init__(self, world: World, times: int, error: type[BaseException] = OSError) -> None:
        self.world, self.times, self.error = world, times, error
        self.tried_s: list[float] = []

    async def __call__(self, timer: Timer) -> None:
        self.tried_s.append(self.world.elapsed_s)
        if len(self.tried_s) <= self.times:
            raise self.error("Discord is away")
        await self.world.note(timer)


@pytest.mark.parametrize("error", [OSError, asyncio.CancelledError])
async def test_one_that_fails_is_tried_again_ever_later_until_it_is_done(world: World, error: type[BaseException]) -> None:
    failing = world.timers.handlers["failing"] = Failing(world, 3, error)
    await world.add("card", 10, "failing")
    world.timers.start()

    await world.pass_s(1_000)

    assert failing.tried_s == [10, 15, 25, 45]
    assert world.fired == [("card", 45)]
    assert await world.left() == []


async def test_one_that_fails_does_not_hold_up_the_others(world: World) -> None:
    world.timers.handlers["failing"] = Failing(world, 1_000_000)
    for number in range(AT_ONCE * 2):
        await world.add(f"failing {number}", number / 1_000, "failing")
    await world.add("overdue", 1)
    await world.add("in the middle", 33)
    await world.pass_s(5)
    world.timers.start()

    await world.pass_s(1_000)

    assert world.fired == [("overdue", 5), ("in the middle", 33)]
    assert len(await world.left()) == AT_ONCE * 2


async def test_a_failure_is_logged_with_what_failed_and_when_it_is_tried_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.timers.handlers["failing"] = Failing(world, 2)
    await world.add("card 17", 10, "failing")
    world.timers.start()

    await world.pass_s(20)

    failures = [record for record in caplog.records if getattr(record, "action", "") == "timer-failed"]
    assert [record.getMessage() for record in failures] == [f"timer failing card 17 failed; again in {wait_s} s" for wait_s in (5, 10)]


async def test_one_that_fails_for_weeks_is_tried_every_ten_minutes_or_so(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(timers, "LONGEST_SLEEP_S", 10_000)  # the test is faster without the look a minute
    failing = world.timers.handlers["failing"] = Failing(world, 1_000_000)
    await world.add("card", 0, "failing")
    world.timers.start()

    await world.pass_s(1_200 * 640)

    waits_s = [round(later - earlier) for earlier, later in zip(failing.tried_s, failing.tried_s[1:], strict=False)]
    assert len(waits_s) > 1_100
    assert waits_s == sorted(waits_s)
    assert waits_s[:8] == [5, 10, 20, 40, 80, 160, 320, 640]
    assert waits_s[-1] == 640


async def test_one_that_was_moved_after_failing_does_not_wait_for_the_old_retry(world: World) -> None:
    failing = world.timers.handlers["failing"] = Failing(world, 6)
    await world.add("card", 0, "failing")
    world.timers.start()
    await world.pass_s(200)  # the sixth failure was at 155 s, and the next try would be at 315 s

    await world.add("card", 210, "failing")
    await world.pass_s(10)

    assert failing.tried_s[-2:] == [155, 210]
    assert world.fired == [("card", 210)]


async def test_one_that_was_cancelled_after_failing_and_is_set_again_is_like_a_new_one(world: World) -> None:
    failing = world.timers.handlers["failing"] = Failing(world, 1_000_000)
    await world.add("card", 0, "failing")
    world.timers.start()
    await world.pass_s(200)
    await world.db.write(lambda conn: timers.cancel(conn, "failing", "card"))
    await world.add("something else", 900)
    await world.pass_s(800)

    await world.add("card", 0, "failing")
    await world.pass_s(20)

    assert failing.tried_s[-4:] == [155, 1_000, 1_005, 1_015]


async def test_one_of_a_kind_that_nobody_handles_is_kept_and_holds_up_no_other(world: World) -> None:
    await world.add("of a later version", 10, "unknown")
    await world.add("known", 10)
    world.timers.start()

    await world.pass_s(100)

    assert world.fired == [("known", 10)]
    assert await world.left() == ["of a later version"]


async def test_a_table_that_cannot_be_read_is_read_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.add("due", 10)
    world.timers.start()
    await world.pass_s(1)
    await world.db.write(lambda conn: conn.exec_driver_sql("ALTER TABLE timers RENAME TO mislaid"))
    await world.pass_s(99)
    before = list(world.fired)

    await world.db.write(lambda conn: conn.exec_driver_sql("ALTER TABLE mislaid RENAME TO timers"))
    await world.pass_s(5)

    assert before == []
    assert [key for key, _ in world.fired] == ["due"]
    assert any(getattr(record, "action", "") == "timers-unreadable" for record in caplog.records)


# Stops and crashes


def waiting_for(event: asyncio.Event, world: World) -> Callable[[Timer], Awaitable[None]]:
    async def handler(timer: Timer) -> None:
        await event.wait()
        await world.note(timer)

    return handler


async def test_stopping_waits_for_the_handlers_at_work_and_begins_no_other(world: World) -> None:
    finish = asyncio.Event()
    world.timers.handlers["slow"] = waiting_for(finish, world)
    await world.add("at work", 10, "slow")
    await world.add("not begun", 20)
    world.timers.start()
    await world.pass_s(10)

    stopping = asyncio.create_task(world.timers.stop(60))
    await world.pass_s(30)
    stopped_before = stopping.done()
    finish.set()
    await world.settle()

    assert not stopped_before
    assert stopping.done()
    assert world.fired == [("at work", 40)]
    assert await world.left() == ["not begun"]


async def test_stopping_waits_no_longer_than_it_may_and_what_was_cut_off_fires_at_the_next_start(world: World) -> None:
    too_late = asyncio.Event()
    world.timers.handlers["note"] = waiting_for(too_late, world)
    await world.add("cut off", 10)
    world.timers.start()
    await world.pass_s(10)

    stopping = asyncio.create_task(world.timers.stop(3))
    await world.pass_s(3)
    stopped = stopping.done()
    too_late.set()
    await world.pass_s(1_000)
    before = list(world.fired)
    world.restarted().start()
    await world.settle()

    assert stopped
    assert before == []
    assert world.fired == [("cut off", 1_013)]
    assert await world.left() == []


async def test_a_stop_while_the_table_is_being_read_begins_nothing(world: World) -> None:
    await world.add("due", 0)
    world.timers.start()
    await asyncio.sleep(0)

    await world.timers.stop(5)
    await world.pass_s(100)

    assert world.fired == []
    assert await world.left() == ["due"]


CRASH = """
import asyncio, os, sys
from datetime import UTC, datetime
from sqlalchemy import insert
from bot import timers
from bot.storage.database import Database
from bot.storage.tables import question_reports
from bot.timers import Timer, Timers

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

async def main():
    db = Database(sys.argv[1])
    await db.open()

    async def work(timer):
        await db.write(lambda conn: conn.execute(insert(question_reports).values(question_id="q", user_id=1, text=timer.key, at=NOW)))
        os.kill(os.getpid(), 9)

    alarm = Timers(db, lambda: NOW)
    alarm.handlers = {"note": work}
    await db.write(lambda conn: timers.add(conn, Timer("note", "card 17", NOW, {})))
    alarm.start()
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_after_a_crash_between_the_work_and_its_mark_it_fires_again(world: World, database_url: str) -> None:
    killed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", CRASH, database_url], cwd=ROOT, capture_output=True, text=True)
    done = await world.db.read(lambda conn: list(conn.scalars(select(tables.question_reports.c.text))))

    world.timers.start()
    await world.pass_s(1_000)

    assert (killed.returncode, killed.stderr) == (-9, "")
    assert done == ["card 17"]
    assert [key for key, _ in world.fired] == ["card 17"]
    assert await world.left() == []

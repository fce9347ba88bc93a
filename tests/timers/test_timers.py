"""Durable deadlines: when they fire, how often, and what their handlers may do."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot import timers
from bot.storage.database import Work
from bot.timers import AT_ONCE, Timer
from tests.timers.conftest import START, World

# When


async def test_each_fires_at_its_time_and_in_order_and_is_gone(world: World) -> None:
    for key, after_s in [("third", 90.5), ("first", 10), ("second", 90)]:
        await world.add(key, after_s)
    world.timers.start()

    await world.pass_s(60 * 60)

    assert world.fired == [("first", 10), ("second", 90), ("third", 90.5)]
    assert await world.left() == []


async def test_none_fires_before_its_time_or_before_the_start(world: World) -> None:
    await world.add("later", 100)
    await world.pass_s(200)
    before_start = list(world.fired)

    world.timers.start()
    await world.add("much later", 400)
    await world.pass_s(199)

    assert before_start == []
    assert world.fired == [("later", 200)]
    assert await world.left() == ["much later"]


async def test_a_deadline_half_a_day_away_fires_on_the_second(world: World) -> None:
    half_a_day = 12 * 60 * 60
    await world.add("far", half_a_day)
    world.timers.start()

    await world.pass_s(half_a_day - 1)
    before = list(world.fired)
    await world.pass_s(1)

    assert before == []
    assert world.fired == [("far", half_a_day)]


async def test_all_that_are_overdue_at_the_start_fire_at_once_oldest_first_and_exactly_once(world: World) -> None:
    for after_s in (30, 10, 20):
        await world.add(f"due at {after_s}", after_s)
    await world.pass_s(1_000)

    world.timers.start()
    await world.pass_s(60 * 60)
    await world.timers.stop(1)
    world.restarted().start()
    await world.pass_s(60 * 60)

    assert world.fired == [("due at 10", 1_000), ("due at 20", 1_000), ("due at 30", 1_000)]


async def test_one_that_is_added_before_all_others_is_on_time(world: World) -> None:
    await world.add("later", 50)
    world.timers.start()
    await world.pass_s(5)

    await world.add("sooner", 20)
    await world.pass_s(15)

    assert world.fired == [("sooner", 20)]


async def test_one_that_is_added_to_none_is_on_time(world: World) -> None:
    world.timers.start()
    await world.pass_s(1_000)

    await world.add("only one", 1_500)
    await world.pass_s(500)

    assert world.fired == [("only one", 1_500)]


async def test_one_that_was_moved_fires_at_its_new_time_only(world: World) -> None:
    for key in ("moved ahead", "moved back"):
        await world.add(key, 50)
    world.timers.start()
    await world.pass_s(1)

    await world.add("moved ahead", 20)
    await world.add("moved back", 80)
    await world.pass_s(200)

    assert world.fired == [("moved ahead", 20), ("moved back", 80)]


async def test_one_that_was_cancelled_never_fires(world: World) -> None:
    await world.add("cancelled", 20)
    await world.add("kept", 20)
    world.timers.start()
    await world.pass_s(1)

    await world.db.write(lambda conn: timers.cancel(conn, "note", "cancelled"))
    await world.pass_s(100)

    assert world.fired == [("kept", 20)]


async def test_a_wall_clock_that_runs_slow_makes_none_fire_early(world: World) -> None:
    await world.add("due", 10)
    started = world.elapsed_s
    world.timers.now = lambda: START + timedelta(seconds=(world.elapsed_s - started) * 0.9)
    world.timers.start()

    await world.pass_s(11)
    before = list(world.fired)
    await world.pass_s(0.2)

    assert before == []
    assert [key for key, _ in world.fired] == ["due"]


async def test_waiting_costs_a_look_a_minute_however_many_have_fired(world: World) -> None:
    for number in range(200):
        await world.add(str(number), number / 10)
    await world.add("far", 100_000)
    world.timers.start()
    await world.pass_s(60)
    before = world.db.reads

    await world.pass_s(60 * 60)

    assert len(world.fired) == 200
    assert world.db.reads - before <= 61


# What a handler is given, and what it may do


async def test_a_handler_gets_what_was_stored(world: World) -> None:
    given: list[Timer] = []

    async def take(timer: Timer) -> None:
        given.append(timer)

    world.timers.handlers["take"] = take
    await world.add("17", 5, "take", message=4711, names=["Ada", "Bob"])
    world.timers.start()
    await world.pass_s(5)

    assert given == [Timer("take", "17", START + timedelta(seconds=5), {"message": 4711, "names": ["Ada", "Bob"]})]


async def test_a_handler_may_set_its_own_timer_anew(world: World) -> None:
    async def daily(timer: Timer) -> None:
        await world.note(timer)
        if len(world.fired) < 3:
            await world.add(timer.key, world.elapsed_s + 100, "daily")

    world.timers.handlers["daily"] = daily
    await world.add("post", 100, "daily")
    world.timers.start()

    await world.pass_s(1_000)

    assert world.fired == [("post", 100), ("post", 200), ("post", 300)]
    assert await world.left() == []


async def test_more_than_may_run_at_once_all_fire_once_and_never_more_than_that_together(world: World) -> None:
    together: list[int] = []
    at_work = 0

    async def slow(timer: Timer) -> None:
        nonlocal at_work
        at_work += 1
        together.append(at_work)
        await asyncio.sleep(2 + int(timer.key) / 100)  # so that places become free one by one
        at_work -= 1
        await world.note(timer)

    world.timers.handlers["slow"] = slow
    wanted = [f"{number:03}" for number in range(AT_ONCE * 3 + 7)]
    for key in wanted:
        await world.add(key, 10 + int(key) / 1_000, "slow")
    await world.pass_s(20)
    world.timers.start()

    await world.pass_s(60)

    assert sorted(key for key, _ in world.fired) == wanted
    assert max(together) == AT_ONCE
    assert await world.left() == []


async def test_one_that_takes_long_does_not_hold_up_the_others_and_does_not_fire_twice(world: World) -> None:
    async def slow(timer: Timer) -> None:
        await asyncio.sleep(500)
        await world.note(timer)

    world.timers.handlers["slow"] = slow
    await world.add("slow", 10, "slow")
    await world.add("quick", 20)
    world.timers.start()

    await world.pass_s(2_000)

    assert world.fired == [("quick", 20), ("slow", 510)]


async def test_one_that_ends_while_the_table_is_being_read_does_not_fire_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    finish, arrive = asyncio.Event(), asyncio.Event()
    read = world.db.read

    async def slow(timer: Timer) -> None:
        await finish.wait()
        await world.note(timer)

    async def read_slowly(work: Work[Any]) -> Any:
        result = await read(work)
        await arrive.wait()
        return result

    world.timers.handlers["slow"] = slow
    await world.add("slow", 10, "slow")
    world.timers.start()
    await world.pass_s(10)
    monkeypatch.setattr(world.db, "read", read_slowly)
    await world.add("next", 11)
    await world.pass_s(1)  # the row of the slow one has been read, and is still on its way

    finish.set()
    await world.settle()
    arrive.set()
    await world.pass_s(100)

    assert world.fired == [("slow", 11), ("next", 11)]

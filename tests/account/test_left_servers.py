"""A server that removed the bot: what was posted there is erased after 30 days, unless the bot is back by then."""

from datetime import timedelta
from typing import Any

import pytest
import simcord
from simcord.backend import serializers
from sqlalchemy import insert
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.account.service import ERASE_SERVER
from bot.storage.tables import (
    answer_versions,
    attempts,
    daily_follows,
    daily_posts,
    daily_queue,
    daily_schedules,
    postings,
    practice_counts,
    question_totals,
    streak_roles,
    timers,
)
from tests.account.filled import ANSWER
from tests.conftest import World, all_text, reply
from tests.daily.conftest import MANAGES, Server
from tests.faults import server_error

DAY_S = 24 * 60 * 60
MONTH = timedelta(days=30)
DAILY = (daily_schedules, daily_posts, daily_queue, daily_follows, streak_roles)


def remove(world: World, guild_id: int) -> Any:
    """Somebody removes the bot from a server. Returns the server, to add the bot again."""
    guild = world.env.backend.guilds[guild_id]
    world.env.backend.remove_guild(guild_id)
    return guild


def add(world: World, guild: Any) -> None:
    """Somebody adds the bot to a server again."""
    world.env.backend.guilds[guild.id] = guild
    guild.channel_ids.clear()
    payload = dict(serializers.guild_create_payload(world.env.backend, guild))
    del payload["unavailable"]  # Discord sends it for servers that come back after an outage
    world.env.backend.emit("GUILD_CREATE", payload)


async def waiting(world: World) -> list[tuple[str, Any]]:
    return [(row["key"], row["due"]) for row in await world.rows(timers) if row["kind"] == ERASE_SERVER]


async def answered(world: World) -> None:
    """A card in the server's channel with Ada's answer, and a second one that is open."""
    await world.answer(await world.draw(), ANSWER)
    await world.draw()


async def elsewhere(world: World) -> simcord.ChannelHandle:
    """Another server, in whose channel Bob has drawn a question."""
    other = world.env.create_guild("Another group")
    channel = other.create_text_channel("elsewhere")
    bob = other.add_member(world.bob.user)
    await world.env.settle()
    assert reply(await bob.slash(channel, "interview medium"))
    return channel


async def test_thirty_days_run_from_the_removal(world: World) -> None:
    await answered(world)

    remove(world, world.guild.id)
    await world.env.settle()

    assert await waiting(world) == [(str(world.guild.id), world.now() + MONTH)]
    assert len(await world.rows(attempts)) == 1


async def test_after_them_what_was_posted_there_is_gone_and_peoples_counts_stay(world: World) -> None:
    await answered(world)
    other = await elsewhere(world)
    counts, totals = await world.rows(practice_counts), await world.rows(question_totals)
    assert counts
    remove(world, world.guild.id)
    await world.env.settle()

    await world.restart(down_s=30 * DAY_S)
    await world.env.settle()

    assert [row["channel_id"] for row in await world.rows(postings)] == [other.id]
    assert await world.rows(attempts) == []
    assert await world.rows(answer_versions) == []
    assert await world.rows(timers) == []
    assert await world.rows(practice_counts) == counts
    assert await world.rows(question_totals) == totals


async def test_a_day_before_nothing_is_gone(world: World) -> None:
    await answered(world)
    remove(world, world.guild.id)
    await world.env.settle()

    await world.restart(down_s=29 * DAY_S)
    await world.env.settle()

    assert len(await world.rows(postings)) == 2
    assert len(await world.rows(answer_versions)) == 1


async def test_joining_again_cancels_it(world: World) -> None:
    await answered(world)
    guild = remove(world, world.guild.id)
    await world.env.settle()
    assert len(await waiting(world)) == 1

    add(world, guild)
    await world.env.settle()

    assert await waiting(world) == []
    assert len(await world.rows(answer_versions)) == 1


async def test_a_removal_that_was_missed_is_seen_at_the_next_start(world: World) -> None:
    await answered(world)
    await elsewhere(world)
    await world.app.client.close()
    remove(world, world.guild.id)

    await world.restart(down_s=DAY_S)
    await world.env.settle()

    assert await waiting(world) == [(str(world.guild.id), world.now() + MONTH)]


async def test_another_start_does_not_begin_the_thirty_days_anew(world: World) -> None:
    await answered(world)
    remove(world, world.guild.id)
    await world.env.settle()
    due = await waiting(world)

    await world.restart(down_s=DAY_S)
    await world.env.settle()

    assert await waiting(world) == due


@pytest.mark.parametrize("days", [1, 31])
async def test_a_server_that_took_the_bot_back_while_it_was_down_loses_nothing(world: World, days: int) -> None:
    await answered(world)
    guild = remove(world, world.guild.id)
    await world.env.settle()
    await world.app.client.close()
    add(world, guild)

    await world.restart(down_s=days * DAY_S)
    await world.env.settle()

    assert await waiting(world) == []
    assert len(await world.rows(answer_versions)) == 1


async def test_a_server_without_postings_leaves_no_trace(world: World) -> None:
    other = world.env.create_guild("Another group")
    await world.env.settle()

    remove(world, other.id)
    await world.env.settle()

    assert await world.rows(timers) == []


async def test_private_cards_are_the_persons_own_also_where_the_bot_never_was(world: World) -> None:
    await answered(world)
    (first, _) = await world.rows(postings)
    common = {name: value for name, value in first.items() if name != "id"}
    cards = [(place, guild_id) for place in ("private", "dm") for guild_id in (world.guild.id, 4711)]
    rows = [common | {"place": place, "guild_id": guild_id, "nonce": f"nonce-{number}"} for number, (place, guild_id) in enumerate(cards)]
    await world.app.db.write(lambda conn: conn.execute(insert(postings), rows))
    remove(world, world.guild.id)
    await world.env.settle()
    assert [key for key, _ in await waiting(world)] == [str(world.guild.id)]

    await world.restart(down_s=30 * DAY_S)
    await world.env.settle()

    assert [row["place"] for row in await world.rows(postings)] == ["private", "private", "dm", "dm"]
    assert await waiting(world) == []


async def test_while_discord_cannot_say_that_the_bot_is_out_nothing_is_erased(world: World) -> None:
    await answered(world)
    remove(world, world.guild.id)
    await world.env.settle()
    world.wire.lose_request("GET /guilds/*", server_error(), times=2)

    await world.restart(down_s=30 * DAY_S)
    await world.env.advance_time(5)
    assert len(await world.rows(answer_versions)) == 1
    assert ["erase-server" in problem.getMessage() for problem in world.problems] == [True, True]
    world.problems.clear()
    await world.env.advance_time(10)

    assert await world.rows(postings) == []


# Daily questions


async def schedules(server: Server) -> None:
    """One schedule with an open post that has been answered, a queue, somebody who follows, and a role for streaks; another that has never posted."""
    world = server.world
    await server.schedule(time="00:01")
    await server.schedule(time="00:00")
    await world.env.advance_time(60)
    (post,) = server.posts()
    await world.answer(post, ANSWER)
    await world.bob.click(post, label="Follow")
    await server.daily("queue", question=world.bank.topics[0].questions[0].id)
    role = world.guild.create_role("a week")
    await server.daily("roles", schedule=None, days=7, role=role)


async def set_timers(world: World, posting_id: int, *schedule_ids: int) -> None:
    """All timers that daily questions can have, as if their work had failed until now; each is due in two months."""
    names = [(kind, posting_id) for kind in ("daily-reveal", "daily-remind", "daily-count")]
    names += [(kind, each) for kind in ("daily-post", "daily-paused") for each in schedule_ids]
    rows = [{"kind": kind, "key": str(key), "due": world.now() + 2 * MONTH, "payload": {"day": "2026-03-02"}} for kind, key in names]
    await world.app.db.write(lambda conn: conn.execute(upsert(timers).prefix_with("OR REPLACE"), rows))


async def stored(world: World) -> dict[str, int]:
    """How many rows of daily questions there are."""
    return {table.name: len(await world.rows(table)) for table in DAILY}


async def test_after_thirty_days_a_servers_daily_questions_are_gone_with_their_timers(server: Server) -> None:
    world = server.world
    await schedules(server)
    await set_timers(world, 1, 1, 2)
    assert all((await stored(world)).values())
    counts = await world.rows(practice_counts)
    remove(world, world.guild.id)
    await world.env.settle()

    await world.restart(down_s=30 * DAY_S)
    await world.env.settle()

    assert await stored(world) == dict.fromkeys([table.name for table in DAILY], 0)
    assert await world.rows(postings) == []
    assert await world.rows(attempts) == []
    assert await world.rows(timers) == []
    assert await world.rows(practice_counts) == counts


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "missed"])
async def test_a_schedule_that_has_never_posted_is_reason_enough_and_other_servers_keep_theirs(server: Server, heard: bool) -> None:
    world = server.world
    await server.schedule()
    await elsewhere_daily(server)
    if not heard:
        await world.app.client.close()
    remove(world, world.guild.id)
    await world.env.settle()
    assert [key for key, _ in await waiting(world)] == ([str(world.guild.id)] if heard else [])
    for _ in range(2):  # where it was missed, the thirty days run from the first start
        await world.restart(down_s=30 * DAY_S)
        await world.env.settle()

    (left,) = await world.rows(daily_schedules)
    assert left["guild_id"] != world.guild.id
    assert [(row["kind"], row["key"]) for row in await world.rows(timers)] == [("daily-post", str(left["id"]))]


async def elsewhere_daily(server: Server) -> None:
    """Another server that Mia manages, with a schedule."""
    other = server.world.env.create_guild("Another group")
    channel = other.create_text_channel("elsewhere")
    mia = other.add_member(server.mia.user, roles=[other.create_role("managers", permissions=MANAGES)])
    await server.world.env.settle()
    shown = await mia.slash(channel, "daily schedule", channel=channel, time="09:00")
    assert "Confirmed" in all_text(reply(await mia.click(reply(shown), label="Confirm")))


@pytest.mark.parametrize("while_down", [False, True], ids=["live", "while-down"])
async def test_a_server_that_takes_the_bot_back_in_time_keeps_its_daily_questions(server: Server, while_down: bool) -> None:
    world = server.world
    await schedules(server)
    await set_timers(world, 1, 1, 2)
    before, set_before = await stored(world), await world.rows(timers)
    guild = remove(world, world.guild.id)
    await world.env.settle()
    assert len(await waiting(world)) == 1

    if while_down:
        await world.app.client.close()
        add(world, guild)
    await world.restart(down_s=29 * DAY_S)
    await world.env.settle()
    if not while_down:
        add(world, guild)
        await world.env.settle()
    await world.restart(down_s=2 * DAY_S)
    await world.env.settle()

    assert await stored(world) == before
    assert await world.rows(timers) == set_before
    assert [row["paused"] for row in await world.rows(daily_schedules)] == [None, None]

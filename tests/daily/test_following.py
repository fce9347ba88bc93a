"""Reminders for those who follow, and roles for those with a streak."""

from datetime import timedelta
from typing import Any

import discord
import simcord

from bot.storage.tables import attempts, daily_follows, daily_reminders
from tests.conftest import all_text, buttons, reply
from tests.daily.conftest import Server
from tests.faults import SEND, dms_closed

ANSWER = "I would measure which users are hit first, then put a queue in front of the model and roll back behind a flag."


def reminders(person: simcord.MemberActor) -> list[Any]:
    return [each for each in person.user.dm_channel.history() if "you have not answered" in all_text(each)]


async def test_whoever_follows_and_has_not_answered_is_reminded_once_two_hours_before(server: Server) -> None:
    world = server.world
    card = await server.posted(reveal_after=5)
    followed = reply(await world.ada.click(card, label="Follow"))
    await world.bob.click(card, label="Follow")
    await world.answer(card, ANSWER, world.bob)

    await world.env.advance_time(3 * 3600 - 60)
    before = len(reminders(world.ada))
    await world.env.advance_time(120)
    await world.restart()
    await world.env.advance_time(3600)

    (reminder,) = reminders(world.ada)
    assert "two hours from its model answer" in all_text(followed)
    assert before == 0
    assert "Study group" in all_text(reminder)
    assert f"https://discord.com/channels/{world.guild.id}/{server.channel.id}/{card.id}" in all_text(reminder)
    assert not reminders(world.bob)
    assert not reminders(server.mia)


async def test_the_question_can_be_answered_from_the_reminder(server: Server) -> None:
    world = server.world
    await world.ada.click(await server.posted(reveal_after=3), label="Follow")
    await world.env.advance_time(3700)
    (reminder,) = reminders(world.ada)

    form = await world.ada.user.click(reminder, label="Answer")
    debrief = reply(await world.ada.user.submit_modal(form, {"answer": ANSWER}))

    assert buttons(reminder) == ["Answer", "Answer in DM", "Unfollow"]
    assert "### Debrief" in all_text(debrief)
    assert (await world.rows(attempts))[0]["state"] == "submitted"


async def test_no_reminder_for_those_who_turned_them_off_or_follow_no_longer_or_left_or_take_no_messages(server: Server) -> None:
    world = server.world
    card = await server.posted(reveal_after=4)
    cleo = world.guild.add_member(world.env.create_user("cleo", global_name="Cleo"))
    await world.env.settle()
    settings = reply(await world.ada.slash(world.channel, "settings me"))
    await world.ada.click(settings, label="Turn reminders off")
    off = reply(await world.ada.click(card, label="Follow"))
    for person in (world.bob, cleo, server.mia):
        last = reply(await person.click(card, label="Follow"))
        if person is world.bob:
            gone = reply(await world.bob.click(last, label="Unfollow"))
    world.guild.remove_member(cleo)
    world.wire.lose_request(SEND, dms_closed())  # Mia's

    await world.env.advance_time(2 * 3600 + 60)

    assert "Your reminders are off" in all_text(off)
    assert "no longer remind you" in all_text(gone)
    assert not any(reminders(person) for person in (world.ada, world.bob, cleo, server.mia))
    assert [row["user_id"] for row in await world.rows(daily_reminders)] == [server.mia.id]
    assert cleo.id not in {row["user_id"] for row in await world.rows(daily_follows)}


async def test_a_second_press_of_follow_says_so_and_keeps_one_row(server: Server) -> None:
    world = server.world
    card = await server.posted()
    await world.ada.click(card, label="Follow")

    again = reply(await world.ada.click(card, label="Follow"))

    assert "already" in all_text(again)
    assert len(await world.rows(daily_follows)) == 1


async def test_a_short_reveal_reminds_nobody(server: Server) -> None:
    world = server.world
    await world.ada.click(await server.posted(reveal_after=2), label="Follow")

    await world.env.advance_time(2 * 3600)

    assert not reminders(world.ada)


async def answer_each_day(server: Server, days: int) -> None:
    """Ada answers the daily of so many days."""
    for _ in range(days):
        await server.world.answer(server.posts()[-1], ANSWER)
        await server.world.env.advance_time(timedelta(days=1).total_seconds())


async def test_a_streak_of_seven_days_earns_the_role_that_the_server_gives_for_it(server: Server) -> None:
    world = server.world
    steady = world.guild.create_role("steady")
    above = world.guild.create_role("above it", permissions=discord.Permissions(manage_roles=True, manage_guild=True))
    for user_id in (world.env.backend.bot_user.id, server.mia.id):
        world.env.backend.add_member_role(world.guild.id, user_id, above.id)
    await world.env.settle()
    said = await server.daily("roles", None, days=7, role=steady)
    await server.posted(reveal_after=1)

    await answer_each_day(server, 6)
    ada = world.env.backend.guilds[world.guild.id].members[world.ada.id]
    before = steady.id in ada.role_ids
    await answer_each_day(server, 1)

    assert f"7 days: <@&{steady.id}>" in said
    assert not before
    assert steady.id in ada.role_ids

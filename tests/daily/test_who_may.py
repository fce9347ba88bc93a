"""Who may say what about a server's daily questions, what the bot needs for them, and whom it pings and gives roles."""

from datetime import UTC, datetime
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.storage.tables import daily_posts, daily_schedules, streak_roles
from tests.conftest import World, all_text, reply
from tests.daily.conftest import Server

NOT_YOURS = "**Manage Server**"
COMMANDS: dict[str, dict[str, Any]] = {
    "list": {"schedule": None},
    "edit": {"time": "10:00"},
    "preview": {},
    "queue": {},
    "now": {},
    "pause": {},
    "resume": {},
    "remove": {},
    "roles": {"schedule": None},
}
NAMES = {
    "View Channel": "view_channel",
    "Send Messages": "send_messages",
    "Read Message History": "read_message_history",
    "Create Public Threads": "create_public_threads",
    "Send Messages in Threads": "send_messages_in_threads",
}


def deny(world: World, channel: simcord.ChannelHandle, member_id: int, *names: str) -> None:
    """A member, or the bot, has some permissions no longer in a channel, and all others."""
    denied = discord.Permissions(**{NAMES[name]: True for name in names})
    world.env.backend.set_overwrite(channel.id, Overwrite(member_id, OverwriteType.MEMBER, deny=denied.value))


async def at(server: Server, hour: int) -> None:
    """Jump to an hour of the first day, and let a minute go by, in which whatever is due happens: timers look once a minute."""
    moment = datetime(2026, 1, 1, hour, tzinfo=UTC)
    server.world.env.backend.advance_clock((moment - server.world.now()).total_seconds())
    await server.world.env.advance_time(60)


def open_to_all(world: World) -> None:
    """The server lets everybody use `/daily`."""
    command = next(each for each in world.env.backend.commands[None].values() if each["name"] == "daily")
    world.guild.set_command_permissions(int(command["id"]), {world.guild.default_role: True})


def administrator(world: World) -> simcord.MemberActor:
    """Somebody whose one permission is that of administrators."""
    role = world.guild.create_role("admins", permissions=discord.Permissions(administrator=True))
    return world.guild.add_member(world.env.create_user("root"), roles=[role])


# Who


async def test_commands_that_are_open_to_everybody_are_still_for_those_who_manage_the_server(server: Server) -> None:
    world = server.world
    await server.schedule()
    open_to_all(world)
    before = await world.rows(daily_schedules)

    refused = [await server.daily(name, person=world.ada, **options) for name, options in COMMANDS.items()]
    refused.append(await server.daily("schedule", None, world.ada, channel=server.channel, time="09:00"))
    offered = await world.ada.autocomplete(world.channel, "daily pause", "schedule", "")

    assert all(NOT_YOURS in said and "ml-daily" not in said for said in refused)
    assert offered == []
    assert await world.rows(daily_schedules) == before
    assert await world.rows(daily_posts) == []


async def test_the_buttons_of_those_who_manage_the_server_do_nothing_for_others(server: Server) -> None:
    world = server.world
    await server.schedule(confirm=False)
    await server.schedule()
    await server.daily("remove", "2")
    before = await world.rows(daily_schedules)

    pressed = [world.press(await world.ada.send(world.channel, "?"), name, world.ada) for name in ("daily-confirm:1", "daily-undo:2")]
    await world.env.settle()

    assert all(NOT_YOURS in all_text(reply(each)) for each in pressed)
    assert await world.rows(daily_schedules) == before


async def test_administrators_may_do_everything(server: Server) -> None:
    root = administrator(server.world)

    proposal = reply(await root.slash(server.world.channel, "daily schedule", channel=server.channel, time="09:00"))
    confirmed = reply(await root.click(proposal, label="Confirm"))
    said = [await server.daily(name, person=root, **options) for name, options in COMMANDS.items()]

    assert "Confirmed" in all_text(confirmed)
    assert not any(NOT_YOURS in each for each in said)


# What the bot and the person need in the channel


async def test_what_the_bot_is_missing_in_a_channel_is_named_there_and_then(server: Server) -> None:
    world, guild = server.world, server.world.guild
    bot_id = world.env.backend.bot_user.id
    for channel in (server.channel, guild.create_news_channel("news")):
        for name in ("Send Messages", "Read Message History"):
            deny(world, channel, bot_id, name)
            assert f"missing **{name}** in <#{channel.id}>" in all_text(await server.schedule(channel=channel, confirm=False))
            assert f"missing **{name}** in <#{channel.id}>" in all_text(await server.schedule(channel=channel, thread=False, confirm=False))
        for name in ("Send Messages in Threads", "Create Public Threads"):
            deny(world, channel, bot_id, name)
            assert f"missing **{name}** in <#{channel.id}>" in all_text(with_thread := await server.schedule(channel=channel, confirm=False))
            assert "`thread` set to False" in all_text(with_thread)
            assert "It posts next" in all_text(await server.schedule(channel=channel, confirm=False, thread=False))
        deny(world, channel, bot_id, "Send Messages", "Create Public Threads")
        assert "missing **Send Messages, Create Public Threads** in" in all_text(await server.schedule(channel=channel, confirm=False))
        deny(world, channel, bot_id, "View Channel")
        assert "missing **View Channel" in all_text(await server.schedule(channel=channel, confirm=False, thread=False))


async def test_in_a_forum_every_question_is_a_thread_and_needs_what_threads_need(server: Server) -> None:
    world = server.world
    forum = world.guild.create_forum_channel("daily-forum")
    shown = {"Send Messages": "Create Posts", "Read Message History": "Read Message History", "Send Messages in Threads": "Send Messages in Threads"}
    for name, said in shown.items():
        deny(world, forum, world.env.backend.bot_user.id, name)
        for thread in (True, False):
            refused = all_text(await server.schedule(channel=forum, confirm=False, thread=thread))
            assert f"missing **{said}** in <#{forum.id}>" in refused
            assert "`thread`" not in refused
    deny(world, forum, world.env.backend.bot_user.id, "Create Public Threads")
    assert "It posts next" in all_text(await server.schedule(channel=forum, confirm=False))


async def test_nobody_sends_the_bot_where_they_may_not_write(server: Server) -> None:
    world = server.world
    await server.schedule()

    deny(world, server.channel, server.mia.id, "Send Messages")
    refused = all_text(await server.schedule(confirm=False))
    deny(world, server.channel, server.mia.id, "View Channel")
    edited = await server.daily("edit", time="10:00")

    assert f"You may not write in <#{server.channel.id}>" in refused
    assert f"You may not write in <#{server.channel.id}>" in edited
    assert [row["minute"] for row in await world.rows(daily_schedules)] == [9 * 60]


async def test_an_edit_and_a_resume_look_at_the_permissions_again(server: Server) -> None:
    world = server.world
    closed = world.guild.create_text_channel("closed")
    deny(world, closed, world.env.backend.bot_user.id, "Send Messages")
    await server.schedule()

    moved = await server.daily("edit", channel=closed)
    await server.daily("pause")
    deny(world, server.channel, world.env.backend.bot_user.id, "Read Message History")
    resumed = await server.daily("resume")

    assert f"missing **Send Messages** in <#{closed.id}>" in moved
    assert f"missing **Read Message History** in <#{server.channel.id}>" in resumed
    (row,) = await world.rows(daily_schedules)
    assert row["channel_id"] == server.channel.id
    assert row["paused"] is not None


# Pings


async def test_everyone_is_never_pinged(server: Server) -> None:
    world = server.world
    readers = world.guild.create_role("readers", mentionable=True)
    everyone = world.guild.default_role

    refused = all_text(await server.schedule(role=everyone, confirm=False))
    await server.schedule(role=readers)
    edited = await server.daily("edit", role=everyone)
    await at(server, 9)

    assert "never ping @everyone" in refused
    assert "Nobody is pinged" in edited
    assert "readers" not in edited
    (post,) = server.posts()
    assert "<@&" not in all_text(post)


async def test_a_role_that_the_person_or_the_bot_may_not_mention_is_refused(server: Server) -> None:
    world = server.world
    quiet = world.guild.create_role("quiet")
    admin = administrator(world)

    by_mia = all_text(await server.schedule(role=quiet, confirm=False))
    by_admin = reply(await admin.slash(world.channel, "daily schedule", channel=server.channel, time="09:00", role=quiet))
    denied = discord.Permissions(mention_everyone=True)
    world.env.backend.set_overwrite(server.channel.id, Overwrite(world.env.backend.bot_user.id, OverwriteType.MEMBER, deny=denied.value))
    without = reply(await admin.slash(world.channel, "daily schedule", channel=server.channel, time="09:00", role=quiet))

    assert f"You may not mention <@&{quiet.id}>" in by_mia
    assert f"pings <@&{quiet.id}>" in all_text(by_admin)
    assert "missing **Mention @everyone, @here, and All Roles**" in all_text(without)


@pytest.mark.parametrize("kind", ["text", "forum"])
async def test_the_role_of_a_schedule_is_pinged_once_with_each_question_and_nobody_else(server: Server, kind: str) -> None:
    world = server.world
    readers = world.guild.create_role("readers", mentionable=True)
    world.guild.create_role("others", mentionable=True)
    world.may_ping = {readers.id}
    channel = server.channel if kind == "text" else world.guild.create_forum_channel("daily-forum")
    await server.schedule(role=readers, channel=channel)

    await at(server, 9)
    place = channel if kind == "text" else channel.threads[0]
    (post,) = server.posts(place)
    pinged = [each.ping_role_ids for each in world.env.backend.messages[place.id].values()]
    await world.answer(post, "I would put a queue in front of the model.")
    await at(server, 22)

    assert pinged == [[readers.id]]
    later = [each for messages in world.env.backend.messages.values() for each in messages.values() if each.id != post.id]
    assert not any(each.ping_role_ids for each in later)
    assert "Time is up" in all_text(post)
    assert "<@&" not in all_text(post)


# Roles for streaks


async def test_a_server_sets_its_roles_for_streaks_and_takes_them_away(server: Server) -> None:
    world = server.world
    keen = world.guild.create_role("keen")
    top = world.guild.create_role("managers of managers", permissions=discord.Permissions(manage_roles=True, manage_guild=True), position=90)
    world.env.backend.add_member_role(world.guild.id, server.mia.id, top.id)
    world.env.backend.reorder_roles(world.guild.id, [{"id": _own_role(world), "position": 99}])
    await world.env.settle()

    none = await server.daily("roles", None)
    one = await server.daily("roles", None, days=7, role=keen)
    kept = [(row["days"], row["role_id"]) for row in await world.rows(streak_roles)]
    half = [await server.daily("roles", None, days=7), await server.daily("roles", None, role=keen)]
    gone = await server.daily("roles", None, days=7, role=world.guild.default_role)

    assert none.count("no role") == 3
    assert f"7 days: <@&{keen.id}>" in one
    assert kept == [(7, keen.id)]
    assert "Choose a `role`" in half[0]
    assert "Choose the `days`" in half[1]
    assert gone.count("no role") == 3
    assert await world.rows(streak_roles) == []


async def test_a_role_that_one_of_the_two_may_not_give_is_refused(server: Server) -> None:
    world = server.world
    guild = world.guild
    low = guild.create_role("low")
    managed = guild.create_role("of an integration", managed=True)
    above_mia = guild.create_role("above mia", position=50)
    above_me = guild.create_role("above the bot", position=100)
    world.env.backend.reorder_roles(guild.id, [{"id": _own_role(world), "position": 99}])
    only_manages = guild.create_role("only manages", permissions=discord.Permissions(manage_guild=True), position=60)
    sam = guild.add_member(world.env.create_user("sam"), roles=[only_manages])
    owner = simcord.MemberActor(world.env, guild, guild.owner)

    said = {
        "managed": await server.daily("roles", None, days=7, role=managed),
        "above mia": await server.daily("roles", None, days=7, role=above_mia),
        "no manage roles": await server.daily("roles", None, sam, days=7, role=low),
        "above the bot": await server.daily("roles", None, owner, days=7, role=above_me),
    }
    rights = discord.Permissions.all()
    rights.update(administrator=False, manage_roles=False)
    world.env.backend.edit_role(guild.id, _own_role(world), {"permissions": rights.value})
    await world.env.settle()
    said["bot without manage roles"] = await server.daily("roles", None, owner, days=7, role=low)

    assert "belongs to an integration" in said["managed"]
    assert f"You may not give <@&{above_mia.id}>" in said["above mia"]
    assert f"You may not give <@&{low.id}>" in said["no manage roles"]
    assert f"I cannot give <@&{above_me.id}>" in said["above the bot"]
    assert f"I cannot give <@&{low.id}>" in said["bot without manage roles"]
    assert await world.rows(streak_roles) == []


def _own_role(world: World) -> int:
    """The role that came with the bot."""
    backend = world.env.backend
    member = backend.get_member(world.guild.id, backend.bot_user.id)
    (role_id,) = member.role_ids
    return int(role_id)

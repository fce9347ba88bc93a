"""A question cannot be posted, or its answer not be revealed: who hears of it, what is tried again, and how it goes on when it is mended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.backend import serializers
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.bank.schema import Question
from bot.storage.tables import daily_posts, daily_schedules, postings, timers
from tests.conftest import World, all_text, buttons
from tests.daily.conftest import Server
from tests.faults import EDIT, HISTORY, SEND, dms_closed, reset, server_error

THREAD = "POST /channels/*/messages/*/threads"
OPEN_DM = "POST /users/@me/channels"
NO_EMOJI = {"emoji_id": None, "emoji_name": None}
MAY_NOT_WRITE = discord.Permissions(send_messages=True)


async def at(server: Server, day: int, hour: float = 9) -> None:
    """Jump to a time of a day of January, and let a minute go by, in which whatever is due happens: timers look once a minute."""
    moment = datetime(2026, 1, day, tzinfo=UTC) + timedelta(hours=hour)
    server.world.env.backend.advance_clock((moment - server.world.now()).total_seconds())
    await server.world.env.advance_time(60)


def refuse(world: World, path: str, status: int, code: int) -> None:
    """Discord says no from now on."""
    world.env.inject_error("POST", path, status=status, code=code, message="No", times=None)


def deny(server: Server, permissions: discord.Permissions) -> None:
    """The bot has these permissions no longer in the channel of the questions."""
    bot = Overwrite(server.world.env.backend.bot_user.id, OverwriteType.MEMBER, deny=permissions.value)
    server.world.env.backend.set_overwrite(server.channel.id, bot)


def mend(server: Server) -> None:
    """Everything is allowed again."""
    backend = server.world.env.backend
    backend.faults.clear()
    backend.delete_overwrite(server.channel.id, backend.bot_user.id)


def told(server: Server) -> list[str]:
    """The direct messages of the bot to Mia."""
    return [all_text(each) for each in server.posts(server.mia.user.dm_channel)]


async def schedule(server: Server) -> dict[str, Any]:
    (row,) = await server.world.rows(daily_schedules)
    return row


# Posting


@pytest.mark.parametrize("why", ["deleted", "forbidden", "threads", "tag"])
async def test_after_three_days_of_failures_a_schedule_is_paused_and_its_maker_told_once_what_to_do(server: Server, why: str) -> None:
    world = server.world
    forum = world.guild.create_forum_channel("daily-forum")
    await server.schedule(channel=forum if why in ("threads", "tag") else server.channel)
    if why == "deleted":
        world.env.backend.delete_channel(server.channel.id)
    elif why == "forbidden":
        deny(server, MAY_NOT_WRITE)
    else:
        refuse(world, "/channels/*/threads", 400, {"threads": 160006, "tag": 40067}[why])
    what = {
        "deleted": "its channel is gone. `/daily edit` gives it another channel",
        "forbidden": "Give me **View Channel, Send Messages",
        "threads": "as many open threads as Discord allows. Close some",
        "tag": "wants a tag on every post, and has none that I may use. Add one",
    }[why]

    await at(server, 1)
    await at(server, 2)
    failing = await server.daily("list", None)
    told_before = told(server)
    await at(server, 3)
    for day in (4, 5):
        await at(server, day)

    assert "The last 2 tries failed" in failing
    assert what in failing
    assert told_before == []
    (said,) = told(server)
    assert what in said
    assert "Study group" in said
    assert "`/daily resume`" in said
    paused = await server.daily("list", None)
    assert "**Paused**" in paused
    assert what in paused
    assert await world.rows(postings) == []
    assert await world.rows(daily_posts) == []
    assert await world.rows(timers) == []


async def test_what_is_mended_goes_on_from_the_next_time_and_nothing_is_made_up_for(server: Server) -> None:
    await server.schedule()
    deny(server, MAY_NOT_WRITE)
    for day in (1, 2, 3):
        await at(server, day)

    too_early = await server.daily("resume")
    mend(server)
    resumed = await server.daily("resume")
    await at(server, 3, 10)
    before = await server.days()
    await at(server, 4)

    assert "missing **Send Messages**" in too_early
    assert "It posts again" in resumed
    assert "The last" not in await server.daily("list", None)
    assert before == []
    assert await server.days() == ["2026-01-04"]
    assert len(server.posts()) == 1
    assert len(told(server)) == 1


async def test_a_schedule_whose_channel_was_deleted_gets_another_and_goes_on(server: Server) -> None:
    world = server.world
    await server.schedule()
    world.env.backend.delete_channel(server.channel.id)
    for day in (1, 2, 3):
        await at(server, day)
    new = world.guild.create_text_channel("ml-daily-2")
    await world.env.settle()

    too_early = await server.daily("resume")
    await server.daily("edit", channel=new)
    resumed = await server.daily("resume")
    await at(server, 4)

    assert "Its channel is gone. `/daily edit` gives it another channel." in too_early
    assert "It posts again" in resumed
    assert len(server.posts(new)) == 1


async def test_a_success_in_between_starts_the_count_anew(server: Server) -> None:
    await server.schedule()

    for day in range(1, 6):
        if day == 3:
            mend(server)
        else:
            deny(server, MAY_NOT_WRITE)
        await at(server, day)
        assert (await schedule(server))["failures"] == {1: 1, 2: 2, 3: 0, 4: 1, 5: 2}[day]
    mend(server)
    await at(server, 6)

    assert await server.days() == ["2026-01-03", "2026-01-06"]
    assert told(server) == []
    assert (await schedule(server))["paused"] is None


@pytest.mark.parametrize("why", ["closed", "no such account any more"])
async def test_a_maker_who_cannot_be_told_does_no_harm(server: Server, why: str) -> None:
    world = server.world
    await server.schedule()
    deny(server, MAY_NOT_WRITE)
    if why == "closed":
        world.guild.remove_member(server.mia)
        world.wire.lose_request(SEND, dms_closed(), times=4)  # three are the posts
    else:
        refuse(world, "/users/@me/channels", 400, 50033)

    for day in (1, 2, 3):
        await at(server, day)
    await at(server, 3, 12)

    assert (await schedule(server))["paused"] is not None
    assert told(server) == []
    assert await world.rows(timers) == []


async def test_a_maker_is_told_once_though_discord_was_down_just_then(server: Server) -> None:
    world = server.world
    await server.schedule()
    deny(server, MAY_NOT_WRITE)
    for day in (1, 2):
        await at(server, day)

    world.wire.lose_request(OPEN_DM, server_error())
    await at(server, 3)
    world.problem()

    assert len(told(server)) == 1
    assert await world.rows(timers) == []


async def test_now_says_what_keeps_it_from_posting(server: Server) -> None:
    await server.schedule()
    deny(server, MAY_NOT_WRITE)

    said = await server.daily("now")

    assert "could not be posted: I may no longer post in its channel. Give me **View Channel, Send Messages" in said
    assert await server.world.rows(postings) == []


# The server


def leave(server: Server) -> Any:
    """Somebody removes the bot from the server. Calling what is returned brings it back."""
    backend, guild = server.world.env.backend, server.world.env.backend.guilds[server.world.guild.id]
    ids = [*guild.channel_ids, *guild.thread_ids]
    channels = {channel_id: (backend.channels[channel_id], backend.messages.get(channel_id, {})) for channel_id in ids}
    backend.remove_guild(guild.id)

    def back() -> None:
        backend.guilds[guild.id] = guild
        for channel_id, (channel, messages) in channels.items():
            backend.channels[channel_id] = channel
            backend.messages[channel_id] = messages

    return back


def announce(server: Server) -> None:
    """Discord tells the bot that it was added to the server."""
    payload = dict(serializers.guild_create_payload(server.world.env.backend, server.world.env.backend.guilds[server.world.guild.id]))
    del payload["unavailable"]  # Discord sends it for servers that come back after an outage
    server.world.env.backend.emit("GUILD_CREATE", payload)


@pytest.mark.parametrize("meanwhile", ["online", "down"])
async def test_a_server_that_removed_the_bot_and_takes_it_back_gets_its_questions_again_by_itself(server: Server, meanwhile: str) -> None:
    world = server.world
    await server.schedule(reveal_after=1)
    await at(server, 1)
    await at(server, 1, 10)
    back = leave(server)
    await world.env.settle()
    for day in (2, 3, 4, 5):
        await at(server, day)
    paused = await schedule(server)

    if meanwhile == "online":
        back()
        announce(server)
        await world.env.settle()
    else:
        await world.app.timers.stop(0)
        back()
        await world.restart()
    await at(server, 5, 20)
    before = await server.days()
    await at(server, 6)

    assert paused["paused"] is not None
    (said,) = told(server)
    assert "Invite me again, and it goes on by itself" in said
    assert "/daily resume" not in said
    assert before == ["2026-01-01"]
    assert await server.days() == ["2026-01-01", "2026-01-06"]


async def test_an_open_question_of_a_server_that_removed_the_bot_is_not_tried_for_ever(server: Server) -> None:
    world = server.world
    await server.schedule(reveal_after=1)
    await at(server, 1)
    leave(server)
    await world.env.settle()

    await at(server, 1, 10)

    assert "daily-reveal" not in [row["kind"] for row in await world.rows(timers)]


async def test_a_server_that_takes_the_bot_back_before_the_third_day_never_has_a_pause(server: Server) -> None:
    await server.schedule()
    back = leave(server)
    await server.world.env.settle()
    for day in (1, 2):
        await at(server, day)

    back()
    announce(server)
    await server.world.env.settle()
    await at(server, 3)

    assert await server.days() == ["2026-01-03"]
    assert (await schedule(server))["failures"] == 0
    assert told(server) == []


async def test_what_somebody_paused_by_hand_stays_paused_when_the_bot_comes_back(server: Server) -> None:
    await server.schedule()
    await server.daily("pause")
    back = leave(server)
    await server.world.env.settle()

    back()
    announce(server)
    await server.world.env.settle()
    await at(server, 1)

    assert await server.days() == []


# Forums and their tags


async def test_a_forum_post_gets_the_tags_that_name_its_question_and_where_one_is_needed_some_tag(server: Server) -> None:
    world, backend = server.world, server.world.env.backend
    named, strict = world.guild.create_forum_channel("named"), world.guild.create_forum_channel("strict")
    texts = {named: ["help", "Daily", "Hard", "easy"], strict: ["for moderators", "help", "news"]}
    ids: dict[str, int] = {}
    for forum, names in texts.items():
        tags = [{"id": str(backend.snowflake()), "name": name, "moderated": name == "for moderators", **NO_EMOJI} for name in names]
        ids |= {f"{forum.name} {tag['name']}": int(str(tag["id"])) for tag in tags}
        backend.edit_channel(forum.id, {"available_tags": tags})
    backend.emit("CHANNEL_UPDATE", {**serializers.channel_payload(backend, backend.channels[strict.id]), "flags": 1 << 4})  # REQUIRE_TAG
    await server.schedule(channel=named, difficulty="hard")
    await server.schedule(channel=strict)

    await at(server, 1)

    (first,), (second,) = named.threads, strict.threads
    assert set(backend.channels[first.id].applied_tags) == {ids["named Daily"], ids["named Hard"]}
    assert backend.channels[second.id].applied_tags == [ids["strict help"]]


# The reveal


async def posted(server: Server, channel: simcord.ChannelHandle | None = None, **options: Any) -> simcord.ResponseMessage:
    """A question that is out since nine o'clock; its answer is due an hour later."""
    await server.schedule(channel=channel, reveal_after=1, **options)
    await at(server, 1)
    place = channel.threads[0] if channel is not None else None
    (post,) = server.posts(place)
    return post


async def question(server: Server) -> Question:
    """What was asked."""
    (row,) = await server.world.rows(postings)
    found = server.world.bank.question(row["question_id"])
    assert found is not None
    return found


async def left_of_it(server: Server) -> list[str]:
    """The timers that are set, but for the next post."""
    return [row["kind"] for row in await server.world.rows(timers) if row["kind"] != "daily-post"]


async def test_without_the_permission_for_threads_the_answer_comes_behind_a_spoiler(server: Server) -> None:
    await posted(server)
    deny(server, discord.Permissions(create_public_threads=True))

    await at(server, 1, 10)

    _, answer = server.posts()
    (container,) = answer.components
    assert container["spoiler"]
    assert (await question(server)).answer.strip()[:40] in all_text(answer)
    assert server.channel.threads == []
    assert await left_of_it(server) == []


@pytest.mark.parametrize("gone", ["card", "forum post", "channel"])
async def test_what_was_deleted_before_the_reveal_breaks_nothing(server: Server, gone: str) -> None:
    world, backend = server.world, server.world.env.backend
    forum = world.guild.create_forum_channel("daily-forum") if gone == "forum post" else None
    post = await posted(server, forum)
    if gone == "card":
        backend.delete_message(server.channel.id, post.id)
    else:
        backend.delete_channel(server.channel.id if forum is None else post.channel_id)

    await at(server, 1, 10)

    if gone == "card":
        (answer,) = server.posts()
        assert (await question(server)).answer.strip()[:40] in all_text(answer)
    assert await left_of_it(server) == []
    (row,) = await world.rows(daily_posts)
    assert row["revealed"] is not None


async def test_a_question_that_has_left_the_bank_is_closed_and_nothing_is_told_of_it(server: Server) -> None:
    world = server.world
    post = await posted(server)
    asked = await question(server)
    kept = [topic.model_copy(update={"questions": tuple(q for q in topic.questions if q.id != asked.id)}) for topic in world.bank.topics]
    world.bank = type(world.bank).build(kept)
    await world.restart()

    await at(server, 1, 10)

    assert "Time is up" in all_text(post)
    assert "left the bank" in all_text(post)
    assert len(server.posts()) == 1
    assert await left_of_it(server) == []


def with_long_answer(world: World, question_id: str) -> None:
    """Give a question an answer that does not fit into one message."""

    def longer(found: Question) -> Question:
        return found.model_copy(update={"answer": "\n\n".join(f"Part {n}. " + "word " * 90 for n in range(20))}) if found.id == question_id else found

    topics = [topic.model_copy(update={"questions": tuple(map(longer, topic.questions))}) for topic in world.bank.topics]
    world.bank = type(world.bank).build(topics)


def already_has_a_thread() -> discord.HTTPException:
    """What Discord answers when a thread is opened again."""
    error = server_error(400)
    return discord.HTTPException(error.response, {"code": 160004, "message": "A thread has already been created for this message"})


async def test_an_answer_is_told_once_and_as_a_whole_through_every_break_of_the_line(server: Server) -> None:
    world = server.world
    post = await posted(server)
    with_long_answer(world, (await question(server)).id)
    await world.restart()
    breaks = 0
    for request in (EDIT, THREAD, HISTORY, SEND):
        world.wire.lose_request(request, server_error())
        world.wire.lose_answer(request, reset())
        breaks += 2
    world.wire.lose_request(THREAD, already_has_a_thread(), times=breaks)

    await at(server, 1, 10)
    await world.env.advance_time(60 * 60)

    assert len(world.problems) == breaks
    world.problems.clear()
    (thread,) = server.channel.threads
    parts = server.posts(thread)
    whole = "\n".join(map(all_text, parts))
    assert len(parts) == 3
    assert [whole.count(f"Part {n}.") for n in range(20)] == [1] * 20
    assert buttons(parts[-1]) == ["Model answer", "My debrief"]
    assert "Time is up" in all_text(post)
    assert [each.id for each in server.posts() if each.components] == [post.id]
    assert await left_of_it(server) == []


@pytest.mark.parametrize(("moment", "after"), [(EDIT, True), (THREAD, True), (SEND, False), (SEND, True)])
async def test_a_bot_that_dies_in_the_middle_of_a_reveal_tells_the_answer_once(server: Server, moment: str, after: bool) -> None:
    world = server.world
    await posted(server)
    world.wire.hang(moment, after=after)
    await at(server, 1, 10)
    if moment == THREAD and after:
        world.wire.lose_request(THREAD, already_has_a_thread())

    await world.restart(down_s=60 * 60)

    (thread,) = server.channel.threads
    assert sum("model answer" in all_text(each) for each in server.posts(thread)) == 1
    assert await left_of_it(server) == []

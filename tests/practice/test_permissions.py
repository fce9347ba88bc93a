"""What the bot may do in a channel, and what it asks of Discord."""

import discord
import pytest
import simcord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.storage.tables import postings, timers
from tests.conftest import World, all_text, buttons, reply

NAMES = {"View Channel": "view_channel", "Send Messages": "send_messages", "Read Message History": "read_message_history"}


def take_away(world: World, *names: str, channel: simcord.ChannelHandle | None = None) -> None:
    """Deny the bot some permissions in the channel."""
    denied = discord.Permissions(**{NAMES.get(name, name): True for name in names})
    bot = Overwrite(world.env.backend.bot_user.id, OverwriteType.MEMBER, deny=denied.value)
    world.env.backend.set_overwrite((channel or world.channel).id, bot)


@pytest.mark.parametrize("name", NAMES)
async def test_where_a_permission_is_missing_the_card_is_private_and_says_why(world: World, name: str) -> None:
    take_away(world, name)

    result = await world.ada.slash(world.channel, "interview medium")

    said = all_text(reply(result))
    assert reply(result).ephemeral
    assert f"missing **{name}**" in said
    assert not any(other in said for other in NAMES if other != name)
    assert buttons(reply(result)) == ["Answer", "Hint", "End now", "My debrief"]
    assert [posting["place"] for posting in await world.rows(postings)] == ["private"]


async def test_a_private_card_takes_an_answer_and_closes_without_being_edited(world: World) -> None:
    take_away(world, "Send Messages")
    card = reply(await world.ada.slash(world.channel, "interview medium", minutes=5))

    debrief = reply(await world.answer(card, "I would put a queue in front of the model."))
    await world.env.advance_time(5 * 60)

    assert "Debrief" in all_text(debrief)
    assert "Time is up" not in all_text(card)
    assert await world.rows(timers) == []


async def test_all_missing_permissions_are_named_at_once(world: World) -> None:
    take_away(world, *NAMES)

    result = await world.ada.slash(world.channel, "interview medium")

    assert "missing **View Channel, Send Messages, Read Message History**" in all_text(reply(result))


async def test_in_a_thread_the_permission_for_threads_is_what_counts(world: World) -> None:
    thread = world.env.backend.create_thread(world.channel.id, "quiet corner", world.ada.id)
    corner = next(each for each in world.channel.threads if each.id == thread.id)
    take_away(world, "Send Messages")

    allowed = await world.ada.slash(corner, "interview medium")
    take_away(world, "send_messages_in_threads")
    denied = await world.ada.slash(corner, "interview medium")

    assert "Answer" in buttons(reply(allowed))
    assert "missing **Send Messages in Threads**" in all_text(reply(denied))


async def test_the_buttons_that_draw_ask_for_the_same_permissions(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), "I would put a queue in front of the model."))
    shown_help = reply(await world.ada.slash(world.channel, "help"))
    take_away(world, "Send Messages")

    for message, label in ((debrief, "Try again"), (debrief, "Next question"), (shown_help, "First question")):
        result = await world.ada.click(message, label=label)
        assert "missing **Send Messages**" in all_text(reply(result))
        assert reply(result).ephemeral
    assert [posting["place"] for posting in await world.rows(postings)] == ["channel", "private", "private", "private"]


async def test_an_open_card_goes_on_taking_answers_when_a_permission_is_lost(world: World) -> None:
    card = await world.draw()
    take_away(world, "Send Messages")

    result = await world.answer(card, "I would put a queue in front of the model.")

    assert "Debrief" in all_text(reply(result))


async def test_the_bot_asks_for_two_intents_and_neither_is_privileged(world: World) -> None:
    asked = world.app.client.intents

    assert {name for name, given in asked if given} == {"guilds", "dm_messages"}


async def test_whatever_the_bot_sends_pings_nobody_unless_it_is_asked_to(world: World) -> None:
    allowed = world.app.client.allowed_mentions

    assert allowed is not None
    assert (allowed.everyone, allowed.users, allowed.roles, allowed.replied_user) == (False, False, False, False)


async def test_the_bot_remembers_no_members_and_no_messages(world: World) -> None:
    await world.draw()
    await world.bob.send(world.channel, "hello")

    assert list(world.app.client.cached_messages) == []
    assert {member.id for guild in world.app.client.guilds for member in guild.members} <= {world.env.backend.bot_user.id}

"""Menus on cards: the choice reaches the room that owns it, also after a restart, and an outdated one says so."""

import discord
import pytest
from discord import SelectOption

from bot.client import OUTDATED
from bot.ui import replies
from bot.ui.cards import card
from bot.ui.replies import Interaction
from bot.ui.selects import select
from tests.conftest import World, all_text, reply

OPTIONS = [SelectOption(label="One", value="first value"), SelectOption(label="Two", value="2")]


async def menu(world: World, name: str, *numbers: int) -> discord.Message:
    """A message of the bot with a menu."""
    channel = await world.app.client.fetch_channel(world.channel.id)
    assert isinstance(channel, discord.TextChannel)
    view = card("Choose", select(name, *numbers, options=OPTIONS, placeholder="One of these"))
    view.stop()
    return await channel.send(view=view)


def answering(world: World) -> None:
    """The bot that runs now says what was chosen."""

    async def said(itx: Interaction, values: tuple[str, ...], *numbers: int) -> None:
        await replies.send(itx, replies.sentence(f"{itx.user.name} chose {values} of {numbers}"))

    world.app.client.add_selects({"say": said})


async def test_what_was_chosen_comes_with_the_numbers_of_the_menu(world: World) -> None:
    answering(world)
    message = await menu(world, "say", 17, 123_456_789_012_345_678)

    result = await world.bob.select(message, ["first value"])

    assert all_text(reply(result)) == "bob chose ('first value',) of (17, 123456789012345678)"
    assert result.followups == []


async def test_a_menu_outlives_a_restart(world: World) -> None:
    message = await menu(world, "say")
    await world.restart()
    answering(world)

    assert all_text(reply(await world.ada.select(message, ["2"]))) == "ada chose ('2',) of ()"


async def test_a_menu_of_an_older_version_says_so(world: World) -> None:
    result = await world.ada.select(await menu(world, "retired", 1), ["2"])

    assert all_text(reply(result)) == OUTDATED
    assert reply(result).ephemeral


async def test_a_menu_that_two_rooms_claim_is_found_at_start(world: World) -> None:
    answering(world)

    with pytest.raises(ValueError, match="claimed twice: say"):
        answering(world)

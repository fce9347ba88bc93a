"""`/help`: what it names is there, and a newcomer is one press away from a first question."""

import re

import discord
from discord import app_commands

from bot.storage.tables import answer_versions, postings
from bot.ui.actions import FOLLOW
from tests.conftest import World, all_text, buttons, reply

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."


async def test_help_names_only_commands_options_and_buttons_that_are_there(world: World) -> None:
    said = all_text(reply(await world.ada.slash(world.channel, "help")))
    named = set(re.findall(r"`([^`]+)`", said))

    card = await world.draw()
    debrief = reply(await world.answer(card, ANSWER))

    commands = [command for command in world.app.client.tree.walk_commands() if isinstance(command, app_commands.Command)]
    slash = {f"/{command.qualified_name}" for command in commands}
    menus = {menu.name for menu in world.app.client.tree.get_commands(type=discord.AppCommandType.message)}
    others = (
        menus
        | {command.name for command in commands if command.parent}
        | {option.display_name for command in commands for option in command.parameters}
    )
    assert {name for name in named if name.startswith("/")} <= slash
    assert {name for name in named if not name.startswith("/")} <= others | {FOLLOW.label} | set(buttons(card)) | set(buttons(debrief))
    assert {"/interview medium", "/stats", "Answer"} <= named


async def test_help_counts_what_is_in_the_bank(world: World) -> None:
    said = all_text(reply(await world.ada.slash(world.channel, "help")))

    assert f"There are {len(world.bank)} in {len(world.bank.topics)} topics." in said


async def test_help_is_for_who_asked(world: World) -> None:
    shown = reply(await world.ada.slash(world.channel, "help"))

    assert shown.ephemeral
    assert world.cards() == []


async def test_one_press_leads_to_an_easy_question_and_its_answer_to_a_debrief(world: World) -> None:
    shown = reply(await world.ada.slash(world.channel, "help"))
    assert buttons(shown) == ["First question"]

    card = reply(await world.ada.click(shown, label="First question"))
    debrief = reply(await world.answer(card, ANSWER))

    assert [each.id for each in world.cards()] == [card.id]
    assert "Easy · " in all_text(card)
    assert ANSWER in all_text(debrief)
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


async def test_the_button_of_an_old_help_works_after_a_restart(world: World) -> None:
    shown = reply(await world.ada.slash(world.channel, "help"))

    await world.restart(down_s=24 * 60 * 60)
    card = reply(await world.ada.click(shown, label="First question"))

    assert "Answer" in buttons(card)
    assert "Easy · " in all_text(card)
    assert [row["owner_id"] for row in await world.rows(postings)] == [world.ada.id]


async def test_somebody_else_who_presses_it_gets_a_card_of_their_own(world: World) -> None:
    shown = reply(await world.ada.slash(world.channel, "help"))
    await world.ada.click(shown, label="First question")

    pressed = world.press(shown, "first-question", world.bob)
    await world.env.settle()

    assert "Answer" in buttons(reply(pressed))
    assert [row["owner_id"] for row in await world.rows(postings)] == [world.ada.id, world.bob.id]
    assert f"Only <@{world.bob.id}>" in all_text(reply(await world.ada.click(reply(pressed), label="End now")))
    assert len(world.cards()) == 2


async def test_pressed_again_and_again_it_gives_three_cards_and_then_lists_them(world: World) -> None:
    shown = reply(await world.ada.slash(world.channel, "help"))

    last = [reply(await world.ada.click(shown, label="First question")) for _ in range(4)][-1]

    assert len(world.cards()) == 3
    assert last.ephemeral
    assert buttons(last) == ["Show again", "End"] * 3

"""The bot's side of Discord: what happens when something fails, which commands Discord is told of, what is remembered, and how it stops."""

import asyncio
import gc
import logging
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import aiohttp
import discord
import pytest
import simcord
from discord import app_commands

from bot import app as composition
from bot.client import OUTDATED, TYPED_FILE
from bot.storage.tables import command_syncs
from bot.ui import replies
from tests import faults
from tests.conftest import SEED, World, all_text

TYPED = "I would put a queue in front of the model."
REFERENCE = re.compile(r"give this reference to whoever runs the bot: `([A-Z2-9]{6})`")
GLOBAL_SYNC = "PUT /applications/*/commands"


def break_table(world: World, name: str) -> None:
    """Take a table away, as on a damaged disk."""
    with closing(sqlite3.connect(world.database)) as conn:
        conn.execute(f"ALTER TABLE {name} RENAME TO gone")
        conn.commit()


def shown(result: simcord.InteractionResult) -> str:
    """What the person sees, which is one message for them alone."""
    assert result.response is not None
    assert result.response.ephemeral
    assert result.followups == []
    return all_text(result.response)


async def given_back(result: simcord.InteractionResult) -> str:
    """The text of the file that the person gets."""
    assert result.response is not None
    (file,) = result.response.attachments
    assert file.filename == TYPED_FILE
    return (await file.read()).decode()


async def command(world: World) -> simcord.InteractionResult:
    break_table(world, "practice_counts")
    return await world.ada.slash(world.channel, "stats")


async def button(world: World) -> simcord.InteractionResult:
    card = await world.draw()
    break_table(world, "attempts")
    return await world.bob.click(card, label="Answer")


async def form(world: World) -> simcord.InteractionResult:
    card = await world.draw()
    opened = await world.ada.click(card, label="Answer")
    break_table(world, "attempts")
    return await world.ada.submit_modal(opened, {"answer": TYPED})


async def form_that_cannot_be_written(world: World) -> simcord.InteractionResult:
    card = await world.draw()
    opened = await world.ada.click(card, label="Answer")
    with closing(sqlite3.connect(world.database)) as conn:
        conn.execute("CREATE TRIGGER full BEFORE INSERT ON answer_versions BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
        conn.commit()
    return await world.ada.submit_modal(opened, {"answer": TYPED})


async def button_with_too_many_numbers(world: World) -> simcord.InteractionResult:
    result = world.press(await world.draw(), "hint:1:2:3:4")
    await world.env.settle()
    return result


@pytest.mark.parametrize("act", [command, button, form, form_that_cannot_be_written, button_with_too_many_numbers])
async def test_what_fails_is_one_private_sentence_whose_reference_is_in_the_log(world: World, act: Callable[[World], Any]) -> None:
    result = await act(world)

    said = shown(result)
    reference = REFERENCE.search(said)
    assert reference is not None
    assert said.startswith("Something went wrong on our side. Please try again")
    assert "Error" not in said
    problem = world.problem()
    assert problem.exc_info is not None
    assert vars(problem)["reference"] == reference[1]
    assert vars(problem)["action"] == "failed"
    assert vars(problem)["user_id"] in (world.ada.id, world.bob.id)
    assert reference[1] in problem.getMessage()
    assert TYPED not in logging.Formatter().format(problem)


async def test_two_failures_have_two_references(world: World) -> None:
    break_table(world, "practice_counts")

    for _ in range(2):
        await world.ada.slash(world.channel, "stats")

    first, second = (vars(problem)["reference"] for problem in world.problems)
    assert first != second
    world.problems.clear()


async def test_text_that_could_not_be_kept_comes_back_as_a_file(world: World) -> None:
    result = await form(world)

    assert "What you typed is in the file below." in shown(result)
    assert await given_back(result) == TYPED
    world.problem()


@pytest.mark.parametrize("custom_id", ["retired:1", "answer:", "answer", "answer:x", "report:404"])
async def test_text_in_a_form_that_leads_nowhere_comes_back_as_a_file(world: World, custom_id: str) -> None:
    result = world.send_form(custom_id, {"text": TYPED})
    await world.env.settle()

    assert "What you typed is in the file below." in shown(result)
    assert (OUTDATED in shown(result)) == (custom_id != "report:404")
    assert await given_back(result) == TYPED


async def test_a_button_of_an_older_version_says_so(world: World) -> None:
    result = world.press(await world.draw(), "retired:1")
    await world.env.settle()

    assert shown(result) == OUTDATED


@pytest.mark.parametrize(
    ("stale", "used"),
    [
        ({"name": "retired", "description": "An older one"}, "retired"),
        ({"name": "stats", "description": "One's own", "options": [{"name": "mine", "description": "One's own", "type": 1}]}, "stats mine"),
        ({"name": "interview", "description": "One for all"}, "interview"),
    ],
    ids=["gone", "once a group", "now a group"],
)
async def test_a_command_of_an_older_version_says_to_reload(world: World, stale: dict[str, Any], used: str) -> None:
    world.env.backend.register_commands(None, [stale])

    result = await world.ada.slash(world.channel, used)

    assert shown(result).startswith("This command has changed. Reload Discord")


async def test_choices_for_a_command_of_an_older_version_are_left_to_discord(world: World) -> None:
    option = {"name": "topic", "description": "t", "type": 3, "autocomplete": True}
    world.env.backend.register_commands(None, [{"name": "retired", "description": "An older one", "options": [option]}])
    before = len(world.env.http_requests)

    result = await world.ada.autocomplete(world.channel, "retired", "topic", "ser")

    assert not result
    assert len(world.env.http_requests) == before
    world.left_unanswered = 1


async def test_an_answer_that_arrived_though_discord_says_twice_is_seen_once(world: World) -> None:
    world.wire.lose_answer(faults.CALLBACK, faults.already_answered())

    result = await world.ada.slash(world.channel, "help")

    assert "/interview medium" in shown(result)


@pytest.mark.parametrize(
    "error", [faults.server_error(), faults.reset(), aiohttp.ServerDisconnectedError(), TimeoutError()], ids=lambda error: type(error).__name__
)
async def test_a_person_who_cannot_be_answered_is_in_the_log_and_the_next_one_is_served(
    world: World, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    world.wire.lose_request(faults.CALLBACK, error, faults.ALWAYS)

    await world.ada.slash(world.channel, "help")
    world.wire.mend()
    served = await world.bob.slash(world.channel, "help")

    assert "/interview medium" in shown(served)
    assert [vars(record)["action"] for record in caplog.records if record.levelno == logging.WARNING] == ["unanswered"]
    assert vars(world.problem())["action"] == "failed"
    world.left_unanswered = 1


def syncs(world: World) -> list[str]:
    """The paths of the lists of commands that Discord was sent so far."""
    return [request.path for request in world.env.http_requests if request.method == "PUT" and request.path.endswith("/commands")]


async def restart(
    world: World, *, without: str | None = None, more: app_commands.Command[Any, ..., None] | None = None, guild_id: int | None = None
) -> None:
    """Start another process, whose commands may differ."""
    app = await composition.build(world.database_url, world.bank, now=world.now, seed=SEED, command_guild_id=guild_id)
    world.apps.append(app)
    if without is not None:
        app.client.tree.remove_command(without)
    if more is not None:
        app.client.tree.add_command(more)
    await world.env.restart_bot(app.client)


async def test_commands_are_sent_only_when_they_have_changed(world: World) -> None:
    assert len(syncs(world)) == 1

    await restart(world)
    assert len(syncs(world)) == 1
    await restart(world, without="stats")
    assert len(syncs(world)) == 2
    await restart(world, without="stats")
    assert len(syncs(world)) == 2
    await restart(world)
    assert len(syncs(world)) == 3


async def test_another_application_on_the_same_database_is_sent_its_commands(world: World) -> None:
    (row,) = await world.rows(command_syncs)
    assert row["application_id"] == world.env.backend.application_id
    with closing(sqlite3.connect(world.database)) as conn:
        conn.execute("UPDATE command_syncs SET application_id = 7")
        conn.commit()

    await restart(world)

    assert len(syncs(world)) == 2
    assert len(await world.rows(command_syncs)) == 2


async def test_while_developing_one_server_gets_the_commands_at_once(world: World) -> None:
    first = syncs(world)

    await restart(world, guild_id=world.guild.id)
    await restart(world, guild_id=world.guild.id)
    await restart(world)

    own = f"/applications/{world.env.backend.application_id}/guilds/{world.guild.id}/commands"
    assert [path.removeprefix("/api/v10") for path in syncs(world)[len(first) :]] == [own]
    assert {name for name, _ in world.env.backend.commands[world.guild.id]} == {name for name, _ in world.env.backend.commands[None]}


@pytest.mark.parametrize(
    "error", [faults.server_error(503), faults.reset(), aiohttp.ServerDisconnectedError()], ids=lambda error: type(error).__name__
)
async def test_commands_that_discord_does_not_take_stop_nobody_and_are_sent_at_the_next_start(world: World, error: Exception) -> None:
    world.wire.lose_request(GLOBAL_SYNC, error)

    await restart(world, without="stats")
    assert vars(world.problem())["action"] == "sync-failed"
    await world.draw()
    await restart(world, without="stats")

    assert len(syncs(world)) == 2
    assert ("stats", 1) not in world.env.backend.commands[None]


async def test_whoever_starts_the_bot_sees_that_it_is_there(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot")

    await restart(world)

    assert [record.getMessage() for record in caplog.records if vars(record).get("action") == "online"] == ["online as TestBot, servers: 1"]


async def test_nothing_is_remembered_of_members_messages_and_cards(world: World) -> None:
    async def practise() -> None:
        for person in (world.ada, world.bob):
            card = await world.draw(person)
            await person.send(world.channel, "Let me think.")
            await person.send_dm("A message that nobody asked for.")
            answered = await world.answer(card, TYPED, person)
            assert answered.response is not None
            await person.click(answered.response, label="Self-check")  # and closes the form again
            await person.click(card, label="End now")

    await practise()
    before = remembered()
    for _ in range(3):
        await practise()

    client = world.app.client
    assert list(client.cached_messages) == []
    assert [member.id for guild in client.guilds for member in guild.members if member.id != guild.me.id] == []
    assert client.persistent_views == []
    assert remembered() <= before


def remembered() -> int:
    """Objects of discord.py's that belong to a single message."""
    gc.collect()
    return sum(isinstance(each, discord.Message | discord.ui.View | discord.ui.LayoutView | discord.ui.Modal) for each in gc.get_objects())


async def begin_slow_work(world: World, by: str) -> tuple[simcord.InteractionResult, asyncio.Event]:
    """A person presses a button, or uses a command, whose answer takes as long as the event is not set."""
    go_on = asyncio.Event()

    async def slow(itx: replies.Interaction) -> None:
        await world.env.external_wait(go_on.wait(), reason="work that takes its time")
        await replies.send(itx, replies.sentence("Here it is."))

    if by == "command":
        await restart(world, more=app_commands.Command(name="slow", description="Takes its time", callback=slow))
        return await world.ada.slash(world.channel, "slow"), go_on
    world.app.client.add_buttons({"slow": slow})
    result = world.press(await world.draw(), "slow")
    await world.env.settle()
    return result, go_on


@pytest.mark.parametrize("by", ["button", "command"])
async def test_a_stop_waits_for_what_people_have_begun(world: World, by: str) -> None:
    result, go_on = await begin_slow_work(world, by)

    stopping = asyncio.create_task(world.app.close())
    done, _ = await asyncio.wait({stopping}, timeout=0.05)
    assert not done
    go_on.set()
    await stopping

    assert shown(result) == "Here it is."


async def test_a_stop_does_not_wait_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "FINISH_WITHIN_S", 0.05)
    result, _ = await begin_slow_work(world, "button")

    await asyncio.wait_for(world.app.close(), timeout=2)

    assert result.response is None
    world.left_unanswered = 1


async def test_two_rooms_cannot_own_the_same_button(world: World) -> None:
    with pytest.raises(ValueError, match="claimed twice: answer"):
        world.app.client.add_buttons({"answer": _nothing})
    with pytest.raises(ValueError, match="claimed twice: answer"):
        world.app.client.add_modals({"answer": _nothing})


async def _nothing(*_: object) -> None: ...

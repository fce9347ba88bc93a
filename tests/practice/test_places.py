"""Where a card goes: to one person alone, into direct messages, and wherever somebody takes an app that they installed for themselves."""

from typing import Any

import pytest
import simcord
from simcord import interactions
from simcord.backend import serializers
from simcord.enums import AppCommandType, ComponentType, InteractionType, OptionType

from bot.practice.commands.places import NO_MEMBER
from bot.storage.tables import answer_versions, attempts, postings, question_reports
from tests.conftest import World, all_text, buttons, reply

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."
PRIVATE = ["Answer", "Hint", "End now", "My debrief"]
DRAFT = ["Done", "Hint", "End now"]
FOREIGN = 987_654_321_098_765_432  # a server, or a channel, that the bot does not know
GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2  # contexts of an interaction (Discord, "Interaction Object")
TEXT, DM, GROUP_DM = 0, 1, 3  # types of a channel
SERVER_WITHOUT_THE_BOT = (GUILD, TEXT)
GROUP = (PRIVATE_CHANNEL, GROUP_DM)
FRIENDS_DM = (PRIVATE_CHANNEL, DM)


async def places(world: World) -> list[str]:
    """Where each posting stands, oldest first."""
    return [row["place"] for row in await world.rows(postings)]


async def elsewhere(
    world: World, where: tuple[int, int], data: dict[str, Any], kind: InteractionType, message: simcord.ResponseMessage | None = None
) -> simcord.InteractionResult:
    """Ada uses the app that she has installed for herself in a place without the bot; what she sees there, SimCord keeps in the channel."""
    record, payload = interactions.base_payload(
        world.env.backend, type=kind, channel_id=world.channel.id, guild_id=world.guild.id, user_id=world.ada.id, data=data
    )
    context, channel_type = where
    payload |= {"context": context, "authorizing_integration_owners": {"1": str(world.ada.id)}}
    payload["channel_id"] = str(FOREIGN)
    payload["channel"] = {"id": str(FOREIGN), "type": channel_type, "name": "far away", "position": 0, "permissions": "0"}
    if context == GUILD:
        payload |= {"guild_id": str(FOREIGN), "guild": {"id": str(FOREIGN), "locale": "en-US", "features": []}}
    else:
        payload["user"] = payload.pop("member")["user"]
        del payload["guild_id"], payload["guild_locale"]
    if message is not None:
        record.source_message_id = message.id
        payload["message"] = dict(serializers.message_payload(world.env.backend, world.env.backend.get_message(world.channel.id, message.id)))
    world.env.backend.emit("INTERACTION_CREATE", payload)
    await world.env.settle()
    return simcord.InteractionResult(world.env, record)


async def drawn_elsewhere(world: World, where: tuple[int, int], place: str | None = None) -> simcord.ResponseMessage:
    """Ada draws a question there."""
    options = [] if place is None else [{"name": "where", "type": OptionType.STRING, "value": place}]
    leaf = {"name": "medium", "type": OptionType.SUBCOMMAND, "options": options}
    data = {"id": str(FOREIGN), "name": "interview", "type": AppCommandType.CHAT_INPUT, "options": [leaf]}
    return reply(await elsewhere(world, where, data, InteractionType.APPLICATION_COMMAND))


async def pressed_elsewhere(world: World, where: tuple[int, int], message: simcord.ResponseMessage, label: str) -> simcord.InteractionResult:
    """Ada presses a button there."""
    rows = [part for container in message.components for part in container["components"] if part["type"] == ComponentType.ACTION_ROW]
    (custom_id,) = [each["custom_id"] for row in rows for each in row["components"] if each["label"] == label]
    data = {"custom_id": custom_id, "component_type": ComponentType.BUTTON}
    return await elsewhere(world, where, data, InteractionType.MESSAGE_COMPONENT, message)


# For oneself alone


async def test_a_private_card_is_seen_by_its_owner_alone_and_takes_an_answer(world: World) -> None:
    card = await world.draw(where="private")

    debrief = reply(await world.answer(card, ANSWER))

    assert card.ephemeral
    assert buttons(card) == PRIVATE
    assert "Only you see this card" in all_text(card)
    assert ANSWER in all_text(debrief)
    assert world.cards() == []
    assert await places(world) == ["private"]


async def test_a_private_card_that_was_asked_for_needs_no_reason(world: World) -> None:
    card = await world.draw(where="private")

    assert "so only you see" not in all_text(card)


async def test_after_the_time_a_private_card_says_so_when_it_is_pressed_and_offers_the_rest(world: World) -> None:
    card = await world.draw(where="private", minutes=5)
    await world.env.advance_time(5 * 60)
    untouched = buttons(card)

    late = await world.ada.click(card, label="Answer")

    assert untouched == PRIVATE
    assert late.modal is None
    assert "Time is up" in all_text(reply(late))
    assert buttons(reply(late)) == ["Model answer", "My debrief"]
    assert world.edits(card) == 0
    model = reply(await world.ada.click(reply(late), label="Model answer"))
    assert "Model answer" in all_text(model)


async def test_a_form_opened_in_time_is_kept_as_late_on_a_private_card(world: World) -> None:
    card = await world.draw(where="private", minutes=5)
    form = await world.ada.click(card, label="Answer")
    await world.env.advance_time(6 * 60)

    await world.ada.submit_modal(form, {"answer": ANSWER})

    assert [(row["text"], row["late"]) for row in await world.rows(answer_versions)] == [(ANSWER, True)]


async def test_end_now_closes_a_private_card_where_it_stands(world: World) -> None:
    card = await world.draw(where="private")

    await world.ada.click(card, label="End now")

    assert "Ended early" in all_text(card)
    assert buttons(card) == ["Model answer", "My debrief"]


async def test_a_private_card_takes_answers_after_a_restart(world: World) -> None:
    card = await world.draw(where="private")

    await world.restart(60)
    await world.answer(card, ANSWER)

    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


@pytest.mark.parametrize("label", ["Try again", "Next question"])
async def test_the_next_card_is_private_again(world: World, label: str) -> None:
    debrief = reply(await world.answer(await world.draw(where="private"), ANSWER))

    card = reply(await world.ada.click(debrief, label=label))

    assert card.ephemeral
    assert buttons(card) == PRIVATE
    assert await places(world) == ["private", "private"]


@pytest.mark.parametrize("label", ["Try again", "Next question"])
async def test_the_next_card_stands_in_the_channel_again(world: World, label: str) -> None:
    debrief = reply(await world.answer(await world.draw(), ANSWER))

    card = reply(await world.ada.click(debrief, label=label))

    assert not card.ephemeral
    assert await places(world) == ["channel", "channel"]


@pytest.mark.parametrize("label", ["Try again", "Next question"])
async def test_the_next_card_is_in_direct_messages_again_wherever_the_debrief_was_opened(world: World, label: str) -> None:
    await world.draw(where="dm")
    inbox = world.ada.user.dm_channel
    await world.ada.send_dm(ANSWER)
    await world.ada.user.click(inbox.history()[-2], label="Done")
    debrief = world.press(reply(await world.bob.slash(world.channel, "help")), "my-debrief:1")
    await world.env.settle()

    await world.ada.click(reply(debrief), label=label)

    assert await places(world) == ["dm", "dm"]
    assert buttons(inbox.history()[-1]) == DRAFT
    assert world.cards() == []


# The bot's own direct messages


@pytest.mark.parametrize("where", ["here", "private", "dm"])
async def test_in_the_bots_direct_messages_every_place_is_there(world: World, where: str) -> None:
    card = reply(await world.ada.user.slash("interview medium", where={"here": "channel"}.get(where, where)))

    assert buttons(card) == DRAFT
    assert not card.ephemeral
    assert await places(world) == ["dm"]
    await world.ada.send_dm(ANSWER)
    await world.ada.user.click(card, label="Done")
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


# Taken along by a person


@pytest.mark.parametrize("where", [None, "channel"])
async def test_in_a_server_without_the_bot_the_card_is_private_and_says_why(world: World, where: str | None) -> None:
    card = await drawn_elsewhere(world, SERVER_WITHOUT_THE_BOT, where)

    assert card.ephemeral
    assert NO_MEMBER in all_text(card)
    assert buttons(card) == PRIVATE
    assert [(row["place"], row["guild_id"], row["channel_id"]) for row in await world.rows(postings)] == [("private", FOREIGN, FOREIGN)]


@pytest.mark.parametrize("where", [GROUP, FRIENDS_DM], ids=["group", "friend"])
async def test_in_a_group_or_with_a_friend_here_means_private(world: World, where: tuple[int, int]) -> None:
    card = await drawn_elsewhere(world, where, "channel")

    assert card.ephemeral
    assert "server" not in all_text(card)
    assert buttons(card) == PRIVATE
    assert await places(world) == ["private"]


@pytest.mark.parametrize("where", [SERVER_WITHOUT_THE_BOT, GROUP, FRIENDS_DM], ids=["server", "group", "friend"])
async def test_a_card_may_be_sent_to_direct_messages_from_anywhere(world: World, where: tuple[int, int]) -> None:
    said = await drawn_elsewhere(world, where, "dm")

    card = world.ada.user.dm_channel.history()[-1]
    assert said.ephemeral
    assert str(card.id) in all_text(said)
    assert buttons(card) == DRAFT
    assert await places(world) == ["dm"]


@pytest.mark.parametrize("where", [SERVER_WITHOUT_THE_BOT, GROUP, FRIENDS_DM], ids=["server", "group", "friend"])
async def test_the_whole_loop_works_where_the_bot_is_not(world: World, where: tuple[int, int]) -> None:
    card = await drawn_elsewhere(world, where)

    form = await pressed_elsewhere(world, where, card, "Answer")
    assert form.modal is not None
    fields = [{"type": ComponentType.LABEL, "component": {"type": ComponentType.TEXT_INPUT, "custom_id": "answer", "value": ANSWER}}]
    sent = {"custom_id": form.modal["custom_id"], "components": fields}
    debrief = reply(await elsewhere(world, where, sent, InteractionType.MODAL_SUBMIT, card))
    model = reply(await pressed_elsewhere(world, where, debrief, "Model answer"))
    following = reply(await pressed_elsewhere(world, where, debrief, "Next question"))

    assert ANSWER in all_text(debrief)
    assert "Model answer" in all_text(model)
    assert (debrief.ephemeral, model.ephemeral, following.ephemeral) == (True, True, True)
    assert buttons(following) == PRIVATE
    assert await places(world) == ["private", "private"]


@pytest.mark.parametrize("where", [SERVER_WITHOUT_THE_BOT, GROUP], ids=["server", "group"])
async def test_a_message_becomes_an_answer_where_the_bot_is_not(world: World, where: tuple[int, int]) -> None:
    await drawn_elsewhere(world, where)
    message = world.env.backend.create_message(world.channel.id, world.ada.id, ANSWER)
    there = dict(serializers.message_payload(world.env.backend, message)) | {"channel_id": str(FOREIGN)}
    data = {
        "id": str(FOREIGN),
        "name": "Use as my answer",
        "type": AppCommandType.MESSAGE,
        "target_id": str(message.id),
        "resolved": {"messages": {str(message.id): there}},
    }

    result = await elsewhere(world, where, data, InteractionType.APPLICATION_COMMAND)

    assert reply(result).ephemeral
    assert ANSWER in all_text(reply(result))
    assert [row["source"] for row in await world.rows(attempts)] == ["message"]


async def test_where_the_bot_is_a_member_an_installed_app_posts_for_everybody(world: World) -> None:
    data = {"custom_id": "first-question", "component_type": ComponentType.BUTTON}
    shown = reply(await world.ada.slash(world.channel, "help"))
    record, payload = interactions.base_payload(
        world.env.backend,
        type=InteractionType.MESSAGE_COMPONENT,
        channel_id=world.channel.id,
        guild_id=world.guild.id,
        user_id=world.ada.id,
        data=data,
    )
    record.source_message_id = shown.id
    payload["message"] = dict(serializers.message_payload(world.env.backend, world.env.backend.get_message(world.channel.id, shown.id)))
    payload["authorizing_integration_owners"] = {"0": str(world.guild.id), "1": str(world.ada.id)}
    world.env.backend.emit("INTERACTION_CREATE", payload)
    await world.env.settle()

    assert not reply(simcord.InteractionResult(world.env, record)).ephemeral
    assert await places(world) == ["channel"]


@pytest.mark.parametrize("name", ["answer", "hint", "model", "my-debrief", "answer-in-dm", "self-check", "report"])
async def test_a_stranger_gets_nothing_from_somebody_elses_private_question(world: World, name: str) -> None:
    await world.draw(where="private", minutes=1)
    await world.env.advance_time(61)
    (posting,) = await world.rows(postings)
    card = await world.draw(world.bob, difficulty="easy")

    result = world.press(card, f"{name}:{posting['id']}", world.bob)
    await world.env.settle()

    if name == "report":  # its form says nothing; what is sent with it is refused
        world.send_form(f"report:{posting['id']}", {"text": "wrong"}, world.bob, card)
        await world.env.settle()
        assert await world.rows(question_reports) == []
    else:
        assert "That question is gone" in all_text(reply(result))
    assert await world.rows(attempts) == []

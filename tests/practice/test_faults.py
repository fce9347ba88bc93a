"""Discord breaks down, or the connection does, before or after a request has taken effect."""

from collections.abc import Callable

import pytest

from bot.storage.tables import answer_versions, postings, practice_counts, question_totals, timers
from tests.conftest import World, all_text, buttons, reply
from tests.faults import ALWAYS, CALLBACK, HISTORY, SEND, already_answered, reset, server_error

ANSWER = "I would put a queue in front of the model, because the evening brings three times the load of the night."
CUT_OFF = [server_error, reset]
LOST = [*CUT_OFF, already_answered]  # all that can come back of an answer to an interaction that has taken effect

Failing = Callable[[], Exception]


async def counts(world: World) -> list[int]:
    """All counts, of persons and of questions."""
    return [row["count"] for table in (practice_counts, question_totals) for row in await world.rows(table)]


# The card


@pytest.mark.parametrize("error", LOST)
async def test_a_card_that_arrived_though_its_answer_was_lost_stands_there_once(world: World, error: Failing) -> None:
    world.wire.lose_answer(CALLBACK, error())

    result = await world.ada.slash(world.channel, "interview medium", minutes=5)

    (card,) = world.cards()
    assert result.followups == []
    assert [row["message_id"] for row in await world.rows(postings)] == [card.id]
    await world.answer(card, ANSWER)
    await world.env.advance_time(5 * 60)
    assert "Time is up" in all_text(card)
    assert world.edits(card) == 1


@pytest.mark.parametrize("error", CUT_OFF)
async def test_a_card_that_did_not_arrive_is_sent_once_more(world: World, error: Failing) -> None:
    world.wire.lose_request(CALLBACK, error())

    result = await world.ada.slash(world.channel, "interview medium")

    (card,) = world.cards()
    assert reply(result).id == card.id
    assert [row["message_id"] for row in await world.rows(postings)] == [card.id]


@pytest.mark.parametrize("error", CUT_OFF)
async def test_a_card_that_does_not_arrive_as_an_answer_is_sent_to_the_channel_and_the_answer_leads_to_it(world: World, error: Failing) -> None:
    world.wire.lose_request(CALLBACK, error(), times=2)

    result = await world.ada.slash(world.channel, "interview medium", minutes=5)

    (card,) = world.cards()
    assert [row["message_id"] for row in await world.rows(postings)] == [card.id]
    assert reply(result).ephemeral
    assert f"/{world.channel.id}/{card.id}" in all_text(reply(result))
    await world.answer(card, ANSWER)
    await world.env.advance_time(5 * 60)
    assert world.edits(card) == 1


async def test_a_card_of_which_nothing_can_be_learned_is_settled_at_the_next_start(world: World) -> None:
    world.wire.lose_answer(CALLBACK, reset())
    world.wire.lose_request(HISTORY, server_error())

    result = await world.ada.slash(world.channel, "interview medium", minutes=20)
    world.problem()
    assert result.followups == []

    (card,) = world.cards()
    await world.answer(card, ANSWER)
    await world.restart(down_s=60)
    assert [each.id for each in world.cards()] == [card.id]
    assert [row["message_id"] for row in await world.rows(postings)] == [card.id]


async def test_a_card_of_which_nothing_can_be_learned_is_closed_at_its_deadline(world: World) -> None:
    world.wire.lose_answer(CALLBACK, reset())
    world.wire.lose_request(HISTORY, server_error())
    await world.ada.slash(world.channel, "interview medium", minutes=5)
    world.problem()

    await world.env.advance_time(5 * 60)

    (card,) = world.cards()
    assert "Time is up" in all_text(card)
    assert world.edits(card) == 1


async def test_a_card_that_discord_refuses_leaves_nothing_behind(world: World) -> None:
    world.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035, message="Invalid Form Body")
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")

    result = await world.ada.slash(world.channel, "interview medium")

    assert vars(world.problem())["reference"] in all_text(reply(result))
    assert world.cards() == []
    assert await world.rows(postings) == []
    assert await world.rows(timers) == []


async def test_a_start_during_an_outage_keeps_the_card_and_its_deadline(world: World) -> None:
    world.wire.hang(CALLBACK, after=True)
    await world.ada.slash(world.channel, "interview medium", minutes=20)
    world.wire.lose_request(HISTORY, server_error())

    await world.restart(down_s=60)

    (card,) = world.cards()
    await world.answer(card, ANSWER)
    await world.env.advance_time(19 * 60)
    assert "Time is up" in all_text(card)
    assert len(world.cards()) == 1


async def test_one_card_that_cannot_be_settled_does_not_keep_the_others_from_it(world: World) -> None:
    hidden = world.guild.create_text_channel("hidden")
    for channel in (hidden, world.channel):
        world.wire.hang(CALLBACK, after=False)
        await world.ada.slash(channel, "interview medium", minutes=20)
    world.left_unanswered = 2
    world.wire.lose_request(f"GET /channels/{hidden.id}/messages", server_error())

    await world.restart()

    assert len(world.cards()) == 1
    assert len(await world.rows(postings)) == 2


# The answer


@pytest.mark.parametrize("error", LOST)
async def test_an_answer_whose_debrief_arrived_though_discord_did_not_say_so_is_kept_once(world: World, error: Failing) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    world.wire.lose_answer(CALLBACK, error())

    result = await world.ada.submit_modal(shown, {"answer": ANSWER})

    assert f">>> {ANSWER}" in all_text(reply(result))
    assert result.followups == []
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]
    assert await counts(world) == [1, 1]


@pytest.mark.parametrize("error", CUT_OFF)
@pytest.mark.parametrize("text", [ANSWER, ANSWER * 38])
async def test_a_debrief_that_did_not_arrive_is_sent_once_more(world: World, error: Failing, text: str) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    world.wire.lose_request(CALLBACK, error())

    result = await world.ada.submit_modal(shown, {"answer": text})

    assert f">>> {ANSWER}" in all_text(reply(result))
    assert [(await file.read()).decode() for file in reply(result).attachments] == ([text] if text != ANSWER else [])
    assert [row["text"] for row in await world.rows(answer_versions)] == [text]
    assert await counts(world) == [1, 1]


@pytest.mark.parametrize("error", CUT_OFF)
async def test_an_answer_whose_debrief_does_not_arrive_is_kept_and_its_author_is_told_something(world: World, error: Failing) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    world.wire.lose_request(CALLBACK, error(), times=2)

    result = await world.ada.submit_modal(shown, {"answer": ANSWER})

    assert vars(world.problem())["reference"] in all_text(reply(result))
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]
    assert await counts(world) == [1, 1]
    assert f">>> {ANSWER}" in all_text(reply(await world.ada.click(card, label="My debrief")))


async def test_an_answer_during_an_outage_is_kept_though_its_author_cannot_be_told(world: World) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    world.wire.lose_request(CALLBACK, server_error(), times=ALWAYS)
    await world.ada.submit_modal(shown, {"answer": ANSWER})
    world.problem()
    world.left_unanswered = 1

    world.wire.mend()
    again = await world.answer(card, ANSWER)

    assert f">>> {ANSWER}" in all_text(reply(again))
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]
    assert await counts(world) == [1, 1]


@pytest.mark.parametrize("error", LOST)
async def test_a_form_that_opened_though_discord_did_not_say_so_takes_an_answer(world: World, error: Failing) -> None:
    card = await world.draw()
    world.wire.lose_answer(CALLBACK, error())
    shown = await world.ada.click(card, label="Answer")

    result = await world.ada.submit_modal(shown, {"answer": ANSWER})

    assert shown.followups == []
    assert ANSWER in all_text(reply(result))


# Ending


@pytest.mark.parametrize("error", LOST)
async def test_an_end_now_that_took_effect_though_discord_did_not_say_so_changes_the_card_once(world: World, error: Failing) -> None:
    card = await world.draw(minutes=20)
    world.wire.lose_answer(CALLBACK, error())

    result = await world.ada.click(card, label="End now")
    await world.env.advance_time(60 * 60)

    assert "Ended early" in all_text(card)
    assert buttons(card) == ["Model answer", "My debrief"]
    assert result.followups == []
    assert await world.rows(timers) == []


@pytest.mark.parametrize("error", CUT_OFF)
async def test_an_end_now_that_cannot_be_shown_is_shown_on_the_card_soon_after(world: World, error: Failing) -> None:
    card = await world.draw(minutes=20)
    world.wire.lose_request(CALLBACK, error(), times=2)

    result = await world.ada.click(card, label="End now")
    await world.env.advance_time(15)

    assert vars(world.problem())["reference"] in all_text(reply(result))
    assert "Ended early" in all_text(card)
    assert await world.rows(timers) == []


async def test_sending_twice_is_not_tried_when_the_second_send_is_uncertain_too(world: World) -> None:
    world.wire.lose_request(CALLBACK, server_error(), times=2)
    world.wire.lose_answer(SEND, server_error())

    await world.ada.slash(world.channel, "interview medium", minutes=5)
    world.problem()
    await world.restart()

    (card,) = world.cards()
    assert [row["message_id"] for row in await world.rows(postings)] == [card.id]

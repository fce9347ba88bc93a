"""Closing a card: at its deadline, to the second and once, or before it with `End now`."""

from collections.abc import Callable

import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.storage.tables import answer_versions, postings, timers
from tests.conftest import World, all_text, buttons, reply
from tests.faults import EDIT, reset, server_error

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."


async def test_the_card_closes_in_place_at_the_second_of_its_deadline(world: World) -> None:
    card = await world.draw(minutes=5)

    await world.env.advance_time(5 * 60 - 1)
    assert "Answer" in buttons(card)

    await world.env.advance_time(1)
    assert "Time is up" in all_text(card)
    assert buttons(card) == ["Model answer", "My debrief"]
    assert len(world.cards()) == 1


async def test_the_card_is_changed_once_and_never_again(world: World) -> None:
    card = await world.draw(minutes=5)
    await world.answer(card, ANSWER)

    await world.env.advance_time(24 * 60 * 60)
    await world.ada.click(card, label="Model answer")
    await world.bob.click(card, label="My debrief")
    await world.env.advance_time(24 * 60 * 60)

    assert world.edits(card) == 1
    assert await world.rows(timers) == []


async def test_the_closed_card_still_shows_the_question_and_its_count(world: World) -> None:
    card = await world.draw(minutes=5)
    before = all_text(card).split("Closes")[0]
    await world.answer(card, ANSWER)

    await world.env.advance_time(5 * 60)

    assert all_text(card).startswith(before)
    assert "· 0 practiced" in all_text(card)


async def test_each_card_closes_at_its_own_time(world: World) -> None:
    long, short = await world.draw(minutes=30), await world.draw(minutes=5)

    await world.env.advance_time(5 * 60)
    assert ["Answer" in buttons(card) for card in (long, short)] == [True, False]

    await world.env.advance_time(25 * 60)
    assert ["Answer" in buttons(card) for card in (long, short)] == [False, False]


async def test_many_cards_that_are_due_at_once_all_close(world: World) -> None:
    people = [world.guild.add_member(world.env.create_user(f"member{number}")) for number in range(18)]
    cards = [await world.draw(person, minutes=5) for person in people for _ in range(3)]

    await world.env.advance_time(5 * 60)

    assert all("Time is up" in all_text(card) for card in cards)
    assert {world.edits(card) for card in cards} == {1}


# End now


async def test_end_now_closes_the_card_for_everybody(world: World) -> None:
    card = await world.draw(minutes=20)
    await world.env.advance_time(60)

    await world.ada.click(card, label="End now")

    assert "Ended early" in all_text(card)
    assert "Time is up" not in all_text(card)
    assert buttons(card) == ["Model answer", "My debrief"]
    (posting,) = await world.rows(postings)
    assert posting["closed"] == world.now()


async def test_a_card_that_was_ended_is_not_changed_again_at_its_deadline(world: World) -> None:
    card = await world.draw(minutes=20)
    await world.ada.click(card, label="End now")

    await world.env.advance_time(60 * 60)

    assert world.edits(card) == 1
    assert "Ended early" in all_text(card)


async def test_end_now_is_its_starters_alone(world: World) -> None:
    card = await world.draw(world.ada)

    result = await world.bob.click(card, label="End now")

    assert reply(result).ephemeral
    assert "can end it" in all_text(reply(result))
    assert "Answer" in buttons(card)


async def test_end_now_asks_first_when_others_have_answered(world: World) -> None:
    card = await world.draw(world.ada)
    await world.answer(card, ANSWER, world.bob)

    asked = reply(await world.ada.click(card, label="End now"))

    assert asked.ephemeral
    assert "1 other person" in all_text(asked)
    assert "Answer" in buttons(card)

    await world.ada.click(asked, label="End for everybody")

    assert "Ended early" in all_text(card)
    assert world.edits(card) == 1
    assert "closed" in all_text(asked)
    assert await world.rows(timers) == []


async def test_without_a_confirmation_the_card_stays_open_until_its_deadline(world: World) -> None:
    card = await world.draw(world.ada, minutes=5)
    await world.answer(card, ANSWER, world.bob)
    await world.ada.click(card, label="End now")

    await world.env.advance_time(5 * 60)

    assert "Time is up" in all_text(card)
    assert world.edits(card) == 1


async def test_only_the_starter_can_confirm(world: World) -> None:
    card = await world.draw(world.ada)
    await world.answer(card, ANSWER, world.bob)

    result = world.press(card, "end-for-all:1", world.bob)
    await world.env.settle()

    assert "can end it" in all_text(reply(result))
    assert "Answer" in buttons(card)


async def test_end_now_asks_nothing_when_only_its_starter_answered_or_others_took_a_hint(world: World) -> None:
    card = await world.draw(world.ada)
    await world.answer(card, ANSWER, world.ada)
    await world.bob.click(card, label="Hint")

    await world.ada.click(card, label="End now")

    assert "Ended early" in all_text(card)


async def test_a_second_click_on_end_now_is_answered_and_changes_nothing(world: World) -> None:
    card = await world.draw()
    await world.ada.click(card, label="End now")

    result = world.press(card, "end:1")
    await world.env.settle()

    assert "closed already" in all_text(reply(result))
    assert world.edits(card) == 1


async def test_two_clicks_on_end_now_in_the_same_moment_change_the_card_once(world: World) -> None:
    card = await world.draw()

    results = [world.press(card, "end:1") for _ in range(2)]
    await world.env.settle()
    await world.env.advance_time(60 * 60)

    assert all(result.acknowledged for result in results)
    assert world.edits(card) == 1
    assert "Ended early" in all_text(card)


async def test_end_now_after_the_deadline_is_no_early_end(world: World) -> None:
    card = await world.draw(minutes=5)
    await world.app.timers.stop(0)  # as when the loop is busy: nobody has closed it yet
    await world.env.advance_time(5 * 60 + 1)

    result = await world.ada.click(card, label="End now")
    shown = world.send_form("answer:1", {"answer": ANSWER}, world.bob, card)
    await world.env.settle()

    assert "closed already" in all_text(reply(result))
    assert "late" in all_text(reply(shown))


async def test_end_now_on_the_private_copy_closes_the_card_in_the_channel(world: World) -> None:
    card, *_ = [await world.draw() for _ in range(3)]
    copy = reply(await world.ada.click(await world.draw(), custom_id="show:1"))

    await world.ada.click(copy, label="End now")

    assert "Ended early" in all_text(card)
    assert world.edits(card) == 1
    assert "closed" in all_text(copy)


# What can go wrong with the closing edit


@pytest.mark.parametrize("error", [server_error, reset])
async def test_a_closing_edit_that_fails_is_tried_again_until_the_card_is_closed(world: World, error: Callable[[], Exception]) -> None:
    card = await world.draw(minutes=5)
    world.wire.lose_request(EDIT, error(), times=3)

    await world.env.advance_time(5 * 60)
    assert "Answer" in buttons(card)
    assert [problem.__dict__["action"] for problem in world.problems] == ["timer-failed"]

    await world.env.advance_time(60)
    assert "Time is up" in all_text(card)
    assert world.edits(card) == 1
    assert await world.rows(timers) == []
    world.problems.clear()


async def test_a_card_whose_closing_edit_fails_takes_answers_as_late(world: World) -> None:
    card = await world.draw(minutes=5)
    shown = await world.bob.click(card, label="Answer")
    world.wire.lose_request(EDIT, server_error(), times=4)
    await world.env.advance_time(5 * 60 + 40)
    assert "Answer" in buttons(card)
    world.problems.clear()

    result = await world.bob.submit_modal(shown, {"answer": ANSWER})

    assert "late" in all_text(reply(result))
    assert [row["late"] for row in await world.rows(answer_versions)] == [True]


@pytest.mark.parametrize("error", [server_error, reset])
async def test_a_closing_edit_whose_answer_is_lost_does_no_harm(world: World, error: Callable[[], Exception]) -> None:
    card = await world.draw(minutes=5)
    world.wire.lose_answer(EDIT, error())

    await world.env.advance_time(10 * 60)

    assert "Time is up" in all_text(card)
    assert await world.rows(timers) == []
    world.problem()


async def test_an_end_now_whose_edit_fails_is_carried_out_soon_after(world: World) -> None:
    card, *_ = [await world.draw(minutes=30) for _ in range(3)]
    listed = await world.draw()
    world.wire.lose_request(EDIT, server_error())

    result = await world.ada.click(listed, custom_id="end-listed:1")
    assert "closed" in all_text(reply(result))
    assert result.followups == []

    await world.env.advance_time(15)
    assert "Ended early" in all_text(card)
    assert world.edits(card) == 1
    assert {row["key"] for row in await world.rows(timers)} == {"2", "3"}


def requests(world: World) -> int:
    """How many requests the bot has made."""
    return len(world.env.http_requests)


async def test_a_deleted_card_is_let_go_at_its_deadline(world: World) -> None:
    card = await world.draw(minutes=5)
    await world.answer(card, ANSWER)
    world.env.backend.delete_message(world.channel.id, card.id)

    await world.env.advance_time(5 * 60)

    assert await world.rows(timers) == []
    before = requests(world)
    await world.env.advance_time(60 * 60)
    assert requests(world) == before
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


async def test_a_deleted_channel_is_let_go_at_the_deadline(world: World) -> None:
    await world.draw(minutes=5)
    world.env.backend.delete_channel(world.channel.id)

    await world.env.advance_time(5 * 60)

    assert await world.rows(timers) == []
    before = requests(world)
    await world.env.advance_time(60 * 60)
    assert requests(world) == before


async def test_a_channel_that_the_bot_may_no_longer_see_is_let_go_at_the_deadline(world: World) -> None:
    card = await world.draw(minutes=5)
    hidden = Overwrite(world.env.backend.bot_user.id, OverwriteType.MEMBER, deny=1 << 10)
    world.env.backend.set_overwrite(world.channel.id, hidden)

    await world.env.advance_time(5 * 60)

    assert world.edits(card) == 0
    assert await world.rows(timers) == []
    assert [posting["closed"] is not None for posting in await world.rows(postings)] == [True]


async def test_a_card_in_a_thread_that_was_archived_is_let_go_at_the_deadline(world: World) -> None:
    await world.draw(minutes=5)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=400, code=50083, message="Thread is archived", times=None)

    await world.env.advance_time(5 * 60)

    assert await world.rows(timers) == []
    before = requests(world)
    await world.env.advance_time(60 * 60)
    assert requests(world) == before

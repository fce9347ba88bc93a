"""The bot is killed and started again: texts, deadlines and counts are as they were, and every card is closed once."""

import pytest

from bot.storage.tables import answer_versions, attempts, postings, practice_counts, question_totals, timers
from tests.conftest import World, all_text, buttons, reply
from tests.faults import CALLBACK, EDIT

ANSWER = "I would put a queue in front of the model, because the evening brings three times the load of the night."
TABLES = (postings, attempts, answer_versions, practice_counts, question_totals, timers)


async def test_a_restart_in_the_middle_of_a_posting_changes_nothing(world: World) -> None:
    card = await world.draw(minutes=20)
    await world.answer(card, ANSWER, sureness="high")
    await world.bob.click(card, label="Hint")
    await world.env.advance_time(5 * 60)
    before = [await world.rows(table) for table in TABLES]

    await world.restart(down_s=60)

    assert [await world.rows(table) for table in TABLES] == before
    assert world.edits(card) == 0
    assert len(world.cards()) == 1


async def test_the_deadline_holds_across_a_restart(world: World) -> None:
    card = await world.draw(minutes=20)
    await world.env.advance_time(5 * 60)

    await world.restart(down_s=60)
    await world.env.advance_time(14 * 60 - 1)
    assert "Answer" in buttons(card)

    await world.env.advance_time(1)
    assert "Time is up" in all_text(card)
    assert world.edits(card) == 1
    assert await world.rows(timers) == []


async def test_a_deadline_that_passed_while_the_bot_was_down_closes_the_card_at_its_start_and_once(world: World) -> None:
    card = await world.draw(minutes=5)

    await world.restart(down_s=60 * 60)

    assert "Time is up" in all_text(card)
    assert world.edits(card) == 1
    assert await world.rows(timers) == []

    await world.restart()
    await world.env.advance_time(60 * 60)
    assert world.edits(card) == 1


async def test_of_several_cards_the_overdue_ones_close_at_once_and_the_others_in_time(world: World) -> None:
    short, middle, long = [await world.draw(minutes=minutes) for minutes in (5, 10, 30)]

    await world.restart(down_s=15 * 60)
    assert ["Answer" in buttons(card) for card in (short, middle, long)] == [False, False, True]

    await world.env.advance_time(15 * 60)
    assert [world.edits(card) for card in (short, middle, long)] == [1, 1, 1]


async def test_an_answer_typed_while_the_bot_was_down_is_kept(world: World) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")

    await world.restart(down_s=60)
    result = await world.ada.submit_modal(shown, {"answer": ANSWER, "sureness": "medium"})

    assert ANSWER in all_text(reply(result))
    assert "sureness medium" in all_text(reply(result))
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]
    assert [row["count"] for row in await world.rows(practice_counts)] == [1]


async def test_an_answer_sent_after_a_restart_over_the_deadline_is_late_since_the_deadline(world: World) -> None:
    card = await world.draw(minutes=5)
    shown = await world.ada.click(card, label="Answer")

    await world.restart(down_s=10 * 60)
    result = await world.ada.submit_modal(shown, {"answer": ANSWER})

    assert "late" in all_text(reply(result))
    (posting,) = await world.rows(postings)
    assert posting["closed"] == posting["closes"]


async def test_two_people_with_a_form_open_across_a_restart_each_get_their_own(world: World) -> None:
    card = await world.draw()
    adas, bobs = await world.ada.click(card, label="Answer"), await world.bob.click(card, label="Answer")
    other = "A cache first, since a third of the messages repeat; the queue comes only after it."

    await world.restart()
    to_ada = await world.ada.submit_modal(adas, {"answer": ANSWER})
    to_bob = await world.bob.submit_modal(bobs, {"answer": other})

    assert ANSWER in all_text(reply(to_ada))
    assert other in all_text(reply(to_bob))


async def test_every_button_works_after_a_restart(world: World) -> None:
    card = await world.draw()
    debrief = reply(await world.answer(card, ANSWER))
    checking = await world.ada.click(debrief, label="Self-check")
    editing = await world.ada.click(debrief, label="Edit answer")

    await world.restart()

    again = reply(await world.ada.click(card, label="My debrief"))
    assert f">>> {ANSWER}" in all_text(again)
    await world.ada.submit_modal(editing, {"answer": f"{ANSWER} And a cache."})
    assert "And a cache." in all_text(debrief)
    await world.ada.submit_modal(checking, {"points": ["0"]})
    assert "You ticked 1 of" in all_text(debrief)
    assert "Hint" in all_text(reply(await world.bob.click(card, label="Hint")))
    model = reply(await world.ada.click(debrief, label="Model answer"))
    await world.ada.click(model, label="Next")
    assert "Page 2 of" in all_text(model)
    assert "Follow-up" in all_text(reply(await world.ada.click(model, label="Follow-up")))
    assert "Answer" in buttons(reply(await world.ada.click(debrief, label="Next question")))
    await world.ada.click(card, label="End now")
    assert "Ended early" in all_text(card)


# Killed at the worst moment


async def test_killed_before_the_card_was_sent_it_appears_at_the_next_start(world: World) -> None:
    world.wire.hang(CALLBACK, after=False)
    await world.ada.slash(world.channel, "interview medium", minutes=20)
    world.left_unanswered = 1
    assert world.cards() == []

    await world.restart(down_s=60)

    (card,) = world.cards()
    assert "Answer" in buttons(card)
    await world.answer(card, ANSWER)
    await world.env.advance_time(19 * 60)
    assert "Time is up" in all_text(card)
    assert len(await world.rows(postings)) == 1


async def test_killed_before_it_knew_that_the_card_had_arrived_no_second_one_appears(world: World) -> None:
    world.wire.hang(CALLBACK, after=True)
    await world.ada.slash(world.channel, "interview medium", minutes=20)
    (card,) = world.cards()
    assert [posting["message_id"] for posting in await world.rows(postings)] == [None]

    await world.restart(down_s=60)

    assert [each.id for each in world.cards()] == [card.id]
    assert [posting["message_id"] for posting in await world.rows(postings)] == [card.id]
    await world.answer(card, ANSWER)
    await world.env.advance_time(19 * 60)
    assert world.edits(card) == 1


async def test_a_card_that_was_never_sent_does_not_appear_after_its_time(world: World) -> None:
    world.wire.hang(CALLBACK, after=False)
    await world.ada.slash(world.channel, "interview medium", minutes=5)
    world.left_unanswered = 1

    await world.restart(down_s=60 * 60)

    assert world.cards() == []
    assert await world.rows(timers) == []
    assert await world.rows(postings) == []


async def test_a_card_that_arrived_unconfirmed_is_closed_after_its_time(world: World) -> None:
    world.wire.hang(CALLBACK, after=True)
    await world.ada.slash(world.channel, "interview medium", minutes=5)

    await world.restart(down_s=60 * 60)

    (card,) = world.cards()
    assert "Time is up" in all_text(card)
    assert world.edits(card) == 1


async def test_an_answer_on_a_card_that_was_never_confirmed_outlives_the_channel(world: World) -> None:
    world.wire.hang(CALLBACK, after=True)
    await world.ada.slash(world.channel, "interview medium", minutes=5)
    await world.answer(world.cards()[0], ANSWER, world.bob)
    world.env.backend.delete_channel(world.channel.id)

    await world.restart(down_s=60)
    await world.env.advance_time(60 * 60)

    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]
    assert await world.rows(timers) == []


async def test_killed_after_an_answer_was_stored_and_before_its_author_was_told_it_is_there(world: World) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    world.wire.hang(CALLBACK, after=False)
    await world.ada.submit_modal(shown, {"answer": ANSWER})
    world.left_unanswered = 1

    await world.restart()
    again = await world.answer(card, ANSWER)

    assert f">>> {ANSWER}" in all_text(reply(again))
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]
    assert [row["count"] for table in (practice_counts, question_totals) for row in await world.rows(table)] == [1, 1]


@pytest.mark.parametrize("after", [False, True])
async def test_killed_while_a_card_was_being_closed_it_is_closed_at_the_next_start(world: World, after: bool) -> None:
    card = await world.draw(minutes=5)
    world.wire.hang(EDIT, after=after)
    await world.env.advance_time(5 * 60)

    await world.restart(down_s=60)

    assert "Time is up" in all_text(card)
    assert buttons(card) == ["Model answer", "My debrief"]
    assert await world.rows(timers) == []


async def test_killed_in_the_middle_of_end_now_the_card_is_closed_at_the_next_start(world: World) -> None:
    card = await world.draw(minutes=20)
    world.wire.hang(CALLBACK, after=False)
    await world.ada.click(card, label="End now")
    world.left_unanswered = 1
    assert "Answer" in buttons(card)

    await world.restart(down_s=60)

    assert "Ended early" in all_text(card)
    assert world.edits(card) == 1
    assert await world.rows(timers) == []

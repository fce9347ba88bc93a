"""Drafts in direct messages and time: the deadline, late parts, nudges, restarts in the middle, and one draft at a time."""

from typing import Any

import simcord
from sqlalchemy import delete

from bot.practice import store
from bot.storage.tables import answer_parts, answer_versions, attempts, postings, practice_counts, text_messages, timers, user_settings
from tests.conftest import World, all_text, buttons, reply
from tests.faults import HISTORY, SEND, dms_closed, server_error

FIRST = "I would put a queue in front of the model."
SECOND = "Behind it a cache, because a third of the messages repeat."
MINUTES = 10
UNTIL_DEADLINE_S = MINUTES * 60 + 1


def said(world: World, person: simcord.MemberActor | None = None) -> list[Any]:
    """What the bot has sent to somebody's direct messages, oldest first."""
    who = person or world.ada
    return [message for message in who.user.dm_channel.history() if message.author.id != who.id]


async def versions(world: World) -> list[tuple[str, bool]]:
    """Every text that was submitted, and whether it was late."""
    return [(row["text"], row["late"]) for row in await world.rows(answer_versions)]


async def counted(world: World) -> int:
    """How often anything was practised."""
    return sum(row["count"] for row in await world.rows(practice_counts))


async def test_the_deadline_sends_what_is_there_and_the_debrief_comes_once(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)

    await world.env.advance_time(UNTIL_DEADLINE_S)
    await world.env.advance_time(60)

    assert await versions(world) == [(FIRST, False)]
    assert await counted(world) == 1
    debriefs = [message for message in said(world) if "Debrief:" in all_text(message)]
    assert len(debriefs) == 1
    assert FIRST in all_text(debriefs[0])
    assert buttons(said(world)[0]) == ["Model answer", "My debrief"]
    assert "Time is up" in all_text(said(world)[0])
    assert await world.rows(timers) == []


async def test_an_empty_draft_closes_without_an_answer(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)

    await world.env.advance_time(UNTIL_DEADLINE_S)

    assert await versions(world) == []
    assert await counted(world) == 0
    assert not any("Debrief:" in all_text(message) for message in said(world))
    assert buttons(said(world)[0]) == ["Model answer", "My debrief"]


async def test_what_is_typed_in_the_hour_after_the_deadline_is_late_and_counts_once(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    await world.env.advance_time(UNTIL_DEADLINE_S)

    await world.ada.send_dm(SECOND)
    await world.env.advance_time(60 * 60)
    await world.ada.send_dm("An hour later.")

    assert await versions(world) == [(FIRST, False), (f"{FIRST}\n{SECOND}", True)]
    assert await counted(world) == 1
    assert "/interview medium" in all_text(said(world)[-1])


async def test_a_first_answer_after_the_deadline_is_late_and_counts(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.env.advance_time(UNTIL_DEADLINE_S)

    await world.ada.send_dm(FIRST)

    assert await versions(world) == [(FIRST, True)]
    assert await counted(world) == 1


async def test_after_the_model_answer_nothing_is_added(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    await world.env.advance_time(UNTIL_DEADLINE_S)
    await world.ada.user.click(said(world)[0], label="Model answer")

    await world.ada.send_dm(SECOND)

    assert await versions(world) == [(FIRST, False)]


async def test_drawing_another_question_ends_the_late_hour(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    await world.env.advance_time(UNTIL_DEADLINE_S)
    await world.draw(difficulty="easy")

    await world.ada.send_dm(SECOND)

    assert await versions(world) == [(FIRST, False)]


async def test_a_nudge_comes_when_a_fifth_of_the_time_is_left(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    await world.env.advance_time(8 * 60 - 1)
    assert len(said(world)) == 1

    await world.env.advance_time(2)

    assert "10 words of yours so far" in all_text(said(world)[-1])
    assert buttons(said(world)[-1]) == ["Done"]


async def test_no_nudge_for_whoever_is_done_or_wants_none(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    await world.ada.user.click(said(world)[0], label="Done")
    quiet = {"user_id": world.bob.id, "zone": "UTC", "nudges": False, "visible": False, "reminders": True}
    await world.app.db.write(lambda conn: conn.execute(user_settings.insert().values(quiet)))
    await world.draw(world.bob, where="dm", minutes=MINUTES)

    await world.env.advance_time(9 * 60)

    assert not any(
        "words of yours" in all_text(message) or "nothing of yours" in all_text(message) for message in said(world) + said(world, world.bob)
    )


async def test_what_was_typed_edited_and_deleted_while_the_bot_was_down_is_followed(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    kept = await world.ada.send_dm(FIRST)
    gone = await world.ada.send_dm("To be deleted.")
    app = world.app
    app.client.direct = None  # from here on no event reaches the bot
    await world.ada.user.edit(kept, "I would put two queues in front of the model.")
    await world.ada.user.delete(gone)
    await world.ada.send_dm(SECOND)

    await world.restart()
    await world.env.settle()

    assert [row["text"] for row in await world.rows(answer_parts)] == ["I would put two queues in front of the model.", SECOND]
    await world.ada.user.click(said(world)[0], label="Done")
    assert await versions(world) == [(f"I would put two queues in front of the model.\n{SECOND}", False)]


async def test_a_deadline_that_passed_while_the_bot_was_down_sends_what_was_typed_in_time(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    world.app.client.direct = None
    await world.ada.send_dm(FIRST)

    await world.restart(down_s=UNTIL_DEADLINE_S)
    await world.env.settle()

    assert await versions(world) == [(FIRST, False)]
    assert await counted(world) == 1
    assert len([message for message in said(world) if "Debrief:" in all_text(message)]) == 1


async def test_a_deadline_waits_while_the_messages_cannot_be_read(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    world.app.client.direct = None
    await world.ada.send_dm(FIRST)
    world.wire.lose_request(HISTORY, server_error(), times=2)

    await world.env.advance_time(UNTIL_DEADLINE_S)
    assert await versions(world) == []
    assert (await world.rows(postings))[0]["closed"] is None
    await world.env.advance_time(30)

    assert await versions(world) == [(FIRST, False)]
    world.problems.clear()


async def test_another_draft_is_asked_about_and_sent_as_it_is(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)

    asked = await world.draw(difficulty="easy", where="dm")
    assert "still typing" in all_text(asked)
    assert len(await world.rows(postings)) == 1
    await world.ada.click(asked, label="Send it and begin")
    await world.ada.send_dm(SECOND)

    assert await versions(world) == [(FIRST, False)]
    assert [row["draft"] for row in await world.rows(attempts)] == [False, True]
    assert [row["text"] for row in await world.rows(answer_parts)] == [FIRST, SECOND]


async def test_going_on_typing_keeps_the_draft(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    card = await world.draw(world.bob, difficulty="easy")

    asked = reply(await world.ada.click(card, label="Answer in DM"))
    await world.ada.click(asked, label="Go on typing")
    await world.ada.send_dm(FIRST)

    assert len(said(world)) == 1
    assert [row["text"] for row in await world.rows(answer_parts)] == [FIRST]
    assert len(await world.rows(attempts)) == 1


async def test_the_form_holds_what_was_typed_and_ends_the_draft(world: World) -> None:
    card = await world.draw(world.bob)
    await world.ada.click(card, label="Answer in DM")
    await world.ada.send_dm(FIRST)

    opened = await world.ada.click(card, label="Answer")
    assert opened.modal is not None
    assert opened.modal["components"][0]["component"]["value"] == FIRST
    await world.ada.submit_modal(opened, {"answer": f"{FIRST} {SECOND}"})
    await world.ada.send_dm("After that.")

    assert await versions(world) == [(f"{FIRST} {SECOND}", False)]
    assert await counted(world) == 1


async def test_end_now_with_nothing_typed_closes_without_an_answer(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)

    await world.ada.user.click(said(world)[0], label="End now")

    assert await versions(world) == []
    assert "Ended early" in all_text(said(world)[0])
    (posting,) = await world.rows(postings)
    assert posting["ended_early"]


async def test_end_now_under_a_draft_leaves_the_card_in_the_channel_open(world: World) -> None:
    card = await world.draw(world.bob)
    await world.ada.click(card, label="Answer in DM")
    await world.ada.send_dm(FIRST)

    await world.ada.user.click(said(world)[0], label="End now")

    assert await versions(world) == [(FIRST, False)]
    assert "Answer" in buttons(card)


async def test_ending_the_card_in_the_channel_sends_the_drafts_of_others(world: World) -> None:
    card = await world.draw(world.bob)
    await world.ada.click(card, label="Answer in DM")
    await world.ada.send_dm(FIRST)

    asked = reply(await world.bob.click(card, label="End now"))
    await world.bob.click(asked, label="End for everybody")
    await world.env.advance_time(1)

    assert await versions(world) == [(FIRST, False)]
    assert any("Debrief:" in all_text(message) for message in said(world))


async def test_closed_direct_messages_are_explained_and_the_card_in_the_channel_still_takes_an_answer(world: World) -> None:
    card = await world.draw(world.bob)
    world.wire.lose_request(SEND, dms_closed())

    told = reply(await world.ada.click(card, label="Answer in DM"))
    form = await world.ada.click(told, label="Go on here")
    await world.ada.submit_modal(form, {"answer": FIRST})

    assert "your direct messages are closed" in all_text(told)
    assert [row["draft"] for row in await world.rows(attempts)] == [False]
    assert await versions(world) == [(FIRST, False)]


async def test_closed_direct_messages_are_explained_and_the_question_goes_on_in_private(world: World) -> None:
    world.wire.lose_request(SEND, dms_closed())

    told = await world.draw(where="dm")
    await world.ada.click(told, label="Go on here")
    await world.answer(told, FIRST)

    assert buttons(told) == ["Answer", "Hint", "End now", "My debrief"]
    assert [row["place"] for row in await world.rows(postings)] == ["private"]
    assert await versions(world) == [(FIRST, False)]


async def test_a_long_answer_is_changed_in_direct_messages(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    long = "I would put a queue in front of the model. " * 60
    await world.ada.send_dm(long[:2_000].strip())
    await world.ada.send_dm(long[:1_990].strip())
    await world.ada.send_dm(FIRST)
    await world.ada.user.click(said(world)[0], label="Done")

    await world.ada.user.click(said(world)[-1], label="Edit answer")
    await world.ada.send_dm(SECOND)
    await world.ada.user.click(next(message for message in reversed(said(world)) if "Done" in buttons(message)), label="Done")

    sent = await versions(world)
    assert len(sent) == 2
    assert sent[1] == (f"{sent[0][0]}\n{SECOND}", False)
    assert await counted(world) == 1


async def test_a_debrief_that_comes_while_its_author_erases_everything_goes_again(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    seat = await world.app.db.read(lambda conn: store.seat(conn, 1, world.ada.id))
    await world.app.db.write(lambda conn: conn.execute(delete(attempts)))
    assert seat is not None

    (card,) = said(world)
    await world.app.client.direct.remember(seat, world.ada.user.dm_channel.id, card.id)  # type: ignore[union-attr] # it is there

    assert said(world) == []
    assert await world.rows(text_messages) == []

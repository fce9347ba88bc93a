"""`/mydata delete`: after a typed word everything about one person is gone, from the database at once and from Discord soon, through crashes too."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import simcord
from sqlalchemy import Connection, Table, insert

from bot.account import store
from bot.account.service import ERASE_MESSAGES
from bot.practice.model import NOBODY
from bot.storage.tables import (
    answer_parts,
    answer_versions,
    attempts,
    daily_follows,
    daily_reminders,
    daily_schedules,
    postings,
    practice_counts,
    question_totals,
    text_messages,
    timers,
    user_settings,
)
from tests.account.filled import ANSWER, HANGING, OF_SCHEDULES, OWNED, fill, of, say
from tests.conftest import World, all_text, buttons, reply
from tests.daily.conftest import Server
from tests.faults import reset, server_error

NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)  # when the daily question comes; it is revealed 12 hours later
REMINDED, REVEALED, DAY = NINE + timedelta(hours=10), NINE + timedelta(hours=12), timedelta(days=1)
DELETE = "DELETE /channels/*/messages/*"


async def asked(world: World, person: simcord.MemberActor) -> simcord.ResponseMessage:
    return reply(await person.slash(world.channel, "mydata delete"))


async def erase(world: World, person: simcord.MemberActor, word: str = "delete") -> Any:
    """The command, its button, and the word typed. Returns the card as it is then."""
    shown = await asked(world, person)
    return reply(await person.submit_modal(await person.click(shown, label="Erase everything"), {"word": word}))


def dms(world: World, person: simcord.MemberActor) -> list[str]:
    """What stands in a person's direct messages with the bot."""
    return [message.content for message in person.user.dm_channel.history()]


async def waiting(world: World) -> list[dict[str, Any]]:
    return [row for row in await world.rows(timers) if row["kind"] == ERASE_MESSAGES]


async def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    tables: tuple[Table, ...] = (*OWNED, *HANGING, *OF_SCHEDULES, daily_schedules, postings, timers, question_totals)
    return {table.name: await world.rows(table) for table in tables}


async def test_it_says_first_what_will_go_and_changes_nothing_by_that(world: World) -> None:
    await fill(world, world.ada)
    before = await everything(world)

    shown = await asked(world, world.ada)

    assert shown.ephemeral
    for line in ("1 answer\n", "1 text that", "1 message that you typed", "1 point that", "1 text that you handed over", "2 cards that you drew"):
        assert f"- {line}" in all_text(shown)
    for line in ("1 question that you began", "1 count of", "1 report about", "1 message of mine", "your settings"):
        assert f"- {line}" in all_text(shown)
    for line in ("1 server whose daily", "1 note that you were reminded", "1 schedule of daily questions that names you as its maker"):
        assert f"- {line}" in all_text(shown)
    assert "backups" in all_text(shown)
    assert buttons(shown) == ["Erase everything"]
    assert await everything(world) == before


async def test_after_the_typed_word_nothing_of_the_person_is_left_and_all_of_others(world: World) -> None:
    await fill(world, world.ada)
    await fill(world, world.bob)
    kept = {table.name: await world.rows(table) for table in (question_totals, *OF_SCHEDULES)}
    others = await of(world, world.bob)

    shown = await erase(world, world.ada)

    assert "Erased" in all_text(shown)
    assert "- 1 answer\n" in all_text(shown)
    assert buttons(shown) == []
    assert {name: found for name, found in (await of(world, world.ada)).items() if found} == {}
    assert [row for table in OWNED for row in await world.rows(table) if row["user_id"] != world.bob.id] == []
    assert await of(world, world.bob) == others
    answered = {row["id"] for row in others["attempts"] if row["submitted"] is not None}
    for table in HANGING:
        assert {row["attempt_id"] for row in await world.rows(table)} == answered
    assert {row["key"] for row in await world.rows(timers)} == {row["key"] for row in others["timers"]}
    assert {table.name: await world.rows(table) for table in (question_totals, *OF_SCHEDULES)} == kept
    assert [row["maker_id"] for row in await world.rows(daily_schedules)] == [NOBODY, world.bob.id]


async def test_messages_with_the_persons_text_are_deleted_and_no_others(world: World) -> None:
    await fill(world, world.ada)
    await fill(world, world.bob)
    await say(world, world.ada, "Welcome.")

    await erase(world, world.ada)

    assert dms(world, world.ada) == ["Welcome."]
    assert dms(world, world.bob) == ["Here is what you wrote: bob"]
    assert [row["user_id"] for row in await world.rows(text_messages)] == [world.bob.id]
    assert await waiting(world) == []


@pytest.mark.parametrize("word", ["", " ", "Delete everything", "deleted", "yes"])
async def test_another_word_erases_nothing_and_asks_again(world: World, word: str) -> None:
    await fill(world, world.ada)
    before = await everything(world)

    shown = await erase(world, world.ada, word) if word.strip() else await forged(world, word)

    assert "nothing was erased" in all_text(shown)
    assert await everything(world) == before

    again = reply(await world.ada.submit_modal(await world.ada.click(shown, label="Type it again"), {"word": "delete"}))
    assert "Erased" in all_text(again)


async def forged(world: World, word: str) -> simcord.ResponseMessage:
    result = world.send_form("erase-all:0", {"word": word})
    await world.env.settle()
    return reply(result)


@pytest.mark.parametrize("word", ["DELETE", " delete ", "`delete`"])
async def test_the_word_may_be_typed_as_people_type(world: World, word: str) -> None:
    await fill(world, world.ada)

    await erase(world, world.ada, word)

    assert await world.rows(attempts) == []


async def test_with_nothing_stored_there_is_nothing_to_press(world: World) -> None:
    await fill(world, world.bob)

    shown = await asked(world, world.ada)

    assert "Nothing is stored about you" in all_text(shown)
    assert buttons(shown) == []


async def test_a_second_click_finds_nothing_left_and_is_answered(world: World) -> None:
    await fill(world, world.ada)
    shown = await asked(world, world.ada)
    forms = [await world.ada.click(shown, label="Erase everything") for _ in range(2)]

    first = all_text(reply(await world.ada.submit_modal(forms[0], {"word": "delete"})))
    second = all_text(reply(await world.ada.submit_modal(forms[1], {"word": "delete"})))

    assert "Erased" in first
    assert "nothing was left to erase" in second
    assert await waiting(world) == []


async def test_two_forms_that_arrive_at_once_erase_once(world: World) -> None:
    await fill(world, world.ada)

    results = [world.send_form("erase-all:0", {"word": "delete"}) for _ in range(2)]
    await world.env.settle()

    assert sorted("Erased" in all_text(reply(result)) for result in results) == [False, True]
    assert await world.rows(attempts) == []
    assert dms(world, world.ada) == []


async def test_a_stranger_who_gets_at_button_and_form_erases_and_exports_only_their_own(world: World) -> None:
    await fill(world, world.ada)
    before = await of(world, world.ada)
    shown = await asked(world, world.ada)

    pressed = world.press(shown, "erase-all", world.bob)
    sent = world.send_form("erase-all:0", {"word": "delete"}, world.bob, shown)
    await world.env.settle()

    assert pressed.modal is not None
    assert "Nothing is stored about you" in all_text(reply(sent))
    assert await of(world, world.ada) == before
    assert dms(world, world.ada) == ["Here is what you wrote: ada"]


async def test_a_form_that_names_somebody_else_does_nothing_to_them(world: World) -> None:
    await fill(world, world.ada)
    before = await everything(world)

    for custom_id in (f"erase-all:{world.ada.id}", f"export:{world.ada.id}"):
        sent = world.send_form(custom_id, {"word": "delete"}, world.bob)
        await world.env.settle()
        assert "Nothing is stored about you" in all_text(reply(sent)) or "older version" in all_text(reply(sent))

    assert await everything(world) == before


# Postings that others have begun with


async def test_a_card_on_which_somebody_else_has_begun_stays_for_them_without_its_owner(world: World) -> None:
    card = await fill(world, world.ada)
    await world.answer(card, "On Ada's card, I would shadow the model first.", world.bob)

    await erase(world, world.ada)

    assert [(row["id"], row["owner_id"]) for row in await world.rows(postings) if row["kind"] == "interview"] == [(1, 0)]
    assert [row["user_id"] for row in await world.rows(attempts)] == [world.bob.id]
    assert ("close-interview", "1") in [(row["kind"], row["key"]) for row in await world.rows(timers)]
    assert "shadow the model" in all_text(reply(await world.bob.click(card, label="My debrief")))
    assert ANSWER not in all_text(reply(await world.ada.click(card, label="My debrief")))


async def test_it_closes_in_its_time_all_the_same(world: World) -> None:
    card = await world.draw(world.ada, minutes=5)
    await world.answer(card, ANSWER, world.bob)

    await erase(world, world.ada)
    await world.env.advance_time(5 * 60)

    assert "Time is up" in all_text(card)


async def test_an_answer_to_somebody_elses_card_goes_and_the_card_stays_theirs(world: World) -> None:
    card = await world.draw(world.bob)
    await world.answer(card, ANSWER, world.ada)

    await erase(world, world.ada)

    assert await world.rows(attempts) == []
    assert await world.rows(answer_versions) == []
    assert [row["owner_id"] for row in await world.rows(postings)] == [world.bob.id]
    assert "Answer" in buttons(card)


async def test_an_open_card_of_ones_own_says_that_its_question_is_gone(world: World) -> None:
    card = await world.draw(world.ada)
    theirs = await world.draw(world.bob)

    await erase(world, world.ada)

    assert "This question is gone" in all_text(card)
    assert buttons(card) == []
    assert "Answer" in buttons(theirs)


async def test_a_closed_card_keeps_its_look_and_answers_that_it_is_gone(world: World) -> None:
    card = await world.draw(world.ada)
    await world.answer(card, ANSWER, world.ada)
    await world.ada.click(card, label="End now")

    await erase(world, world.ada)

    assert "Ended early" in all_text(card)
    assert "gone" in all_text(reply(await world.ada.click(card, label="My debrief")))


# Daily questions


async def go_to(server: Server, moment: datetime) -> None:
    """A restart at a moment, which is quicker than living through all minutes until then."""
    await server.world.restart(down_s=(moment - server.world.now()).total_seconds())
    await server.world.env.settle()


async def test_a_schedule_goes_on_posting_when_whoever_made_it_has_erased_everything(server: Server) -> None:
    await server.schedule()
    await go_to(server, NINE)
    await server.mia.click(server.posts()[0], label="Follow")
    (made,) = await server.world.rows(daily_schedules)

    shown = await erase(server.world, server.mia)

    assert "- 1 server whose daily questions you follow\n- 1 schedule of daily questions that names you as its maker" in all_text(shown)
    assert await server.world.rows(daily_schedules) == [made | {"maker_id": NOBODY}]
    assert await server.world.rows(daily_follows) == []
    assert "Nothing is stored about you" in all_text(await asked(server.world, server.mia))

    await go_to(server, NINE + DAY)
    assert await server.days() == ["2026-01-01", "2026-01-02"]
    assert sum("Answer" in buttons(post) for post in server.posts()) == 1  # the first has been revealed


async def test_when_it_can_post_no_more_nobody_is_written_to(server: Server) -> None:
    await server.schedule()
    await erase(server.world, server.mia)
    server.world.env.backend.delete_channel(server.channel.id)

    for day in range(3):
        await go_to(server, NINE + day * DAY)

    (schedule,) = await server.world.rows(daily_schedules)
    assert schedule["paused"] is not None
    assert dms(server.world, server.mia) == []
    assert await server.world.rows(timers) == []


async def test_a_daily_question_stays_with_the_answers_of_others_when_one_of_those_who_answered_erases_everything(server: Server) -> None:
    world = server.world
    await server.schedule()
    await go_to(server, NINE)
    (post,) = server.posts()
    for person in (world.ada, world.bob):
        await person.click(post, label="Follow")
    await world.answer(post, "I would shadow the model first.", world.bob)
    await go_to(server, REMINDED)
    assert [row["user_id"] for row in await world.rows(daily_reminders)] == [world.ada.id]
    await world.answer(post, ANSWER, world.ada)
    (before,) = await world.rows(postings)

    await erase(world, world.ada)

    assert await world.rows(postings) == [before]
    assert [row["text"] for row in await world.rows(answer_versions)] == ["I would shadow the model first."]
    assert await world.rows(daily_reminders) == []
    assert [row["user_id"] for row in await world.rows(daily_follows)] == [world.bob.id]
    assert "shadow the model" in all_text(reply(await world.bob.click(post, label="My debrief")))

    await go_to(server, REVEALED)
    assert "Time is up" in all_text(post)
    assert "1 answered" in all_text(post)

    told = len(dms(world, world.ada))
    for moment in (NINE + DAY, REMINDED + DAY):
        await go_to(server, moment)
    assert [row["user_id"] for row in await world.rows(daily_reminders)] == [world.bob.id]
    assert len(dms(world, world.ada)) == told


# Forms that were open


async def test_a_form_sent_after_the_erasure_gives_its_text_back(world: World) -> None:
    card = await world.draw(world.ada)
    form = await world.ada.click(card, label="Answer")

    await erase(world, world.ada)
    sent = reply(await world.ada.submit_modal(form, {"answer": ANSWER}))

    assert "gone" in all_text(sent)
    (file,) = sent.attachments
    assert file.filename == "your-answer.txt"
    assert (await file.read()).decode() == ANSWER
    assert await world.rows(attempts) == []


async def test_somebody_elses_open_form_gets_its_text_back_too(world: World) -> None:
    card = await world.draw(world.ada)
    form = await world.bob.click(card, label="Answer")

    await erase(world, world.ada)
    sent = reply(await world.bob.submit_modal(form, {"answer": ANSWER}))

    assert [(await file.read()).decode() for file in sent.attachments] == [ANSWER]
    assert await world.rows(attempts) == []


async def test_an_open_draft_goes_and_what_is_typed_afterwards_is_not_kept(world: World) -> None:
    await world.ada.slash(world.channel, "interview medium", where="dm")
    await world.ada.send_dm("I would put a queue in front of the model.")
    assert [row["text"] for row in await world.rows(answer_parts)] == ["I would put a queue in front of the model."]

    await erase(world, world.ada)
    await world.ada.send_dm("And a spare replica.")

    assert await world.rows(attempts) == []
    assert await world.rows(answer_parts) == []
    assert await world.rows(postings) == []
    assert await world.rows(timers) == []
    cards = [message for message in world.ada.user.dm_channel.history() if message.components]
    assert any("This question is gone" in all_text(message) for message in cards)
    assert not any("Done" in buttons(message) for message in cards)


async def test_one_can_begin_anew_after_it(world: World) -> None:
    await fill(world, world.ada)
    await erase(world, world.ada)

    debrief = reply(await world.answer(await world.draw(world.ada), ANSWER))

    assert ANSWER in all_text(debrief)
    assert [row["count"] for row in await world.rows(practice_counts)] == [1]
    assert await world.rows(user_settings) == []


# Crashes and outages in the middle


async def test_a_crash_between_rows_and_messages_is_made_good_at_the_next_start(world: World) -> None:
    await fill(world, world.ada)
    world.wire.hang(DELETE, after=False)

    await erase(world, world.ada)
    assert await world.rows(attempts) == []
    assert dms(world, world.ada) == ["Here is what you wrote: ada"]
    await world.restart()
    await world.env.settle()

    assert dms(world, world.ada) == []
    assert await waiting(world) == []


async def test_a_crash_after_the_message_was_deleted_does_no_harm(world: World) -> None:
    await fill(world, world.ada)
    world.wire.hang(DELETE, after=True)

    await erase(world, world.ada)
    assert len(await waiting(world)) == 1
    await world.restart()
    await world.env.settle()

    assert dms(world, world.ada) == []
    assert await waiting(world) == []


@pytest.mark.parametrize("error", [server_error(), reset()], ids=["502", "reset"])
async def test_what_discord_does_not_take_is_tried_again_and_keeps_nothing_else(world: World, error: Exception) -> None:
    await fill(world, world.ada)
    second = await say(world, world.ada, "And once more.")
    row = {"message_id": second.id, "channel_id": second.channel.id, "user_id": world.ada.id}
    await world.app.db.write(lambda conn: conn.execute(insert(text_messages), row))
    world.wire.lose_request(DELETE, error)

    await erase(world, world.ada)
    assert len(dms(world, world.ada)) == 1  # the one that failed; the other is gone already
    assert "erase-messages" in world.problem().getMessage()
    await world.env.advance_time(5)

    assert dms(world, world.ada) == []
    assert await waiting(world) == []


async def test_messages_that_are_gone_or_out_of_reach_are_let_go(world: World) -> None:
    await fill(world, world.ada)
    rows = [
        {"message_id": 1, "channel_id": world.channel.id, "user_id": world.ada.id},  # was deleted
        {"message_id": 2, "channel_id": 3, "user_id": world.ada.id},  # so was its channel
    ]
    await world.app.db.write(lambda conn: conn.execute(insert(text_messages), rows))

    await erase(world, world.ada)

    assert dms(world, world.ada) == []
    assert await waiting(world) == []


async def test_a_second_erasure_does_not_forget_the_messages_of_the_first(world: World) -> None:
    await fill(world, world.ada)
    world.wire.lose_request(DELETE, server_error(), times=2)
    await erase(world, world.ada)
    assert "erase-messages" in world.problem().getMessage()
    await world.env.advance_time(5)
    assert "erase-messages" in world.problem().getMessage()
    await fill(world, world.ada)
    assert len(dms(world, world.ada)) == 2

    await erase(world, world.ada)

    assert dms(world, world.ada) == []
    assert await waiting(world) == []


async def test_a_second_erasure_while_the_first_is_at_work_is_not_taken_for_done_with_it(world: World) -> None:
    await fill(world, world.ada)
    world.wire.hang(DELETE, after=True)
    await erase(world, world.ada)
    await fill(world, world.ada)

    await erase(world, world.ada)
    (both,) = await waiting(world)
    assert len(both["payload"]["texts"]) == 2
    await world.restart()
    await world.env.settle()

    assert dms(world, world.ada) == []
    assert await waiting(world) == []


async def test_two_erasures_in_one_moment_are_due_one_after_the_other(world: World) -> None:
    at = world.now() + timedelta(days=1)

    def work(conn: Connection) -> list[datetime]:
        return [store.add_messages(conn, ERASE_MESSAGES, 1, at, {"texts": [(2, number)], "cards": []}) for number in (3, 4)]

    first, second = await world.app.db.write(work)

    assert first == at
    assert second > at  # else the first, when it ends, would delete the row of the second
    assert [row["payload"]["texts"] for row in await waiting(world)] == [[[2, 3], [2, 4]]]


async def test_while_the_database_cannot_be_written_nothing_is_erased_and_that_is_said(world: World) -> None:
    await fill(world, world.ada)
    before = await everything(world)

    def refuse(conn: Any) -> None:
        conn.exec_driver_sql("CREATE TRIGGER refuse BEFORE DELETE ON user_settings BEGIN SELECT RAISE(ABORT, 'no'); END")

    await world.app.db.write(refuse)

    shown = await erase(world, world.ada)

    assert "Something went wrong" in all_text(shown)
    assert "failed" in world.problem().getMessage()
    assert await everything(world) == before
    assert dms(world, world.ada) == ["Here is what you wrote: ada"]

"""Answering: the form, and that what was typed is kept once, before anybody is told so."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from bot.storage.tables import answer_versions, attempts, postings, practice_counts, question_totals
from tests.conftest import World, all_text, buttons, reply, texts
from tests.faults import CALLBACK

FIRST = "I would put a queue in front of the model, because the evening brings three times the load."
TOO_MUCH = "Диск полон. " * 300  # for a page of the database
SECOND = "On second thought: a cache first, since a third of the messages repeat; the queue comes after it."


def fields(modal: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields of a form by their label."""
    return {label["label"]: label["component"] for label in modal["components"]}


def chosen(field: dict[str, Any]) -> list[str]:
    """The labels that are chosen when a form opens."""
    return [option["label"] for option in field["options"] if option.get("default")]


async def kept(world: World) -> list[tuple[str, bool, bool]]:
    """Every text with whether it was late and whether it came after the model answer."""
    return [(row["text"], row["late"], row["after_answer"]) for row in await world.rows(answer_versions)]


async def counted(world: World) -> list[int]:
    """All counts of persons, and the totals of questions."""
    return [row["count"] for table in (practice_counts, question_totals) for row in await world.rows(table)]


# The form


async def test_the_form_asks_for_the_answer_and_how_sure_one_is(world: World) -> None:
    shown = await world.ada.click(await world.draw(), label="Answer")

    assert shown.modal is not None
    assert shown.modal["title"] == "Your answer"
    asked = fields(shown.modal)
    assert list(asked) == ["Answer", "How sure are you?"]
    assert asked["Answer"]["style"] == 2  # a paragraph
    assert asked["Answer"]["max_length"] == 4_000
    assert asked["Answer"].get("value") is None
    assert asked["How sure are you?"]["required"] is False
    assert [option["label"] for option in asked["How sure are you?"]["options"]] == ["Low", "Medium", "High"]
    assert chosen(asked["How sure are you?"]) == []


async def test_the_form_opens_again_with_what_was_sent(world: World) -> None:
    card = await world.draw()
    await world.answer(card, FIRST, sureness="high")

    shown = await world.ada.click(card, label="Answer")

    assert shown.modal is not None
    assert fields(shown.modal)["Answer"]["value"] == FIRST
    assert chosen(fields(shown.modal)["How sure are you?"]) == ["High"]


async def test_sureness_is_kept_and_shown(world: World) -> None:
    result = await world.answer(await world.draw(), FIRST, sureness="low")

    assert "sureness low" in all_text(reply(result))
    assert [row["sureness"] for row in await world.rows(attempts)] == ["low"]


async def test_the_form_of_one_person_does_not_show_what_another_sent(world: World) -> None:
    card = await world.draw()
    await world.answer(card, FIRST, world.ada)

    shown = await world.bob.click(card, label="Answer")

    assert shown.modal is not None
    assert fields(shown.modal)["Answer"].get("value") is None


# Kept, once


async def test_an_answer_is_on_the_disk_before_its_author_is_told(world: World) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    seen: list[tuple[str, int, int]] = []

    def look() -> None:
        with closing(sqlite3.connect(world.database)) as outside:
            seen.extend(
                outside.execute("select text, practice_counts.count, question_totals.count from answer_versions, practice_counts, question_totals")
            )

    world.wire.listen(CALLBACK, look)
    await world.ada.submit_modal(shown, {"answer": FIRST})

    assert seen == [(FIRST, 1, 1)]


async def test_an_answer_sent_twice_by_an_impatient_client_is_kept_and_counted_once(world: World) -> None:
    card = await world.draw()

    results = [world.send_form("answer:1", {"answer": FIRST}, message=card) for _ in range(2)]
    await world.env.settle()

    assert all(FIRST in all_text(reply(result)) for result in results)
    assert await kept(world) == [(FIRST, False, False)]
    assert await counted(world) == [1, 1]


async def test_two_texts_sent_in_the_same_moment_are_both_kept_and_counted_once(world: World) -> None:
    card = await world.draw()

    for text in (FIRST, SECOND):
        world.send_form("answer:1", {"answer": text}, message=card)
    await world.env.settle()

    assert await kept(world) == [(FIRST, False, False), (SECOND, False, False)]
    assert f">>> {SECOND}" in texts(reply(await world.ada.click(card, label="My debrief")))
    assert await counted(world) == [1, 1]


async def test_the_same_text_sent_again_later_changes_nothing(world: World) -> None:
    card = await world.draw()
    await world.answer(card, FIRST)
    await world.env.advance_time(60)

    result = await world.answer(card, FIRST)

    assert "Took 0 s" in all_text(reply(result))
    assert await kept(world) == [(FIRST, False, False)]
    assert await counted(world) == [1, 1]


async def test_another_text_replaces_the_answer_and_both_are_kept(world: World) -> None:
    card = await world.draw()
    await world.answer(card, FIRST, sureness="low")
    await world.env.advance_time(60)

    result = await world.answer(card, SECOND, sureness="high")

    assert SECOND in all_text(reply(result))
    assert "Took 1 min" in all_text(reply(result))
    assert "sureness high" in all_text(reply(result))
    assert FIRST not in all_text(reply(result))
    assert await kept(world) == [(FIRST, False, False), (SECOND, False, False)]
    assert await counted(world) == [1, 1]


async def test_going_back_to_an_earlier_text_is_a_version_too(world: World) -> None:
    card = await world.draw()

    for text in (FIRST, SECOND, FIRST):
        result = await world.answer(card, text)

    assert FIRST in all_text(reply(result))
    assert [text for text, _, _ in await kept(world)] == [FIRST, SECOND, FIRST]


async def test_two_people_with_the_same_form_open_each_get_their_own(world: World) -> None:
    card = await world.draw()
    adas = await world.ada.click(card, label="Answer")
    bobs = await world.bob.click(card, label="Answer")

    to_bob = await world.bob.submit_modal(bobs, {"answer": SECOND})
    to_ada = await world.ada.submit_modal(adas, {"answer": FIRST})

    assert FIRST in all_text(reply(to_ada))
    assert SECOND not in all_text(reply(to_ada))
    assert SECOND in all_text(reply(to_bob))
    assert FIRST not in all_text(reply(to_bob))
    owners = {row["id"]: row["user_id"] for row in await world.rows(attempts)}
    assert {owners[row["attempt_id"]]: row["text"] for row in await world.rows(answer_versions)} == {world.ada.id: FIRST, world.bob.id: SECOND}


async def test_two_people_who_send_in_the_same_moment_each_get_their_own(world: World) -> None:
    card = await world.draw()

    to_ada = world.send_form("answer:1", {"answer": FIRST}, world.ada, card)
    to_bob = world.send_form("answer:1", {"answer": SECOND}, world.bob, card)
    await world.env.settle()

    assert FIRST in all_text(reply(to_ada))
    assert SECOND in all_text(reply(to_bob))
    assert await counted(world) == [1, 1, 2]


async def test_one_person_with_the_forms_of_two_cards_open_answers_each(world: World) -> None:
    one, other = await world.draw(), await world.draw()
    first = await world.ada.click(one, label="Answer")
    second = await world.ada.click(other, label="Answer")

    to_second = await world.ada.submit_modal(second, {"answer": SECOND})
    to_first = await world.ada.submit_modal(first, {"answer": FIRST})

    title = texts(one)[0].removeprefix("### ")
    assert title in all_text(reply(to_first))
    assert FIRST in all_text(reply(to_first))
    assert title not in all_text(reply(to_second))
    assert SECOND in all_text(reply(to_second))


async def test_blanks_are_no_answer(world: World) -> None:
    result = await world.answer(await world.draw(), "   \n ")

    assert "nothing was saved" in all_text(reply(result))
    assert await kept(world) == []
    assert await counted(world) == []


async def test_edit_answer_opens_with_the_answer_and_changes_the_debrief_in_place(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), FIRST))
    shown = await world.ada.click(debrief, label="Edit answer")

    result = await world.ada.submit_modal(shown, {"answer": SECOND})

    assert shown.modal is not None
    assert fields(shown.modal)["Answer"]["value"] == FIRST
    assert reply(result).id == debrief.id
    assert SECOND in all_text(debrief)
    assert FIRST not in all_text(debrief)


# Late


async def test_an_answer_sent_after_the_deadline_is_kept_counted_and_marked_late(world: World) -> None:
    card = await world.draw(minutes=5)
    shown = await world.ada.click(card, label="Answer")
    await world.env.advance_time(5 * 60 + 90)

    result = await world.ada.submit_modal(shown, {"answer": FIRST})

    assert FIRST in all_text(reply(result))
    assert "late" in all_text(reply(result))
    assert "Took 6 min 30 s of 5 min" in all_text(reply(result))
    assert await kept(world) == [(FIRST, True, False)]
    assert [row["late"] for row in await world.rows(attempts)] == [True]
    assert await counted(world) == [1, 1]


async def test_an_answer_sent_at_the_very_second_of_the_deadline_is_late_and_one_before_is_not(world: World) -> None:
    card = await world.draw(minutes=5)
    adas, bobs = await world.ada.click(card, label="Answer"), await world.bob.click(card, label="Answer")
    await world.env.advance_time(5 * 60 - 1)
    await world.ada.submit_modal(adas, {"answer": FIRST})
    await world.env.advance_time(1)

    await world.bob.submit_modal(bobs, {"answer": SECOND})

    assert await kept(world) == [(FIRST, False, False), (SECOND, True, False)]


async def test_an_answer_that_was_sent_in_time_and_arrives_late_is_in_time(world: World) -> None:
    await world.draw(minutes=5)
    await world.env.advance_time(5 * 60 - 1)

    result = await world.send_form_slowly("answer:1", {"answer": FIRST}, way_s=2)

    assert "late" not in all_text(reply(result))
    assert await kept(world) == [(FIRST, False, False)]


async def test_an_answer_sent_after_end_now_is_kept_and_marked_late(world: World) -> None:
    card = await world.draw(minutes=20)
    shown = await world.bob.click(card, label="Answer")
    await world.env.advance_time(60)
    await world.ada.click(card, label="End now")
    await world.env.advance_time(30)

    result = await world.bob.submit_modal(shown, {"answer": FIRST})

    assert "late" in all_text(reply(result))
    assert await kept(world) == [(FIRST, True, False)]
    assert await counted(world) == [1, 1]


async def test_a_late_edit_becomes_the_answer_and_marks_it_late(world: World) -> None:
    card = await world.draw(minutes=5)
    debrief = reply(await world.answer(card, FIRST))
    shown = await world.ada.click(debrief, label="Edit answer")
    await world.env.advance_time(6 * 60)

    result = await world.ada.submit_modal(shown, {"answer": SECOND})

    assert SECOND in all_text(reply(result))
    assert "late" in all_text(reply(result))
    assert await kept(world) == [(FIRST, False, False), (SECOND, True, False)]
    assert [row["late"] for row in await world.rows(attempts)] == [True]
    assert await counted(world) == [1, 1]


async def test_the_same_text_sent_again_after_the_deadline_stays_in_time(world: World) -> None:
    card = await world.draw(minutes=5)
    debrief = reply(await world.answer(card, FIRST))
    shown = await world.ada.click(debrief, label="Edit answer")
    await world.env.advance_time(6 * 60)

    result = await world.ada.submit_modal(shown, {"answer": FIRST})

    assert "late" not in all_text(reply(result))
    assert [row["late"] for row in await world.rows(attempts)] == [False]


async def test_answer_on_a_stale_card_opens_no_form_after_closing(world: World) -> None:
    card = await world.draw(minutes=5)
    await world.env.advance_time(5 * 60)

    result = world.press(card, "answer:1")
    await world.env.settle()

    assert result.modal is None
    assert reply(result).ephemeral
    assert "Time is up" in all_text(reply(result))


# After the model answer


async def test_a_text_sent_after_the_model_answer_is_kept_aside_and_changes_nothing(world: World) -> None:
    card = await world.draw()
    debrief = reply(await world.answer(card, FIRST, sureness="low"))
    shown = await world.ada.click(debrief, label="Edit answer")
    before = await world.rows(attempts)
    await world.ada.click(debrief, label="Model answer")
    seen = await world.rows(attempts)

    result = await world.ada.submit_modal(shown, {"answer": SECOND, "sureness": "high"})

    said = all_text(reply(result))
    assert f">>> {FIRST}" in texts(reply(result))
    assert "kept aside" in said
    assert SECOND[:40] in said
    assert await kept(world) == [(FIRST, False, False), (SECOND, False, True)]
    assert await counted(world) == [1, 1]
    assert await world.rows(attempts) == seen
    assert [row | {"saw_answer": None} for row in seen] == before


async def test_a_first_text_after_the_model_answer_is_kept_and_not_counted(world: World) -> None:
    card = await world.draw(minutes=5)
    shown = await world.ada.click(card, label="Answer")
    await world.env.advance_time(5 * 60)
    await world.ada.click(card, label="Model answer")

    result = await world.ada.submit_modal(shown, {"answer": FIRST})

    assert FIRST in all_text(reply(result))
    assert "not counted" in all_text(reply(result))
    assert await kept(world) == [(FIRST, True, True)]
    assert await counted(world) == []


async def test_a_late_first_answer_before_the_model_answer_counts(world: World) -> None:
    card = await world.draw(minutes=5)
    shown = await world.ada.click(card, label="Answer")
    await world.env.advance_time(24 * 60 * 60)
    await world.ada.submit_modal(shown, {"answer": FIRST})

    result = await world.ada.click(card, label="Model answer")

    assert "Model answer" in all_text(reply(result))
    assert await kept(world) == [(FIRST, True, False)]
    assert await counted(world) == [1, 1]


async def test_answer_opens_no_form_once_the_model_answer_was_seen(world: World) -> None:
    card = await world.draw()
    debrief = reply(await world.answer(card, FIRST))
    await world.ada.click(debrief, label="Model answer")

    result = await world.ada.click(card, label="Answer")
    edit = await world.ada.click(debrief, label="Edit answer")

    for each in (result, edit):
        assert each.modal is None
        assert "You have seen the model answer" in all_text(reply(each))


# What cannot be kept comes back


async def test_an_answer_to_an_erased_posting_comes_back_as_a_file(world: World) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    await world.app.db.write(lambda conn: conn.execute(delete(postings)))
    text = FIRST + "\n\n\tтоже 🙂"

    result = await world.ada.submit_modal(shown, {"answer": text})

    assert reply(result).ephemeral
    assert "gone" in all_text(reply(result))
    assert await file_of(result) == ("your-answer.txt", text)
    assert await counted(world) == []


async def test_an_answer_that_the_disk_has_no_room_for_comes_back_and_can_be_sent_again(world: World) -> None:
    card = await world.draw()
    await fill_disk(world)

    result = await world.answer(card, TOO_MUCH)

    problem = world.problem()
    assert reply(result).ephemeral
    assert vars(problem)["reference"] in all_text(reply(result))
    assert "disk is full" in str(problem.exc_info)
    assert await file_of(result) == ("your-answer.txt", TOO_MUCH)
    assert await kept(world) == []
    assert await counted(world) == []

    await limit_file(world, pages=100_000)
    again = await world.answer(card, TOO_MUCH)

    assert "Debrief" in all_text(reply(again))
    assert await kept(world) == [(TOO_MUCH, False, False)]
    assert await counted(world) == [1, 1]


async def test_what_people_type_is_never_in_the_log_even_when_storing_it_fails(world: World, caplog: pytest.LogCaptureFixture) -> None:
    card = await world.draw()
    await fill_disk(world)

    await world.answer(card, TOO_MUCH)

    assert vars(world.problem())["reference"] in caplog.text
    assert TOO_MUCH[:12] not in caplog.text


async def fill_disk(world: World) -> None:
    """Leave no room in the database file for anything longer than a page."""
    with closing(sqlite3.connect(world.database)) as outside:
        outside.execute("VACUUM")  # so that no page of the file is free
    await limit_file(world, pages=1)


async def limit_file(world: World, pages: int) -> None:
    """Let the database grow to so many pages, or no further than it is: to whoever writes that is a full disk."""
    await world.app.db.write(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count={pages}"))


async def file_of(result: Any) -> tuple[str, str]:
    """The one file of an answer: its name and what stands in it."""
    (file,) = reply(result).attachments
    return file.filename, (await file.read()).decode()


# Only one's own


@pytest.mark.parametrize("custom_id", ["answer:999", "edit:999"])
async def test_an_answer_to_a_posting_that_never_was_comes_back(world: World, custom_id: str) -> None:
    card = await world.draw()
    await world.answer(card, SECOND)

    result = world.send_form(custom_id, {"answer": FIRST}, message=card)
    await world.env.settle()

    assert await file_of(result) == ("your-answer.txt", FIRST)
    assert await kept(world) == [(SECOND, False, False)]


async def test_answering_never_changes_the_card(world: World) -> None:
    card = await world.draw()
    await world.answer(card, FIRST, world.ada)
    await world.answer(card, SECOND, world.bob)
    await world.answer(card, SECOND, world.ada)

    assert world.edits(card) == 0
    assert len(world.cards()) == 1


async def test_time_taken_runs_from_the_opening_of_the_card(world: World) -> None:
    card = await world.draw(minutes=20)
    await world.env.advance_time(timedelta(minutes=12, seconds=30).total_seconds())

    result = await world.answer(card, FIRST, world.bob)

    assert "Took 12 min 30 s of 20 min" in all_text(reply(result))
    assert "Edit answer" in buttons(reply(result))

"""`Rewrite one point`: a rubric point that was missed is written again, kept beside the answer, and counted nowhere."""

from typing import Any

import simcord
from sqlalchemy import delete

from bot.bank.bank import Bank
from bot.bank.schema import Question
from bot.storage.tables import answer_versions, attempts, postings, practice_counts, question_totals, second_looks
from tests.conftest import World, all_text, buttons, reply, texts

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."
AGAIN = "I would also say who is called at night, and what they do first."
REWRITE = "Rewrite one point"


async def question_of(world: World) -> Question:
    """The question of the newest posting."""
    question = world.bank.question((await world.rows(postings))[-1]["question_id"])
    assert question is not None
    return question


async def checked(world: World, *ticked: int, **options: Any) -> simcord.ResponseMessage:
    """Draw, answer and tick; returns the debrief."""
    debrief = reply(await world.answer(await world.draw(**options), ANSWER))
    return await tick(world, debrief, *ticked)


async def tick(world: World, debrief: simcord.ResponseMessage, *ticked: int) -> simcord.ResponseMessage:
    return reply(await world.ada.submit_modal(await world.ada.click(debrief, label="Self-check"), {"points": [str(index) for index in ticked]}))


async def rewritten(world: World, debrief: simcord.ResponseMessage, point: int, text: str) -> simcord.InteractionResult:
    form = await world.ada.click(debrief, label=REWRITE)
    return await world.ada.submit_modal(form, {"point": [str(point)], "text": text})


async def kept(world: World) -> list[tuple[int, str]]:
    return [(row["point"], row["text"]) for row in await world.rows(second_looks)]


def section(debrief: simcord.ResponseMessage) -> str:
    """The part of a debrief that shows what was written again; empty without it."""
    return next((text for text in texts(debrief) if text.startswith("**Rewritten:**")), "")


async def test_the_button_comes_with_a_self_check_that_leaves_a_point_open(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), ANSWER))
    points = range(len((await question_of(world)).rubric))
    before = buttons(debrief)

    one_open = buttons(await tick(world, debrief, *points[1:]))
    all_ticked = buttons(await tick(world, debrief, *points))

    assert (REWRITE in before, REWRITE in one_open, REWRITE in all_ticked) == (False, True, False)


async def test_the_form_offers_the_points_that_were_not_ticked(world: World) -> None:
    debrief = await checked(world, 0, 2)
    rubric = (await question_of(world)).rubric

    form = (await world.ada.click(debrief, label=REWRITE)).modal

    assert form is not None
    menu, field = [label["component"] for label in form["components"]]
    assert [(option["value"], option["label"]) for option in menu["options"]] == [
        (str(index), point.point) for index, point in enumerate(rubric) if index not in (0, 2)
    ]
    assert not field.get("value")


async def test_the_new_text_stands_beside_the_answer_and_changes_nothing_of_it(world: World) -> None:
    debrief = await checked(world, 0)
    before = [await world.rows(table) for table in (attempts, answer_versions, practice_counts, question_totals)]

    changed = reply(await rewritten(world, debrief, 1, AGAIN))

    assert changed.id == debrief.id
    assert f"“{AGAIN}”" in section(debrief)
    assert f"**{(await question_of(world)).rubric[1].point[:20]}" in section(debrief)
    assert f">>> {ANSWER}" in texts(debrief)
    assert "You ticked 1 of" in all_text(debrief)
    assert await kept(world) == [(1, AGAIN)]
    assert [await world.rows(table) for table in (attempts, answer_versions, practice_counts, question_totals)] == before


async def test_the_debrief_says_whether_the_wording_now_matches_that_point_alone(world: World) -> None:
    debrief = await checked(world)
    rubric = (await question_of(world)).rubric
    filler = "I would write this down for the people who come after me and then talk it over with them before we all agree on it together today."

    await rewritten(world, debrief, 0, filler)
    await rewritten(world, debrief, 1, f"{filler} {' '.join(rubric[1].heard)}")
    await rewritten(world, debrief, 2, "Two words.")

    lines = section(debrief).splitlines()[1:]
    assert [next(words for words in ("now matches", "not found", "not compared") if words in line) for line in lines] == [
        "not found",
        "now matches",
        "not compared",
    ]
    assert "Not compared" in next(text for text in texts(debrief) if rubric[0].point in text)  # the answer's own comparison stays


async def test_the_newest_text_of_a_point_is_shown_and_every_one_is_kept(world: World) -> None:
    debrief = await checked(world)

    for text in ("First try.", "Second try.", "Second try."):
        await rewritten(world, debrief, 3, text)

    assert "Second try." in section(debrief)
    assert "First try." not in section(debrief)
    assert await kept(world) == [(3, "First try."), (3, "Second try.")]


async def test_what_was_rewritten_comes_back_after_a_restart_an_edit_and_another_self_check(world: World) -> None:
    card = await world.draw()
    debrief = await tick(world, reply(await world.answer(card, ANSWER)))
    form = await world.ada.click(debrief, label=REWRITE)

    await world.restart(60)
    await world.ada.submit_modal(form, {"point": ["1"], "text": AGAIN})
    again = reply(await world.ada.click(card, label="My debrief"))
    await world.ada.submit_modal(await world.ada.click(debrief, label="Edit answer"), {"answer": f"{ANSWER} And retries."})
    edited = section(debrief)
    await tick(world, debrief, 1)

    assert AGAIN in section(again)
    assert AGAIN in edited
    assert AGAIN in section(debrief)


async def test_two_long_texts_share_the_room_and_are_attached_whole(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), "The queue takes the peak of the evening. " * 95))
    await tick(world, debrief)

    for point, word in ((0, "replica "), (1, "retries ")):
        await rewritten(world, debrief, point, word * 499)

    files = {file.filename: (await file.read()).decode() for file in debrief.attachments}
    assert sum(map(len, texts(debrief))) <= 4_000
    assert set(files) == {"answer.txt", "rewritten.txt"}
    assert "replica " * 499 in files["rewritten.txt"]
    assert "retries " * 499 in files["rewritten.txt"]
    assert section(debrief).count("replica") > 10
    assert abs(section(debrief).count("replica") - section(debrief).count("retries")) <= 6
    (quote,) = [text for text in texts(debrief) if text.startswith(">>> ")]
    assert len(quote) > 1_000


async def test_hostile_text_stays_in_its_line(world: World) -> None:
    debrief = await checked(world)

    await rewritten(world, debrief, 0, "**bold** ](https://evil.example)\n# heading\n@everyone")

    assert len(section(debrief).splitlines()) == 2
    assert r"\*\*bold\*\*" in section(debrief)


async def test_a_stranger_cannot_rewrite_a_point_of_somebody_elses_answer(world: World) -> None:
    debrief = await checked(world)

    pressed = world.press(debrief, "rewrite:1", world.bob)
    sent = world.send_form("rewrite:1", {"point": "0", "text": AGAIN}, world.bob, debrief)
    await world.env.settle()

    for result in (pressed, sent):
        assert "not answered" in all_text(reply(result))
        assert ANSWER not in all_text(reply(result))
    (file,) = reply(sent).attachments
    assert (await file.read()).decode().endswith(AGAIN)
    assert await kept(world) == []


async def test_a_press_from_an_old_debrief_says_what_is_missing(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), ANSWER))
    points = range(len((await question_of(world)).rubric))

    unchecked = world.press(debrief, "rewrite:1")
    await world.env.settle()
    await tick(world, debrief, *points)
    all_ticked = world.press(debrief, "rewrite:1")
    await world.env.settle()

    assert "First say which points" in all_text(reply(unchecked))
    assert "ticked every point" in all_text(reply(all_ticked))


async def test_a_point_that_was_ticked_while_the_form_was_open_is_kept_all_the_same(world: World) -> None:
    debrief = await checked(world)
    form = await world.ada.click(debrief, label=REWRITE)
    await tick(world, debrief, 0)

    await world.ada.submit_modal(form, {"point": ["0"], "text": AGAIN})

    assert await kept(world) == [(0, AGAIN)]


async def test_what_cannot_be_kept_is_given_back(world: World) -> None:
    debrief = await checked(world)
    form = await world.ada.click(debrief, label=REWRITE)
    blank = await rewritten(world, debrief, 0, "   ")
    await world.app.db.write(lambda conn: conn.execute(delete(postings)))

    result = await world.ada.submit_modal(form, {"point": ["0"], "text": AGAIN})

    assert "no text" in all_text(reply(blank))
    (file,) = reply(result).attachments
    assert (file.filename, (await file.read()).decode()) == ("your-answer.txt", AGAIN)


async def test_a_point_that_the_question_has_lost_is_left_out_and_a_text_for_it_given_back(world: World) -> None:
    card = await world.draw()
    debrief = await tick(world, reply(await world.answer(card, ANSWER)))
    question = await question_of(world)
    last = len(question.rubric) - 1
    await rewritten(world, debrief, 0, AGAIN)
    await rewritten(world, debrief, last, "This point goes.")
    form = await world.ada.click(debrief, label=REWRITE)
    shorter = question.model_copy(update={"rubric": question.rubric[:last]})
    world.bank = Bank.build(
        topic.model_copy(update={"questions": tuple(shorter if each.id == question.id else each for each in topic.questions)})
        for topic in world.bank.topics
    )
    await world.restart(60)

    again = reply(await world.ada.click(card, label="My debrief"))
    refused = reply(await world.ada.submit_modal(form, {"point": [str(last)], "text": "Too late."}))

    assert AGAIN in section(again)
    assert "This point goes." not in all_text(again)
    assert "no longer has that point" in all_text(refused)
    (file,) = refused.attachments
    assert (await file.read()).decode() == "Too late."
    assert await kept(world) == [(0, AGAIN), (last, "This point goes.")]


async def test_it_may_be_done_in_direct_messages_too(world: World) -> None:
    await world.draw(where="dm")
    ada, inbox = world.ada.user, world.ada.user.dm_channel
    await world.ada.send_dm(ANSWER)
    await ada.click(inbox.history()[-2], label="Done")
    debrief = next(message for message in reversed(inbox.history()) if "Self-check" in buttons(message))
    await ada.submit_modal(await ada.click(debrief, label="Self-check"), {"points": ["0"]})
    debrief = next(message for message in reversed(inbox.history()) if message.id == debrief.id)

    await ada.submit_modal(await ada.click(debrief, label=REWRITE), {"point": ["1"], "text": AGAIN})

    shown = next(message for message in inbox.history() if message.id == debrief.id)
    assert AGAIN in all_text(shown)
    assert await kept(world) == [(1, AGAIN)]

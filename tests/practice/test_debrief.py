"""Looking back: the debrief, hints, self-check, model answer, follow-ups, and the way to the next question."""

import re
from typing import Any

import pytest
import simcord

from bot.bank.schema import Question
from bot.storage.tables import answer_versions, attempts, postings, practice_counts, question_reports
from tests.conftest import World, all_text, buttons, reply, texts

ANSWER = "I would put a queue in front of the model, because the evening brings three times the load of the night."
FRESH = ["Self-check", "Edit answer", "Model answer", "Try again", "Next question", "Report"]
FROZEN = ["Self-check", "Model answer", "Follow-up", "Try again", "Next question", "Report"]
VERDICTS = re.compile(r"\b(right|wrong|correct|incorrect|score|points?|grade|pass(ed)?|fail(ed)?)\b|%|\d+ ?/ ?\d+", re.IGNORECASE)


async def question_of(world: World) -> Question:
    """The question of the newest posting."""
    question = world.bank.question((await world.rows(postings))[-1]["question_id"])
    assert question is not None
    return question


def hidden(question: Question) -> list[str]:
    """Everything of a question that is not for somebody who has not seen the model answer."""
    levels, follow_ups = question.levels, question.follow_ups
    lines = [line for line in question.answer.splitlines() if len(line) > 20]
    asked = [part for each in follow_ups for part in (each.ask, each.listen_for)]
    return [*lines, *question.mistakes, levels.mid, levels.senior, levels.staff, *asked]


async def debriefed(
    world: World, card: Any = None, text: str = ANSWER, person: simcord.MemberActor | None = None, **fields: str
) -> simcord.ResponseMessage:
    """Answer a card, a new one if none is given; returns the debrief."""
    return reply(await world.answer(card or await world.draw(person), text, person, **fields))


# The debrief


async def test_the_debrief_has_time_own_answer_and_every_point(world: World) -> None:
    card = await world.draw(minutes=20)
    await world.env.advance_time(3 * 60)

    debrief = await debriefed(world, card)

    question = await question_of(world)
    said = all_text(debrief)
    assert debrief.ephemeral
    assert question.title in said
    assert "Took 3 min of 20 min" in said
    assert f">>> {ANSWER}" in texts(debrief)
    assert all(f"**{point.point}**" in said for point in question.rubric)
    assert buttons(debrief) == FRESH
    assert debrief.attachments == []


async def test_the_debrief_holds_nothing_of_the_model_answer(world: World) -> None:
    for difficulty in ("easy", "medium", "hard"):
        debrief = await debriefed(world, await world.draw(difficulty=difficulty))

        question = await question_of(world)
        assert [part for part in hidden(question) if part in all_text(debrief)] == []


async def test_the_debrief_compares_wording_and_passes_no_judgement(world: World) -> None:
    card = await world.draw()
    question = await question_of(world)
    heard = question.rubric[0].heard[0]

    debrief = await debriefed(world, card, f"{ANSWER} {heard}")

    said = all_text(debrief)
    assert "wording" in said
    assert "not meaning" in said
    for own in (ANSWER, heard, question.title, *(point.point for point in question.rubric)):
        said = said.replace(own, "")
    assert VERDICTS.search(said) is None


async def test_a_long_answer_is_cut_in_the_debrief_and_attached_whole(world: World) -> None:
    text = "".join(f"Sentence {number} says what I would do about the {number * 7} requests. " for number in range(62)).strip()
    assert len(text) <= 4_000

    debrief = await debriefed(world, text=text)

    (file,) = debrief.attachments
    assert (file.filename, (await file.read()).decode()) == ("answer.txt", text)
    (quoted,) = [part for part in texts(debrief) if part.startswith(">>> ")]
    assert quoted.endswith("…")
    assert text.startswith(quoted[4:-1])
    assert len(quoted) >= 1_000
    assert sum(map(len, texts(debrief))) <= 4_000


async def test_a_shorter_edit_takes_the_file_away_again(world: World) -> None:
    debrief = await debriefed(world, text="A long sentence about replicas. " * 125)
    assert len(debrief.attachments) == 1

    await world.ada.submit_modal(await world.ada.click(debrief, label="Edit answer"), {"answer": ANSWER})

    assert debrief.attachments == []
    assert f">>> {ANSWER}" in texts(debrief)


async def test_my_debrief_opens_ones_own_again(world: World) -> None:
    card = await world.draw()
    await world.answer(card, ANSWER, world.ada)
    await world.answer(card, "Bob would do without a queue and buy a bigger machine.", world.bob)

    again = reply(await world.ada.click(card, label="My debrief"))

    assert again.ephemeral
    assert f">>> {ANSWER}" in texts(again)
    assert "Bob" not in all_text(again)
    assert buttons(again) == FRESH


async def test_my_debrief_without_an_answer_says_so(world: World) -> None:
    card = await world.draw(minutes=5)

    open_ = reply(await world.bob.click(card, label="My debrief"))
    await world.env.advance_time(5 * 60)
    closed = reply(await world.bob.click(card, label="My debrief"))

    assert "not answered" in all_text(open_)
    assert "Answer" in all_text(open_)
    assert "not answered" in all_text(closed)
    assert "Model answer" in all_text(closed)


async def test_after_the_deadline_the_debrief_offers_no_edit(world: World) -> None:
    card = await world.draw(minutes=5)
    await world.answer(card, ANSWER)
    await world.env.advance_time(5 * 60)

    again = reply(await world.ada.click(card, label="My debrief"))

    assert buttons(again) == [label for label in FRESH if label != "Edit answer"]
    assert "late" not in all_text(again)


# Hints


async def test_hints_come_one_by_one_in_private(world: World) -> None:
    card = await world.draw()
    hints = (await question_of(world)).hints

    shown = reply(await world.ada.click(card, label="Hint"))
    assert shown.ephemeral
    assert hints[0] in all_text(shown)
    assert hints[1] not in all_text(shown)

    for number in range(2, len(hints) + 1):
        await world.ada.click(shown, label="Another hint")
        assert [hint in all_text(shown) for hint in hints] == [index < number for index in range(len(hints))]

    assert buttons(shown) == []


async def test_hints_are_counted_in_the_debrief_for_whoever_took_them(world: World) -> None:
    card = await world.draw()
    await world.ada.click(reply(await world.ada.click(card, label="Hint")), label="Another hint")

    assert "2 hints" in all_text(await debriefed(world, card, person=world.ada))
    assert "hint" not in all_text(await debriefed(world, card, person=world.bob))


async def test_no_more_hints_are_counted_than_there_are(world: World) -> None:
    card = await world.draw()
    hints = (await question_of(world)).hints

    for _ in range(len(hints) + 2):
        await world.ada.click(card, label="Hint")

    assert f"{len(hints)} hints" in all_text(await debriefed(world, card))


async def test_hints_after_the_answer_come_all_at_once_and_are_not_counted(world: World) -> None:
    card = await world.draw()
    hints = (await question_of(world)).hints
    await world.ada.click(card, label="Hint")
    await world.answer(card, ANSWER)

    shown = reply(await world.ada.click(card, label="Hint"))

    assert all(hint in all_text(shown) for hint in hints)
    assert "1 hint\n" in all_text(reply(await world.ada.click(card, label="My debrief"))) + "\n"


# Self-check


async def test_the_self_check_has_every_point_and_none_ticked(world: World) -> None:
    debrief = await debriefed(world)

    shown = await world.ada.click(debrief, label="Self-check")

    assert shown.modal is not None
    points, recall = (label["component"] for label in shown.modal["components"])
    question = await question_of(world)
    assert [option["label"] for option in points["options"]] == [point.point for point in question.rubric]
    assert not any(option["default"] for option in points["options"])
    assert points["required"] is False
    assert points["min_values"] == 0
    assert [option["label"] for option in recall["options"]] == ["Again", "Hard", "Good", "Easy"]
    assert not any(option["default"] for option in recall["options"])


async def test_ticks_and_recall_are_kept_and_shown(world: World) -> None:
    debrief = await debriefed(world)
    points = [point.point for point in (await question_of(world)).rubric]

    result = await world.ada.submit_modal(await world.ada.click(debrief, label="Self-check"), {"points": ["0", "2"], "recall": "hard"})

    assert reply(result).id == debrief.id
    said = all_text(debrief)
    assert [f"☑ **{point}**" in said for point in points] == [index in (0, 2) for index in range(len(points))]
    assert f"You ticked 2 of {len(points)}" in said
    assert "recall hard" in said
    assert [(row["ticked"], row["rating"]) for row in await world.rows(attempts)] == [([0, 2], "hard")]


async def test_ticking_nothing_is_an_answer_too(world: World) -> None:
    debrief = await debriefed(world)

    await world.ada.submit_modal(await world.ada.click(debrief, label="Self-check"), {})

    assert "You ticked 0 of" in all_text(debrief)
    assert [(row["ticked"], row["rating"]) for row in await world.rows(attempts)] == [([], None)]


async def test_the_self_check_opens_again_with_what_was_ticked(world: World) -> None:
    debrief = await debriefed(world)
    await world.ada.submit_modal(await world.ada.click(debrief, label="Self-check"), {"points": ["1"], "recall": "easy"})

    shown = await world.ada.click(debrief, label="Self-check")

    assert shown.modal is not None
    points, recall = (label["component"] for label in shown.modal["components"])
    assert [option["value"] for option in points["options"] if option["default"]] == ["1"]
    assert [option["value"] for option in recall["options"] if option["default"]] == ["easy"]


async def test_the_self_check_keeps_the_file_of_a_long_answer(world: World) -> None:
    debrief = await debriefed(world, text="A long sentence about replicas. " * 125)

    await world.ada.submit_modal(await world.ada.click(debrief, label="Self-check"), {"points": ["1"]})

    assert [file.filename for file in debrief.attachments] == ["answer.txt"]


# The model answer


async def pages_of(world: World, shown: simcord.ResponseMessage) -> list[str]:
    """The text of every page of a model answer, turned by its own button."""
    pages = [all_text(shown)]
    while not _disabled(shown, "Next"):
        await world.ada.click(shown, label="Next")
        pages.append(all_text(shown))
    return pages


def _disabled(shown: simcord.ResponseMessage, label: str) -> bool:
    (row,) = [part for part in shown.components[0]["components"] if part["type"] == 1]
    return next(bool(button["disabled"]) for button in row["components"] if button["label"] == label)


async def test_the_model_answer_has_answer_mistakes_and_levels_in_pages(world: World) -> None:
    debrief = await debriefed(world)
    question = await question_of(world)

    shown = reply(await world.ada.click(debrief, label="Model answer"))

    assert shown.ephemeral
    assert shown.id != debrief.id
    assert _disabled(shown, "Previous")
    pages = await pages_of(world, shown)
    assert all(line in "\n".join(pages) for line in question.answer.splitlines())
    assert all(mistake in "\n".join(pages) for mistake in question.mistakes)
    assert all(level in pages[-1] for level in (question.levels.mid, question.levels.senior, question.levels.staff))
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))

    for _ in pages[1:]:
        await world.ada.click(shown, label="Previous")
    assert all_text(shown) == pages[0]


async def test_the_model_answer_freezes_ones_answer(world: World) -> None:
    card = await world.draw()
    debrief = await debriefed(world, card)

    await world.ada.click(debrief, label="Model answer")

    assert buttons(reply(await world.ada.click(card, label="My debrief"))) == FROZEN


async def test_a_second_look_at_the_model_answer_keeps_the_time_of_the_first(world: World) -> None:
    debrief = await debriefed(world)
    await world.ada.click(debrief, label="Model answer")
    seen = await world.rows(attempts)
    await world.env.advance_time(60)

    await world.ada.click(debrief, label="Model answer")

    assert await world.rows(attempts) == seen


async def test_anybody_may_see_the_model_answer_of_a_closed_card(world: World) -> None:
    card = await world.draw(world.ada, minutes=5)
    await world.env.advance_time(5 * 60)

    shown = reply(await world.bob.click(card, label="Model answer"))

    assert shown.ephemeral
    assert (await question_of(world)).answer.splitlines()[0] in all_text(shown)
    assert await world.rows(practice_counts) == []


FORGED = ["model:1", "model-page:1:0:0", "model-page:1:2:1", "follow-up:1", "follow-up:1:0", "self-check:1", "my-debrief:1"]


@pytest.mark.parametrize("custom_id", FORGED)
async def test_a_button_of_ones_own_making_shows_nothing_before_one_has_answered(world: World, custom_id: str) -> None:
    card = await world.draw(world.ada)
    await world.answer(card, ANSWER, world.ada)
    await world.ada.click(reply(await world.ada.click(card, label="My debrief")), label="Model answer")

    result = world.press(card, custom_id, world.bob)
    await world.env.settle()

    assert result.modal is None
    assert reply(result).ephemeral
    question = await question_of(world)
    assert [part for part in [ANSWER, *hidden(question)] if part in all_text(reply(result))] == []
    assert [row["saw_answer"] for row in await world.rows(attempts) if row["user_id"] == world.bob.id] in ([], [None])


async def test_a_hint_does_not_open_the_model_answer(world: World) -> None:
    card = await world.draw()
    await world.ada.click(card, label="Hint")

    result = world.press(card, "model:1")
    await world.env.settle()

    assert "opens when you have answered" in all_text(reply(result))


@pytest.mark.parametrize("custom_id", ["self-check:1", "report:999"])
async def test_a_form_of_ones_own_making_changes_nothing_of_anybody(world: World, custom_id: str) -> None:
    card = await world.draw(world.ada)
    await world.answer(card, ANSWER, world.ada)
    before = await world.rows(attempts)

    result = world.send_form(custom_id, {"text": "A report that belongs to nothing."}, world.bob, card)
    await world.env.settle()

    assert reply(result).ephemeral
    assert await world.rows(attempts) == before
    assert await world.rows(question_reports) == []


async def test_follow_ups_come_after_the_model_answer_with_what_to_listen_for(world: World) -> None:
    debrief = await debriefed(world)
    follow_ups = (await question_of(world)).follow_ups
    model = reply(await world.ada.click(debrief, label="Model answer"))

    shown = reply(await world.ada.click(model, label="Follow-up"))

    assert shown.ephemeral
    for number, each in enumerate(follow_ups):
        if number:
            await world.ada.click(shown, label="Another follow-up")
        assert each.ask in all_text(shown)
        assert f"||{each.listen_for}||" in all_text(shown)


async def test_follow_ups_before_the_model_answer_are_refused(world: World) -> None:
    card = await world.draw()
    await world.answer(card, ANSWER)

    result = world.press(card, "follow-up:1")
    await world.env.settle()

    assert "Model answer" in all_text(reply(result))
    assert (await question_of(world)).follow_ups[0].ask not in all_text(reply(result))


# Onwards


async def test_try_again_puts_the_same_question_into_the_channel_and_counts_as_a_repeat(world: World) -> None:
    debrief = await debriefed(world, await world.draw(minutes=13))

    card = reply(await world.ada.click(debrief, label="Try again"))

    first, second = await world.rows(postings)
    assert not card.ephemeral
    assert second["question_id"] == first["question_id"]
    assert (second["closes"] - second["opened"]) == (first["closes"] - first["opened"])
    assert "· 1 practiced" in all_text(card)
    assert reply(await world.ada.click(card, label="My debrief")).ephemeral
    await world.answer(card, ANSWER)
    assert [row["count"] for row in await world.rows(practice_counts)] == [2]


async def test_try_again_belongs_to_whoever_pressed_it(world: World) -> None:
    card = await world.draw(world.ada)
    debrief = await debriefed(world, card, person=world.bob)

    again = reply(await world.bob.click(debrief, label="Try again"))
    await world.bob.click(again, label="End now")

    assert "Ended early" in all_text(again)
    assert "Answer" in buttons(card)


async def test_next_question_draws_another_by_the_same_filters(world: World) -> None:
    card = await world.draw(difficulty="medium", type="technical", minutes=5)
    debrief = await debriefed(world, card)

    following = reply(await world.ada.click(debrief, label="Next question"))

    first, second = await world.rows(postings)
    assert not following.ephemeral
    assert second["question_id"] != first["question_id"]
    assert "Medium · Technical · " in all_text(following)
    assert (second["difficulty"], second["topic"], second["type"]) == ("medium", None, "technical")


async def test_next_question_with_three_open_lists_them(world: World) -> None:
    debrief = await debriefed(world)
    for _ in range(3):
        await world.draw()

    for label in ("Next question", "Try again"):
        shown = reply(await world.ada.click(debrief, label=label))
        assert shown.ephemeral
        assert buttons(shown) == ["Show again", "End"] * 3
    assert len(await world.rows(postings)) == 4


async def test_a_report_is_stored_with_its_question_and_author(world: World) -> None:
    debrief = await debriefed(world)

    result = await world.ada.submit_modal(await world.ada.click(debrief, label="Report"), {"text": "The sum in line 3 is off by ten."})

    assert reply(result).ephemeral
    assert "stored" in all_text(reply(result))
    (report,) = await world.rows(question_reports)
    assert report["text"] == "The sum in line 3 is off by ten."
    assert report["question_id"] == (await question_of(world)).id
    assert report["user_id"] == world.ada.id
    assert report["at"] == world.now()


async def test_a_blank_report_is_not_stored(world: World) -> None:
    debrief = await debriefed(world)

    result = await world.ada.submit_modal(await world.ada.click(debrief, label="Report"), {"text": "  "})

    assert "nothing was sent" in all_text(reply(result))
    assert await world.rows(question_reports) == []


async def test_an_answer_whose_question_has_left_the_bank_is_still_there(world: World) -> None:
    card = await world.draw()
    await world.answer(card, ANSWER)
    gone = (await question_of(world)).id
    await leave_bank(world, gone)

    result = await world.ada.click(card, label="My debrief")
    late = await world.answer(card, "Another text, sent when the question was gone from the bank.", world.bob)
    await world.env.advance_time(60 * 60)

    assert "saved" in all_text(reply(result))
    assert "saved" in all_text(reply(late))
    assert len(await world.rows(answer_versions)) == 2
    assert "left the bank" in all_text(card)
    assert buttons(card)[-1] == "My debrief"


async def leave_bank(world: World, question_id: str) -> None:
    """Restart the bot on a bank without a question."""
    kept = [topic.model_copy(update={"questions": tuple(q for q in topic.questions if q.id != question_id)}) for topic in world.bank.topics]
    world.bank = type(world.bank).build(topic for topic in kept if topic.questions)
    await world.restart()

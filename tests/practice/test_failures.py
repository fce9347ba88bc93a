"""When something goes wrong the person gets one sentence and a reference, and whoever runs the bot finds it in the log."""

import re
from logging import LogRecord

import pytest
import simcord

from bot.storage.tables import answer_versions
from tests.conftest import World, all_text, buttons, reply

ANSWER = "I would put a queue in front of the model, because the evening brings three times the load of the night."


def tells_of(problem: LogRecord, result: simcord.InteractionResult) -> bool:
    """Whether a person was told in private, in one message and plain words, of what the log has under the same reference."""
    said = all_text(reply(result))
    (reference,) = re.findall(r"`(\w{6})`", said)
    in_log = vars(problem)["reference"] == reference and reference in problem.getMessage() and problem.exc_info is not None
    plain = not re.search(r"Traceback|Error|Exception|File \"|sqlite|\.py", said)
    return in_log and plain and reply(result).ephemeral and result.followups == []


async def test_a_command_that_fails_is_answered_with_a_reference(world: World) -> None:
    await world.app.db.close()

    result = await world.ada.slash(world.channel, "interview medium")

    assert tells_of(world.problem(), result)


@pytest.mark.parametrize("label", ["Answer", "Hint", "End now", "My debrief"])
async def test_a_button_that_fails_is_answered_with_a_reference(world: World, label: str) -> None:
    card = await world.draw()
    await world.app.db.close()

    result = await world.ada.click(card, label=label)

    assert tells_of(world.problem(), result)
    assert "Answer" in buttons(card)


async def test_an_answer_that_fails_is_answered_with_a_reference_and_the_text(world: World) -> None:
    card = await world.draw()
    shown = await world.ada.click(card, label="Answer")
    await world.app.db.close()

    result = await world.ada.submit_modal(shown, {"answer": ANSWER})

    assert tells_of(world.problem(), result)
    (file,) = reply(result).attachments
    assert (file.filename, (await file.read()).decode()) == ("your-answer.txt", ANSWER)


async def test_a_report_that_fails_comes_back_too(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), ANSWER))
    shown = await world.ada.click(debrief, label="Report")
    await world.app.db.close()

    result = await world.ada.submit_modal(shown, {"text": "The sum in line 3 is off by ten."})

    assert tells_of(world.problem(), result)
    (file,) = reply(result).attachments
    assert (await file.read()).decode() == "The sum in line 3 is off by ten."


async def test_two_failures_have_two_references(world: World) -> None:
    card = await world.draw()
    await world.app.db.close()
    references = set()

    for _ in range(2):
        await world.ada.click(card, label="Hint")
        references.add(vars(world.problem())["reference"])

    assert len(references) == 2


async def test_a_refusal_is_no_error_in_the_log(world: World) -> None:
    card = await world.draw()

    result = await world.bob.click(card, label="End now")

    assert "can end it" in all_text(reply(result))
    assert world.problems == []


@pytest.mark.parametrize("custom_id", ["no-such-button", "no-such-button:1", "answer", "answer:1:2:3", "answer:999999999999999999"])
async def test_a_button_of_another_version_is_answered(world: World, custom_id: str) -> None:
    card = await world.draw()

    result = world.press(card, custom_id)
    await world.env.settle()

    assert reply(result).ephemeral
    assert all_text(reply(result))
    world.problems.clear()


async def test_a_button_that_nobody_knows_any_more_says_what_to_do(world: World) -> None:
    card = await world.draw()

    result = world.press(card, "no-such-button:1")
    await world.env.settle()

    assert "older version" in all_text(reply(result))
    assert "/interview any" in all_text(reply(result))
    assert world.problems == []


@pytest.mark.parametrize("custom_id", ["essay:1", "answer", "answer:one", "answer:1:2"])
async def test_a_form_of_another_version_gives_the_text_back(world: World, custom_id: str) -> None:
    card = await world.draw()

    result = world.send_form(custom_id, {"answer": ANSWER}, message=card)
    await world.env.settle()

    assert "older version" in all_text(reply(result))
    (file,) = reply(result).attachments
    assert (file.filename, (await file.read()).decode()) == ("your-answer.txt", ANSWER)
    assert await world.rows(answer_versions) == []


async def test_a_form_with_fields_of_another_version_gives_the_text_back(world: World) -> None:
    card = await world.draw()

    result = world.send_form("answer:1", {"essay": ANSWER}, message=card)
    await world.env.settle()

    assert tells_of(world.problem(), result)
    (file,) = reply(result).attachments
    assert (await file.read()).decode() == ANSWER

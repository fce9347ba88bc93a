"""A person whose connection to the bot breaks sees its answer once, and no failure where there was none."""

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from simcord.http.client import FakeWebhookAdapter

from bot.storage.tables import answer_versions
from tests.conftest import World, all_text, buttons, reply
from tests.faults import CALLBACK, reset, server_error

ANSWER = "I would put a queue in front of the model, because the evening brings three times the load of the night."
LONG = "A sentence about replicas that is longer than others. " * 70
LOST: list[Callable[[], Exception]] = [reset, server_error, aiohttp.ServerDisconnectedError, TimeoutError]


def own_messages(world: World) -> int:
    """How many messages the bot has sent to the channel, those for one person included."""
    messages = world.env.backend.messages[world.channel.id].values()
    return sum(message.author_id == world.env.backend.bot_user.id for message in messages)


async def whole(shown: Any) -> list[tuple[str, str]]:
    """The files of a message, by name and text."""
    return [(file.filename, (await file.read()).decode()) for file in shown.attachments]


@pytest.mark.parametrize("lost", LOST)
async def test_a_debrief_lost_on_its_way_is_sent_again(world: World, lost: Callable[[], Exception]) -> None:
    form = await world.ada.click(await world.draw(), label="Answer")
    world.wire.lose_request(CALLBACK, lost())

    result = await world.ada.submit_modal(form, {"answer": ANSWER})

    assert f">>> {ANSWER}" in all_text(reply(result))
    assert result.followups == []
    assert own_messages(world) == 2


@pytest.mark.parametrize("lost", LOST)
async def test_a_debrief_that_arrived_unnoticed_is_seen_once(world: World, lost: Callable[[], Exception]) -> None:
    form = await world.ada.click(await world.draw(), label="Answer")
    world.wire.lose_answer(CALLBACK, lost())

    result = await world.ada.submit_modal(form, {"answer": ANSWER})

    assert f">>> {ANSWER}" in all_text(reply(result))
    assert result.followups == []
    assert own_messages(world) == 2
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


async def test_after_two_lost_tries_the_person_is_told_and_gets_the_text_back(world: World) -> None:
    form = await world.ada.click(await world.draw(), label="Answer")
    world.wire.lose_request(CALLBACK, reset(), times=2)

    result = await world.ada.submit_modal(form, {"answer": ANSWER})

    told = all_text(reply(result))
    assert "Something went wrong" in told
    assert vars(world.problem())["reference"] in told
    assert ">>>" not in told
    assert reply(result).ephemeral
    assert await whole(reply(result)) == [("your-answer.txt", ANSWER)]
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


async def test_a_debrief_that_arrived_before_the_line_went_dead_is_followed_by_no_failure(world: World) -> None:
    form = await world.ada.click(await world.draw(), label="Answer")
    world.wire.lose_answer(CALLBACK, reset())
    world.wire.lose_request(CALLBACK, reset())

    result = await world.ada.submit_modal(form, {"answer": ANSWER})

    assert f">>> {ANSWER}" in all_text(reply(result))
    assert result.followups == []
    assert own_messages(world) == 2
    world.problem()


async def test_what_discord_refuses_is_not_sent_again(world: World) -> None:
    form = await world.ada.click(await world.draw(), label="Answer")
    world.env.inject_error("POST", "/interactions/*/callback", status=400, code=50035, message="Invalid Form Body")

    result = await world.ada.submit_modal(form, {"answer": ANSWER})

    assert vars(world.problem())["reference"] in all_text(reply(result))


async def test_the_file_of_a_long_answer_is_whole_at_the_second_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    form = await world.ada.click(await world.draw(), label="Answer")
    original = FakeWebhookAdapter.request
    tries = []

    async def broken_on_the_way(end: FakeWebhookAdapter, *args: Any, **kwargs: Any) -> Any:
        tries.append(len(kwargs["files"]))
        if len(tries) == 1:
            for file in kwargs["files"]:
                file.fp.read()  # it went out, and the connection broke before all had arrived
            raise reset()
        return await original(end, *args, **kwargs)

    monkeypatch.setattr(FakeWebhookAdapter, "request", broken_on_the_way)

    debrief = reply(await world.ada.submit_modal(form, {"answer": LONG}))

    assert tries == [1, 1]
    assert await whole(debrief) == [("answer.txt", LONG)]


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_debrief_changes_in_place_over_a_broken_connection(world: World, arrived: bool) -> None:
    debrief = reply(await world.answer(await world.draw(), ANSWER))
    form = await world.ada.click(debrief, label="Edit answer")
    (world.wire.lose_answer if arrived else world.wire.lose_request)(CALLBACK, reset())

    result = await world.ada.submit_modal(form, {"answer": LONG})

    assert "A sentence about replicas" in all_text(debrief)
    assert await whole(debrief) == [("answer.txt", LONG)]
    assert result.followups == []
    assert own_messages(world) == 2


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_form_opens_over_a_broken_connection(world: World, arrived: bool) -> None:
    card = await world.draw()
    (world.wire.lose_answer if arrived else world.wire.lose_request)(CALLBACK, reset())

    opened = await world.ada.click(card, label="Answer")

    assert opened.modal is not None
    assert opened.modal["title"] == "Your answer"
    assert opened.followups == []
    assert own_messages(world) == 1


async def test_a_card_whose_answer_was_lost_stands_there_once(world: World) -> None:
    world.wire.lose_request(CALLBACK, reset())

    card = await world.draw()

    assert "Answer" in buttons(card)
    assert own_messages(world) == 1

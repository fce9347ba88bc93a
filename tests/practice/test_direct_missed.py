"""Direct messages that are slow, missed, in a stranger's hands, or that the database will not take."""

from typing import Any

import pytest
import simcord
from simcord import interactions
from simcord.backend import serializers
from simcord.enums import ComponentType, InteractionType
from sqlalchemy import text

from bot.storage.tables import answer_parts, answer_versions, attempts, postings, practice_counts
from tests.conftest import World, all_text, buttons, reply
from tests.faults import EDIT, HISTORY, server_error

FIRST = "I would put a queue in front of the model."
SECOND = "Behind it a cache, because a third of the messages repeat."
MINUTES = 10


def said(world: World, person: simcord.MemberActor | None = None) -> list[Any]:
    """What the bot has sent to somebody's direct messages, oldest first."""
    who = person or world.ada
    return [message for message in who.user.dm_channel.history() if message.author.id != who.id]


async def versions(world: World) -> list[tuple[str, bool]]:
    """Every text that was submitted, and whether it was late."""
    return [(row["text"], row["late"]) for row in await world.rows(answer_versions)]


def press(world: World, person: simcord.MemberActor, message: Any, custom_id: str) -> simcord.InteractionResult:
    """A press in direct messages that the bot has not heard of until `env.settle`."""
    channel_id = person.user.dm_channel.id
    backend = world.env.backend
    data = {"custom_id": custom_id, "component_type": ComponentType.BUTTON}
    kind = InteractionType.MESSAGE_COMPONENT
    record, payload = interactions.base_payload(backend, type=kind, channel_id=channel_id, guild_id=None, user_id=person.id, data=data)
    record.source_message_id = message.id
    payload["message"] = dict(serializers.message_payload(backend, backend.get_message(channel_id, message.id)))
    button = {"type": ComponentType.BUTTON, "style": 2, "label": "?", "custom_id": custom_id}
    payload["message"]["components"] = [{"type": ComponentType.ACTION_ROW, "components": [button]}]
    backend.emit("INTERACTION_CREATE", payload)
    return simcord.InteractionResult(world.env, record)


async def a_while(world: World) -> None:
    """As long as it takes the bot to store what has come, if it does not wait for something."""
    for _ in range(20):
        await world.rows(answer_parts)


async def test_done_does_not_overtake_a_message_on_its_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.draw(where="dm")
    card = said(world)[0]
    http = world.app.client.http
    download = http.get_from_cdn

    async def slowly(url: str) -> bytes:
        await a_while(world)
        return await download(url)

    monkeypatch.setattr(http, "get_from_cdn", slowly)
    backend = world.env.backend
    files = backend.store_attachments(world.ada.user.dm_channel.id, (("message.txt", FIRST.encode()),))
    backend.create_message(world.ada.user.dm_channel.id, world.ada.id, "", attachments=files)
    done = press(world, world.ada, card, "done:1")
    await world.env.settle()

    assert FIRST in all_text(reply(done))
    assert await versions(world) == [(FIRST, False)]


async def test_done_pressed_twice_at_once_is_answered_twice_and_counted_once(world: World) -> None:
    await world.draw(where="dm")
    await world.ada.send_dm(FIRST)
    card = said(world)[0]

    presses = [press(world, world.ada, card, "done:1") for _ in range(2)]
    await world.env.settle()

    assert all(FIRST in all_text(reply(each)) for each in presses)
    assert await versions(world) == [(FIRST, False)]
    assert [row["count"] for row in await world.rows(practice_counts)] == [1]


async def test_done_after_a_start_at_which_nothing_could_be_read_reads_first(world: World) -> None:
    await world.draw(where="dm")
    world.app.client.direct = None
    await world.ada.send_dm(FIRST)
    world.wire.lose_request(HISTORY, server_error())
    await world.restart()
    await world.env.settle()
    assert await world.rows(answer_parts) == []

    await world.ada.user.click(said(world)[0], label="Done")

    assert await versions(world) == [(FIRST, False)]


async def test_a_message_used_as_a_part_is_still_there_when_the_draft_is_read_again(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.env.advance_time(30)
    message = await world.ada.send(world.channel, FIRST)
    await world.env.advance_time(30)
    await world.ada.context_menu(world.channel, "Use as my answer", message)
    await world.ada.send_dm(SECOND)

    await world.restart()
    await world.env.settle()
    await world.env.advance_time(MINUTES * 60)

    assert await versions(world) == [(f"{FIRST}\n{SECOND}", False)]


async def test_what_was_typed_before_and_after_the_deadline_while_the_bot_was_down_is_kept_as_both(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    world.app.client.direct = None
    await world.ada.send_dm(FIRST)
    await world.app.timers.stop(0)
    world.env.backend.advance_clock(MINUTES * 60 + 60)
    await world.ada.send_dm(SECOND)

    await world.restart(down_s=60)
    await world.env.settle()

    assert await versions(world) == [(FIRST, False), (f"{FIRST}\n{SECOND}", True)]
    assert [row["count"] for row in await world.rows(practice_counts)] == [1]


async def test_late_parts_and_edits_while_the_bot_was_down_are_kept_as_late_though_the_hour_is_over(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    message = await world.ada.send_dm(FIRST)
    await world.env.advance_time(MINUTES * 60 + 1)
    world.app.client.direct = None
    await world.env.advance_time(60)
    await world.ada.user.edit(message, "I would put two queues in front of the model.")
    await world.ada.send_dm(SECOND)

    await world.restart(down_s=3 * 60 * 60)
    await world.env.settle()

    assert (await versions(world))[-1] == (f"I would put two queues in front of the model.\n{SECOND}", True)
    assert [row["draft"] for row in await world.rows(attempts)] == [False]


async def test_an_edit_after_the_deadline_while_the_bot_was_down_is_kept_as_late(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    message = await world.ada.send_dm(FIRST)
    await world.env.advance_time(MINUTES * 60 + 1)
    world.app.client.direct = None
    await world.ada.user.edit(message, "I would put two queues in front of the model.")

    await world.restart(down_s=60)
    await world.env.settle()

    assert await versions(world) == [(FIRST, False), ("I would put two queues in front of the model.", True)]


async def test_a_deletion_after_the_deadline_is_another_version_and_late(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    message = await world.ada.send_dm(SECOND)
    await world.env.advance_time(MINUTES * 60 + 1)

    await world.ada.user.delete(message)

    assert await versions(world) == [(f"{FIRST}\n{SECOND}", False), (FIRST, True)]


async def test_a_message_that_comes_while_a_draft_is_read_again_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    http = world.app.client.http
    read = http.logs_from

    async def slowly(*args: Any, **options: Any) -> Any:
        found = await read(*args, **options)
        if not any(message["content"] == SECOND for message in found):
            world.env.backend.create_message(world.ada.user.dm_channel.id, world.ada.id, SECOND)
        await a_while(world)
        return found

    monkeypatch.setattr(http, "logs_from", slowly)
    await world.app.client.on_ready()
    await world.env.settle()

    assert [row["text"] for row in await world.rows(answer_parts)] == [FIRST, SECOND]


async def test_a_draft_that_another_one_ended_empty_closes_its_card(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)

    asked = await world.draw(difficulty="easy", where="dm")
    await world.ada.click(asked, label="Send it and begin")
    await world.env.advance_time(1)

    assert "Ended early" in all_text(said(world)[0])
    first, second = await world.rows(postings)
    assert first["closed"] is not None
    assert second["closed"] is None
    assert await versions(world) == []


async def test_a_card_that_was_deleted_keeps_nothing_from_being_sent(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    world.env.backend.delete_message(world.ada.user.dm_channel.id, said(world)[0].id)
    await world.env.settle()

    await world.env.advance_time(MINUTES * 60 + 1)

    assert await versions(world) == [(FIRST, False)]
    assert any("Debrief:" in all_text(message) for message in said(world))


async def test_done_is_answered_though_its_card_cannot_be_changed(world: World) -> None:
    await world.draw(where="dm")
    await world.ada.send_dm(FIRST)
    world.wire.lose_request(EDIT, server_error())

    debrief = reply(await world.ada.user.click(said(world)[0], label="Done"))

    assert FIRST in all_text(debrief)
    assert not any("went wrong" in all_text(message) for message in said(world))


async def test_a_message_that_cannot_be_stored_is_answered_and_not_marked(world: World) -> None:
    await world.draw(where="dm")
    trigger = "CREATE TRIGGER full BEFORE INSERT ON answer_parts BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    await world.app.db.write(lambda conn: conn.execute(text(trigger)))

    message = await world.ada.send_dm(FIRST)

    told = all_text(said(world)[-1])
    assert "not in your answer yet" in told
    assert vars(world.problem())["reference"] in told
    fresh = next(each for each in world.ada.user.dm_channel.history() if each.id == message.id)
    assert fresh.reactions == []


async def test_a_stranger_gets_nothing_from_the_buttons_of_another_ones_draft(world: World) -> None:
    await world.draw(where="dm", minutes=MINUTES)
    await world.ada.send_dm(FIRST)
    mine = await world.bob.send_dm("Hello?")
    title = all_text(said(world)[0]).splitlines()[0].removeprefix("### ")

    for custom_id in ("done:1", "end-draft:1", "keep-draft:1", "answer-in-dm:1", "answer-in-dm-anyway:1", "go-private:1"):
        result = press(world, world.bob, mine, custom_id)
        await world.env.settle()
        seen = [*([result.response] if result.response else []), *result.followups]
        assert seen, custom_id
        assert not any(title in all_text(each) or FIRST in all_text(each) for each in seen), custom_id

    assert await versions(world) == []
    (attempt,) = await world.rows(attempts)
    assert attempt["user_id"] == world.ada.id
    assert attempt["draft"]
    assert (await world.rows(postings))[0]["closed"] is None
    assert "Done" in buttons(said(world)[0])

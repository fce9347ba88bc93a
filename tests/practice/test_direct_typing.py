"""Answering in direct messages: the card there, and every message under it."""

from typing import Any

import pytest

from bot.storage.tables import answer_parts, answer_versions, attempts, postings, practice_counts
from tests.conftest import World, all_text, buttons, reply

FIRST = "I would put a queue in front of the model."
SECOND = "Behind it a cache, because a third of the messages repeat."


def said(world: World) -> list[Any]:
    """What the bot has sent to Ada's direct messages, oldest first."""
    return [message for message in world.ada.user.dm_channel.history() if message.author.id != world.ada.id]


def stored(message: Any, world: World) -> bool:
    """Whether a message of Ada's carries the mark that it is stored."""
    fresh = next(each for each in world.ada.user.dm_channel.history() if each.id == message.id)
    return [str(reaction.emoji) for reaction in fresh.reactions] == ["✅"]


async def texts(world: World) -> list[str]:
    """Every text that was submitted."""
    return [row["text"] for row in await world.rows(answer_versions)]


async def test_a_question_asked_for_in_direct_messages_comes_there_and_a_link_leads_to_it(world: World) -> None:
    link = await world.draw(where="dm", minutes=20)

    (card,) = said(world)
    assert buttons(card) == ["Done", "Hint", "End now"]
    assert "20 min" in all_text(card)
    assert f"https://discord.com/channels/@me/{world.ada.user.dm_channel.id}/{card.id}" in all_text(link)
    assert world.cards() == []


async def test_answer_in_dm_brings_the_question_of_the_channel_and_leaves_the_card_there_open(world: World) -> None:
    card = await world.draw()

    link = reply(await world.bob.click(card, label="Answer in DM"))

    (message,) = world.bob.user.dm_channel.history()
    assert buttons(message) == ["Done", "Hint", "End now"]
    assert str(message.id) in all_text(link)
    assert link.ephemeral
    assert "Answer" in buttons(card)
    assert world.edits(card) == 0


async def test_answer_in_dm_pressed_twice_brings_one_card(world: World) -> None:
    card = await world.draw()

    for _ in range(2):
        world.press(card, f"answer-in-dm:{(await world.rows(postings))[0]['id']}")
    await world.env.settle()

    assert len(said(world)) == 1


async def test_each_message_is_stored_and_marked_and_done_sends_them_all(world: World) -> None:
    await world.draw(where="dm")
    messages = [await world.ada.send_dm(text) for text in (FIRST, SECOND)]
    assert [stored(message, world) for message in messages] == [True, True]
    assert [row["text"] for row in await world.rows(answer_parts)] == [FIRST, SECOND]

    debrief = reply(await world.ada.user.click(said(world)[0], label="Done"))

    assert FIRST in all_text(debrief)
    assert SECOND in all_text(debrief)
    assert await texts(world) == [f"{FIRST}\n{SECOND}"]
    card = said(world)[0]
    assert "Sent" in all_text(card)
    assert buttons(card) == ["Model answer", "My debrief"]


async def test_edits_and_deletions_are_followed(world: World) -> None:
    await world.draw(where="dm")
    first, second, third = [await world.ada.send_dm(text) for text in (FIRST, SECOND, "Never mind this.")]

    await world.ada.user.edit(second, "Behind it no cache.")
    await world.ada.user.delete(third)
    await world.ada.user.click(said(world)[0], label="Done")

    assert await texts(world) == [f"{FIRST}\nBehind it no cache."]
    assert stored(first, world)


def attached(world: World, *files: tuple[str, bytes]) -> Any:
    """Files as a client of Ada's uploads them."""
    return world.env.backend.store_attachments(world.ada.user.dm_channel.id, files)


async def test_a_long_paste_that_became_a_file_is_part_of_the_answer(world: World) -> None:
    await world.draw(where="dm")
    pasted = "A queue, then a cache. " * 200

    message = await world.ada.send_dm("In short:", attachments=attached(world, ("message.txt", pasted.encode())))
    await world.ada.user.click(said(world)[0], label="Done")

    assert stored(message, world)
    assert await texts(world) == [f"In short:\n{pasted}"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("voice-message.ogg", b"OggS"), ("diagram.png", b"\x89PNG"), ("long.txt", b"a" * (64 * 1024 + 1)), ("old.txt", b"\xff\xfe\xfa")],
)
async def test_what_cannot_be_read_is_answered_with_a_sentence(world: World, name: str, content: bytes) -> None:
    await world.draw(where="dm")

    message = await world.ada.send_dm("", attachments=attached(world, (name, content)))

    assert "**not** in your answer" in all_text(said(world)[-1])
    assert not stored(message, world)
    assert await world.rows(answer_parts) == []


async def test_text_beside_a_picture_is_kept_and_the_picture_is_answered_with_a_sentence(world: World) -> None:
    await world.draw(where="dm")

    message = await world.ada.send_dm(FIRST, attachments=attached(world, ("diagram.png", b"\x89PNG")))

    assert stored(message, world)
    assert "**not** in your answer" in all_text(said(world)[-1])


async def test_more_than_an_answer_may_have_is_refused_in_a_sentence_and_shortened_by_an_edit_it_is_taken(world: World) -> None:
    await world.draw(where="dm")
    await world.ada.send_dm("", attachments=attached(world, ("message.txt", b"a" * 19_000)))

    message = await world.ada.send_dm("b" * 1_000)
    assert "20,000 characters" in all_text(said(world)[-1])
    assert not stored(message, world)

    await world.ada.user.edit(message, "b" * 999)
    assert stored(message, world)
    assert [len(row["text"]) for row in await world.rows(answer_parts)] == [19_000, 999]


async def test_an_edit_for_which_there_is_no_room_is_refused_in_a_sentence(world: World) -> None:
    await world.draw(where="dm")
    await world.ada.send_dm("", attachments=attached(world, ("message.txt", b"a" * 19_900)))
    message = await world.ada.send_dm("short")

    await world.ada.user.edit(message, "b" * 1_000)

    assert "change is **not** in your answer" in all_text(said(world)[-1])
    assert (await world.rows(answer_parts))[-1]["text"] == "short"


async def test_done_twice_counts_once(world: World) -> None:
    await world.draw(where="dm", minutes=10)
    await world.ada.send_dm(FIRST)
    await world.env.advance_time(8 * 60 + 1)
    card, nudge = said(world)

    first = await world.ada.user.click(card, label="Done")
    second = await world.ada.user.click(nudge, label="Done")

    assert FIRST in all_text(reply(first))
    assert FIRST in all_text(reply(second))
    assert await texts(world) == [FIRST]
    assert [row["count"] for row in await world.rows(practice_counts)] == [1]


async def test_done_with_nothing_typed_says_what_to_do_and_the_draft_stays(world: World) -> None:
    await world.draw(where="dm")

    answer = reply(await world.ada.user.click(said(world)[0], label="Done"))
    assert "nothing to send yet" in all_text(answer)

    await world.ada.send_dm(FIRST)
    await world.ada.user.click(said(world)[0], label="Done")
    assert await texts(world) == [FIRST]


async def test_with_nothing_open_a_direct_message_gets_the_help(world: World) -> None:
    await world.ada.send_dm("Hello?")

    assert "/interview medium" in all_text(said(world)[-1])
    assert await world.rows(answer_parts) == []


async def test_a_hint_in_direct_messages_is_counted(world: World) -> None:
    await world.draw(where="dm")

    hint = reply(await world.ada.user.click(said(world)[0], label="Hint"))

    assert "Hint 1 of" in all_text(hint)
    assert [row["hints"] for row in await world.rows(attempts)] == [1]

"""`Use as my answer`: a message that somebody has sent becomes their answer, after a question where it is not clear which."""

from typing import Any

import simcord
from simcord.enums import ComponentType, InteractionType
from sqlalchemy import delete

from bot.storage.tables import answer_parts, answer_versions, attempts, offered_texts, postings, practice_counts
from tests.conftest import World, all_text, buttons, reply

USE = "Use as my answer"
DEFERRED = 5  # "the bot is thinking" (Discord, "Interaction Callback Type")
ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."
OTHER = "I would rather shed load early, and tell callers to come back after a second or two."


async def used(world: World, message: Any, person: simcord.MemberActor | None = None) -> simcord.InteractionResult:
    """A person opens the menu of a message and chooses the command."""
    return await (person or world.ada).context_menu(world.channel, USE, message)


async def versions(world: World) -> list[tuple[int, str, bool]]:
    """Every text that was submitted: posting, text, late."""
    posting_of = {row["id"]: row["posting_id"] for row in await world.rows(attempts)}
    return [(posting_of[row["attempt_id"]], row["text"], row["late"]) for row in await world.rows(answer_versions)]


async def counts(world: World) -> list[int]:
    """How often each person has practised each question."""
    return [row["count"] for row in await world.rows(practice_counts)]


def choice_of(shown: simcord.ResponseMessage, posting_id: int) -> str:
    """The custom_id of the button that chooses this posting."""
    rows = [part for container in shown.components for part in container["components"] if part["type"] == 1]
    (custom_id,) = [each["custom_id"] for row in rows for each in row["components"] if each["custom_id"].startswith(f"use-for:{posting_id}:")]
    return str(custom_id)


async def in_dm(world: World, **options: Any) -> Any:
    """A person draws a question into their direct messages; returns its card there."""
    await world.draw(where="dm", **options)
    return world.ada.user.dm_channel.history()[-1]


# One question waits


async def test_ones_own_message_becomes_the_answer_to_the_one_open_question(world: World) -> None:
    await world.draw()
    message = await world.ada.send(world.channel, ANSWER)

    result = await used(world, message)

    assert reply(result).ephemeral
    assert "Debrief" in all_text(reply(result))
    assert ANSWER in all_text(reply(result))
    assert await versions(world) == [(1, ANSWER, False)]
    assert [row["source"] for row in await world.rows(attempts)] == ["message"]
    assert await counts(world) == [1]


async def test_a_message_answers_a_card_in_its_channel_that_somebody_else_drew(world: World) -> None:
    await world.draw(world.ada)

    await used(world, await world.bob.send(world.channel, OTHER), world.bob)

    assert [(row["user_id"], row["posting_id"]) for row in await world.rows(attempts)] == [(world.bob.id, 1)]


async def test_a_card_elsewhere_or_for_somebody_else_alone_is_not_answered_by_a_message_here(world: World) -> None:
    other = world.guild.create_text_channel("elsewhere")
    await world.ada.slash(other, "interview medium")
    await world.draw(world.ada, where="private")

    result = await used(world, await world.bob.send(world.channel, OTHER), world.bob)

    assert "no open question" in all_text(reply(result))
    assert await world.rows(attempts) == []


async def test_ones_own_private_card_is_answered_from_another_channel(world: World) -> None:
    other = world.guild.create_text_channel("elsewhere")
    await world.ada.slash(other, "interview medium", where="private")

    await used(world, await world.ada.send(world.channel, ANSWER))

    assert await versions(world) == [(1, ANSWER, False)]


async def test_somebody_elses_message_is_refused(world: World) -> None:
    await world.draw(world.bob)
    message = await world.ada.send(world.channel, ANSWER)

    result = await used(world, message, world.bob)

    assert "not yours" in all_text(reply(result))
    assert reply(result).ephemeral
    assert await world.rows(attempts) == []
    assert await world.rows(offered_texts) == []


async def test_with_nothing_open_one_is_told_how_to_draw_a_question(world: World) -> None:
    await world.draw(minutes=5)
    await world.env.advance_time(5 * 60)

    result = await used(world, await world.ada.send(world.channel, ANSWER))

    assert "no open question" in all_text(reply(result))
    assert "/interview any" in all_text(reply(result))
    assert await world.rows(offered_texts) == []


async def test_a_hint_taken_before_does_not_hide_the_question(world: World) -> None:
    await world.ada.click(await world.draw(), label="Hint")

    await used(world, await world.ada.send(world.channel, ANSWER))

    assert await versions(world) == [(1, ANSWER, False)]


# What is in a message


async def test_text_files_are_read_with_the_message_they_hang_on(world: World) -> None:
    await world.draw()
    message = await world.ada.send(world.channel, "In short:", attachments=[("message.txt", ANSWER.encode()), ("more.md", OTHER.encode())])

    result = await used(world, message)

    assert await versions(world) == [(1, f"In short:\n{ANSWER}\n{OTHER}", False)]
    answers = [payload for kind, what, payload in world.env.backend.transcript if kind == "HTTP" and what.endswith("/callback")]
    assert answers[-1]["type"] == DEFERRED  # a file may take longer to read than Discord waits for an answer
    assert reply(result).ephemeral
    assert OTHER in all_text(reply(result))


async def test_what_could_not_be_read_is_named(world: World) -> None:
    await world.draw()
    message = await world.ada.send(world.channel, ANSWER, attachments=[("board.png", b"\x89PNG"), ("long.txt", b"x" * 65_537)])

    result = await used(world, message)

    assert await versions(world) == [(1, ANSWER, False)]
    said = [all_text(each) for each in [reply(result), *result.followups]]
    assert any("**not** in your answer" in each for each in said)
    assert all(each.ephemeral for each in result.followups)


async def test_a_message_without_text_is_refused(world: World) -> None:
    await world.draw()

    for attachments in ([("board.png", b"\x89PNG")], [("long.txt", b"x" * 65_537)], [("latin.txt", "Füße".encode("latin-1"))]):
        result = await used(world, await world.ada.send(world.channel, "", attachments=attachments))

        assert "no text in that message" in all_text(reply(result))
    assert await world.rows(attempts) == []


async def test_twenty_thousand_characters_are_an_answer_and_one_more_is_too_long(world: World) -> None:
    await world.draw()
    longest = "a queue before it. " * 1_052 + "and retries."
    assert len(longest) == 20_000
    too_long = await world.ada.send(world.channel, "", attachments=[("message.txt", f"{longest}!".encode())])
    just_right = await world.ada.send(world.channel, "", attachments=[("message.txt", longest.encode())])

    refused = await used(world, too_long)
    kept = await used(world, just_right)

    assert "longer than 20,000 characters" in all_text(reply(refused))
    assert await versions(world) == [(1, longest, False)]
    (file,) = reply(kept).attachments
    assert (await file.read()).decode() == longest


# Several wait


async def test_with_several_open_the_person_chooses_the_newest_first(world: World) -> None:
    for difficulty in ("easy", "medium"):
        await world.draw(difficulty=difficulty)
    titles = [world.bank.question(row["question_id"]).title for row in await world.rows(postings)]  # type: ignore[union-attr]

    shown = reply(await used(world, await world.ada.send(world.channel, ANSWER)))
    said = all_text(shown)
    before = await versions(world)
    await world.ada.click(shown, custom_id=choice_of(shown, 1))

    assert shown.ephemeral
    assert said.index(titles[1]) < said.index(titles[0])
    assert before == []
    assert await versions(world) == [(1, ANSWER, False)]


async def test_the_choice_becomes_the_debrief_and_the_text_is_no_longer_on_offer(world: World) -> None:
    await world.draw()
    await world.draw()
    shown = reply(await used(world, await world.ada.send(world.channel, ANSWER)))
    assert buttons(shown) == ["This one", "This one"]
    custom_id = choice_of(shown, 2)

    await world.ada.click(shown, custom_id=custom_id)
    again = world.press(shown, custom_id)
    await world.env.settle()

    assert "Debrief" in all_text(shown)
    assert "no longer have the text" in all_text(reply(again))
    assert await versions(world) == [(2, ANSWER, False)]
    assert await world.rows(offered_texts) == []


async def test_the_choice_may_be_made_after_a_restart_and_after_the_message_was_deleted(world: World) -> None:
    await world.draw()
    await world.draw()
    message = await world.ada.send(world.channel, ANSWER)
    shown = reply(await used(world, message))
    await world.ada.delete(message)

    await world.restart(60)
    await world.ada.click(shown, custom_id=choice_of(shown, 1))

    assert "Debrief" in all_text(shown)
    assert await versions(world) == [(1, ANSWER, False)]


async def test_a_choice_made_after_the_deadline_keeps_the_text_as_late(world: World) -> None:
    await world.draw(minutes=5)
    await world.draw(minutes=5)
    shown = reply(await used(world, await world.ada.send(world.channel, ANSWER)))

    await world.env.advance_time(6 * 60)
    await world.ada.click(shown, custom_id=choice_of(shown, 1))

    assert await versions(world) == [(1, ANSWER, True)]


async def test_a_choice_that_was_made_in_time_and_arrived_after_it_is_not_late(world: World) -> None:
    await world.draw(minutes=5)
    await world.draw(minutes=5)
    shown = reply(await used(world, await world.ada.send(world.channel, ANSWER)))
    await world.env.advance_time(5 * 60 - 1)
    data = {"custom_id": choice_of(shown, 1), "component_type": ComponentType.BUTTON}
    pressed = world._made(InteractionType.MESSAGE_COMPONENT, data, world.ada, shown)
    await world.env.advance_time(2)

    world._arrive(*pressed)
    await world.env.settle()

    assert await versions(world) == [(1, ANSWER, False)]


async def test_a_stranger_who_presses_the_choice_gets_nothing_and_takes_nothing(world: World) -> None:
    await world.draw()
    await world.draw()
    shown = reply(await used(world, await world.ada.send(world.channel, ANSWER)))

    stranger = world.press(shown, choice_of(shown, 1), world.bob)
    await world.env.settle()

    assert ANSWER not in all_text(reply(stranger))
    assert "no longer have the text" in all_text(reply(stranger))
    assert await world.rows(attempts) == []
    assert [row["text"] for row in await world.rows(offered_texts)] == [ANSWER]


async def test_a_choice_whose_question_was_erased_gives_the_text_back(world: World) -> None:
    await world.draw()
    await world.draw()
    shown = reply(await used(world, await world.ada.send(world.channel, ANSWER)))
    custom_id = choice_of(shown, 1)
    await world.app.db.write(lambda conn: conn.execute(delete(postings).where(postings.c.id == 1)))

    result = await world.ada.click(shown, custom_id=custom_id)

    (file,) = reply(result).attachments
    assert (file.filename, (await file.read()).decode()) == ("your-answer.txt", ANSWER)


# None waits, but one may still be changed


async def test_the_last_answer_is_replaced_after_the_person_says_so(world: World) -> None:
    await world.answer(await world.draw(), ANSWER)

    shown = reply(await used(world, await world.ada.send(world.channel, OTHER)))
    asked, before = buttons(shown), await versions(world)
    await world.ada.click(shown, label="Replace my answer")

    assert asked == ["Replace my answer"]
    assert before == [(1, ANSWER, False)]
    assert await versions(world) == [(1, ANSWER, False), (1, OTHER, False)]
    assert OTHER in all_text(shown)
    assert await counts(world) == [1]


async def test_an_answer_whose_model_answer_was_seen_is_not_offered_for_replacing(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), ANSWER))
    await world.ada.click(debrief, label="Model answer")

    result = await used(world, await world.ada.send(world.channel, OTHER))

    assert "no open question" in all_text(reply(result))
    assert await versions(world) == [(1, ANSWER, False)]


async def test_the_same_message_twice_is_one_answer(world: World) -> None:
    await world.draw()
    message = await world.ada.send(world.channel, ANSWER)

    await used(world, message)
    shown = reply(await used(world, message))
    await world.ada.click(shown, label="Replace my answer")

    assert await versions(world) == [(1, ANSWER, False)]
    assert await counts(world) == [1]


# A draft in direct messages


async def test_a_message_is_added_to_the_draft_and_sent_with_it(world: World) -> None:
    card = await in_dm(world)
    await world.ada.send_dm(ANSWER)
    message = await world.ada.send(world.channel, OTHER)
    await world.env.advance_time(2)

    result = await used(world, message)
    said, before = all_text(reply(result)), await versions(world)
    await world.ada.user.click(card, label="Done")

    assert "Added to your draft" in said
    assert before == []
    assert await versions(world) == [(1, f"{ANSWER}\n{OTHER}", False)]


async def test_the_same_message_twice_is_one_part_of_the_draft(world: World) -> None:
    await in_dm(world)
    message = await world.ada.send(world.channel, OTHER)
    await world.env.advance_time(2)

    for _ in range(2):
        await used(world, message)

    assert [row["text"] for row in await world.rows(answer_parts)] == [OTHER]


async def test_a_message_in_the_draft_is_still_in_it_after_a_restart_and_when_the_time_is_up(world: World) -> None:
    await in_dm(world, minutes=5)
    await world.ada.send_dm(ANSWER)
    message = await world.ada.send(world.channel, OTHER)
    await world.env.advance_time(2)
    await used(world, message)

    await world.restart(30)
    await world.env.advance_time(5 * 60)

    assert await versions(world) == [(1, f"{ANSWER}\n{OTHER}", False)]


async def test_a_message_is_added_to_a_sent_answer_that_is_being_changed_in_direct_messages(world: World) -> None:
    await world.draw()
    long = await world.ada.send(world.channel, "", attachments=[("message.txt", b"a queue before it. " * 300)])
    debrief = reply(await used(world, long))
    await world.ada.click(debrief, label="Edit answer")
    message = await world.ada.send(world.channel, OTHER)
    await world.env.advance_time(2)

    result = await used(world, message)

    assert "Added to your draft" in all_text(reply(result))
    assert OTHER in [row["text"] for row in await world.rows(answer_parts)]


async def test_a_message_for_which_the_draft_has_no_room_is_refused(world: World) -> None:
    await in_dm(world)
    paste = world.env.backend.store_attachments(world.ada.user.dm_channel.id, [("message.txt", b"x" * 19_990)])
    await world.ada.send_dm("", attachments=paste)
    message = await world.ada.send(world.channel, OTHER)
    await world.env.advance_time(2)

    result = await used(world, message)

    assert "longer than 20,000 characters" in all_text(reply(result))
    assert [len(row["text"]) for row in await world.rows(answer_parts)] == [19_990]


async def test_with_a_draft_and_a_card_open_the_person_chooses_which(world: World) -> None:
    await in_dm(world)
    await world.draw()
    message = await world.ada.send(world.channel, OTHER)
    await world.env.advance_time(2)

    shown = reply(await used(world, message))
    await world.ada.click(shown, custom_id=choice_of(shown, 1))

    assert "Added to your draft" in all_text(shown)
    assert [row["text"] for row in await world.rows(answer_parts)] == [OTHER]
    assert await world.rows(answer_versions) == []

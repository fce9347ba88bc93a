"""When the time of a daily is up: its answer is told, once, where people can talk about it."""

from typing import Any

import pytest
import simcord

from bot.storage.tables import attempts, daily_posts, postings
from tests.conftest import all_text, buttons, reply, texts
from tests.daily.conftest import Server
from tests.faults import SEND, reset, server_error

ANSWER = "I would measure which users are hit first, then put a queue in front of the model and roll back behind a flag."
THREAD = "POST /channels/*/messages/*/threads"


async def checked(server: Server, card: Any, person: simcord.MemberActor, *points: int) -> None:
    """Somebody answers, and ticks some points."""
    debrief = reply(await server.world.answer(card, ANSWER, person))
    form = await person.click(debrief, label="Self-check")
    await person.submit_modal(form, {"points": [str(point) for point in points]})


async def test_a_thread_opens_with_the_answer_the_mistakes_and_how_it_went(server: Server) -> None:
    world = server.world
    card = await server.posted(reveal_after=2, difficulty="medium")
    await checked(server, card, world.ada, 0, 1)
    await checked(server, card, world.bob, 0)

    assert not server.channel.threads
    await world.env.advance_time(2 * 3600)

    (posting,) = await world.rows(postings)
    question = world.bank.named(posting["question_id"])
    (thread,) = server.channel.threads
    told = "\n".join(all_text(each) for each in server.posts(thread))
    assert thread.name == f"2026-01-01 · {question.title}"
    assert question.answer.strip()[:200] in told
    assert all(mistake in told for mistake in question.mistakes)
    assert "**2 answered**, 2 said what they had covered" in told
    assert f"**Ticked most**, by 2:\n- {question.rubric[0].point}" in told
    assert "**Ticked least**, by nobody:" in told
    assert ANSWER[:30] not in told
    (after,) = server.posts()
    assert "**Time is up**" in all_text(after)
    assert "2 answered" in texts(after)
    assert buttons(after) == ["Model answer", "My debrief"]


async def test_the_ticks_of_one_person_alone_are_not_told(server: Server) -> None:
    world = server.world
    await checked(server, await server.posted(reveal_after=2), world.ada, 0)

    await world.env.advance_time(2 * 3600)

    told = all_text(server.posts(server.channel.threads[0])[-1])
    assert "**1 answered**" in told
    assert "icked" not in told


async def test_without_a_thread_it_comes_behind_a_spoiler(server: Server) -> None:
    world = server.world
    await server.posted(reveal_after=2, thread=False)

    await world.env.advance_time(2 * 3600)

    card, told = server.posts()
    assert not server.channel.threads
    assert "Time is up" in all_text(card)
    assert "Common mistakes" in all_text(told)
    assert told.components[0]["spoiler"] is True


async def test_in_a_forum_it_comes_into_the_post(server: Server) -> None:
    world = server.world
    forum = world.guild.create_forum_channel("forum")
    await world.env.settle()
    await server.schedule("01:00", channel=forum, reveal_after=2)

    await world.env.advance_time(3 * 3600)

    (thread,) = forum.threads
    card, told = server.posts(thread)
    assert "Time is up" in all_text(card)
    assert "Common mistakes" in all_text(told)
    assert not told.components[0].get("spoiler")


async def test_an_answer_is_revealed_after_a_restart_too(server: Server) -> None:
    world = server.world
    await server.posted(reveal_after=2)

    await world.restart(down_s=5 * 3600)
    await world.env.settle()

    assert "Common mistakes" in all_text(server.posts(server.channel.threads[0])[-1])
    assert (await world.rows(daily_posts))[0]["revealed"] is not None


@pytest.mark.parametrize("request_", [SEND, THREAD])
async def test_what_was_told_is_not_told_twice_when_its_confirmation_was_lost(server: Server, request_: str) -> None:
    world = server.world
    await server.posted(reveal_after=2)

    world.wire.lose_answer(request_, server_error() if request_ == SEND else reset())
    await world.env.advance_time(2 * 3600)
    await world.env.advance_time(60)

    assert "timer daily-reveal" in world.problem().getMessage()
    (thread,) = server.channel.threads
    assert sum("Common mistakes" in all_text(each) for each in server.posts(thread)) == 1


async def test_a_draft_that_the_reveal_has_sent_counts_and_its_author_gets_the_debrief(server: Server) -> None:
    world = server.world
    card = await server.posted(reveal_after=2)
    await world.ada.click(card, label="Answer in DM")
    await world.ada.send_dm(ANSWER)

    await world.env.advance_time(2 * 3600 + 60)

    assert "1 answered" in texts(server.posts()[0])
    assert any("### Debrief" in all_text(each) for each in world.ada.user.dm_channel.history())


async def test_an_answer_after_the_reveal_is_kept_late_and_changes_nothing_public(server: Server) -> None:
    world = server.world
    card = await server.posted(reveal_after=2)
    form = await world.ada.click(card, label="Answer")
    await world.env.advance_time(2 * 3600)
    edits = world.edits(card)

    debrief = reply(await world.ada.submit_modal(form, {"answer": ANSWER}))
    await world.env.advance_time(120)

    assert "late, kept all the same" in all_text(debrief)
    assert (await world.rows(attempts))[0]["late"]
    assert world.edits(card) == edits

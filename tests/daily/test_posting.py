"""A daily question in front of people: its card, how they answer it, and how many have."""

from datetime import timedelta

import pytest

from bot.storage.tables import daily_posts, postings, practice_counts
from tests.conftest import all_text, buttons, reply, texts
from tests.daily.conftest import Server
from tests.faults import EDIT, server_error

ANSWER = "I would measure which users are hit first, then put a queue in front of the model and roll back behind a flag."


async def test_the_post_is_the_card_of_practice_with_its_reveal_as_deadline(server: Server) -> None:
    card = await server.posted(difficulty="medium", reveal_after=6)

    (posting,) = await server.world.rows(postings)
    assert buttons(card) == ["Answer", "Answer in DM", "Hint", "My debrief", "Follow"]
    assert (posting["kind"], posting["owner_id"], posting["difficulty"]) == ("daily", 0, "medium")
    assert posting["closes"] - posting["opened"] == timedelta(hours=6)
    assert f"Model answer <t:{int(posting['closes'].timestamp())}:R>" in all_text(card)
    assert "0 answered" in texts(card)
    assert "Medium · " in all_text(card)


async def test_answers_by_form_by_dm_and_by_message_count_and_are_seen_by_their_authors_alone(server: Server) -> None:
    world = server.world
    card = await server.posted()
    cleo = world.guild.add_member(world.env.create_user("cleo", global_name="Cleo"))
    await world.env.advance_time(60)
    await world.ada.click(card, label="Answer")  # time runs from here, though she sends it later, from another form
    await world.env.advance_time(300)

    by_form = reply(await world.answer(card, ANSWER))
    await world.bob.click(card, label="Answer in DM")
    await world.bob.user.send_dm(ANSWER)
    done = next(each for each in world.bob.user.dm_channel.history() if "Done" in buttons(each))
    by_dm = reply(await world.bob.user.click(done, label="Done"))
    own = await cleo.send(server.channel, ANSWER)
    by_message = reply(await cleo.context_menu(server.channel, "Use as my answer", target=own))

    assert [seen.ephemeral for seen in (by_form, by_message)] == [True, True]
    assert "Took 5 min\n" in all_text(by_form)
    assert all("### Debrief" in all_text(seen) for seen in (by_form, by_dm, by_message))
    assert "Took" not in all_text(by_message)  # nobody knows when she began
    assert len(await world.rows(practice_counts)) == 3
    assert all(ANSWER[:30] not in all_text(each) for each in server.posts())


async def test_the_number_of_answers_is_kept_current_and_the_card_edited_at_most_once_a_minute(server: Server) -> None:
    world = server.world
    card = await server.posted()

    await world.answer(card, ANSWER)
    await world.env.settle()
    first = texts(server.posts()[0])
    await world.env.advance_time(20)
    await world.answer(card, ANSWER, world.bob)
    await world.env.advance_time(20)
    await world.answer(card, ANSWER, server.mia)
    await world.answer(card, ANSWER + " And more.", server.mia)  # a change is no further answer
    await world.env.advance_time(15)
    within = texts(server.posts()[0])
    edits = world.edits(card)
    await world.env.advance_time(10)

    assert "1 answered" in first
    assert "1 answered" in within
    assert edits == 1
    assert "3 answered" in texts(server.posts()[0])
    assert world.edits(card) == 2
    await world.env.advance_time(600)
    assert world.edits(card) == 2


async def test_a_count_that_discord_did_not_take_is_shown_later(server: Server) -> None:
    world = server.world
    card = await server.posted()

    world.wire.lose_request(EDIT, server_error())
    await world.answer(card, ANSWER)
    await world.env.advance_time(30)

    assert "timer daily-count" in world.problem().getMessage()
    assert "1 answered" in texts(server.posts()[0])


async def test_hints_before_the_first_press_of_answer_do_not_start_the_time(server: Server) -> None:
    world = server.world
    card = await server.posted()
    await world.ada.click(card, label="Hint")
    await world.env.advance_time(3600)

    form = await world.ada.click(card, label="Answer")
    await world.env.advance_time(120)
    debrief = reply(await world.ada.submit_modal(form, {"answer": ANSWER}))

    assert "Took 2 min · 1 hint" in all_text(debrief)


async def test_another_question_after_a_daily_is_for_oneself_alone(server: Server) -> None:
    world = server.world
    debrief = reply(await world.answer(await server.posted(), ANSWER))

    again = reply(await world.ada.click(debrief, label="Try again"))
    other = reply(await world.ada.click(debrief, label="Next question"))

    assert again.ephemeral
    assert other.ephemeral
    assert len(server.posts()) == 1
    asked = (await world.rows(postings))[1]
    assert asked["closes"] - asked["opened"] < timedelta(hours=1)


async def test_a_daily_keeps_nobody_from_drawing_three_questions(server: Server) -> None:
    world = server.world
    await server.posted()

    cards = [await world.draw(server.mia) for _ in range(3)]

    assert all("Answer" in buttons(card) for card in cards)


async def test_nobody_can_end_a_daily(server: Server) -> None:
    world = server.world
    card = await server.posted(channel=world.channel)

    pressed = world.press(card, "end:1", server.mia)
    await world.env.settle()

    assert "the server's daily one" in all_text(reply(pressed))
    assert (await world.rows(postings))[0]["closed"] is None


async def test_the_model_answer_stays_hidden_until_one_has_answered(server: Server) -> None:
    world = server.world
    card = await server.posted(channel=world.channel)

    before = world.press(card, "model:1", world.bob)
    await world.env.settle()
    debrief = reply(await world.answer(card, ANSWER))
    after = reply(await world.ada.click(debrief, label="Model answer"))

    assert "opens when you have answered" in all_text(reply(before))
    assert "**Model answer**" in all_text(after)
    assert after.ephemeral


@pytest.mark.parametrize("kind", ["news", "forum"])
async def test_it_is_posted_in_announcement_channels_and_forums(server: Server, kind: str) -> None:
    world = server.world
    channel = world.guild.create_news_channel("news") if kind == "news" else world.guild.create_forum_channel("forum")
    await world.env.settle()

    await server.schedule("01:00", channel=channel)
    await world.env.advance_time(3600)
    place = channel if kind == "news" else channel.threads[0]
    (card,) = server.posts(place)
    debrief = reply(await world.answer(card, ANSWER))
    await world.env.advance_time(61)

    (posting,) = await world.rows(postings)
    assert posting["channel_id"] == place.id
    assert (await world.rows(daily_posts))[0]["own_thread"] == (kind == "forum")
    assert "### Debrief" in all_text(debrief)
    assert "1 answered" in texts(server.posts(place)[0])
    if kind == "forum":
        assert place.name == f"2026-01-01 · {world.bank.named(posting['question_id']).title}"

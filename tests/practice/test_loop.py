"""Drawing a question: the command and its options, the card in the channel, and the limit of three."""

from datetime import timedelta
from itertools import count

import pytest
import simcord
from sqlalchemy import insert

from bot.bank.bank import Bank
from bot.bank.schema import TYPES, Difficulty, Question, Type
from bot.storage.tables import answer_versions, postings, practice_counts, question_totals, timers, user_settings
from bot.ui.times import countdown
from tests.conftest import World, all_text, buttons, reply, running, texts

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."


def bank_of(bank: Bank, *shapes: tuple[int, Difficulty, Type]) -> Bank:
    """Real questions with other labels: one for each (number of the topic, difficulty, type)."""
    questions = (question for topic in bank.topics for question in topic.questions)
    labelled = [(number, next(questions).model_copy(update={"difficulty": difficulty, "type": kind})) for number, difficulty, kind in shapes]
    return Bank.build(
        topic.model_copy(update={"questions": tuple(question for at, question in labelled if at == number)})
        for topic, number in zip(bank.topics, count(), strict=False)
        if any(at == number for at, _ in labelled)
    )


async def drawn(world: World) -> Question:
    """The question that was drawn last."""
    question = world.bank.question((await world.rows(postings))[-1]["question_id"])
    assert question is not None
    return question


async def test_a_medium_question_is_drawn_answered_and_debriefed(world: World) -> None:
    card = await world.draw(difficulty="medium")

    result = await world.answer(card, ANSWER)

    question = await drawn(world)
    assert question.difficulty == "medium"
    assert question.title in all_text(card)
    assert question.prompt.strip() in texts(card)
    assert reply(result).ephemeral
    assert question.title in all_text(reply(result))
    assert ANSWER in all_text(reply(result))
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard"])
async def test_each_command_draws_its_difficulty(world: World, difficulty: str) -> None:
    for _ in range(3):
        card = await world.draw(difficulty=difficulty)

        assert f"{difficulty.capitalize()} · " in all_text(card)
        assert (await drawn(world)).difficulty == difficulty


async def test_any_draws_from_all_difficulties(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, (0, "easy", "technical"), (0, "medium", "technical"), (0, "hard", "technical"))) as world:
        for _ in range(3):
            await world.draw(difficulty="any")

        assert {row["question_id"] for row in await world.rows(postings)} == {question.id for question in world.bank.topics[0].questions}


@pytest.mark.parametrize("kind", TYPES)
async def test_the_type_is_what_was_asked_for(world: World, kind: Type) -> None:
    card = await world.draw(difficulty="any", type=kind)

    assert (await drawn(world)).type == kind
    assert f" · {kind.capitalize()} · " in all_text(card)


async def test_a_topic_may_be_given_by_its_id_its_name_or_its_name_in_other_letters(world: World) -> None:
    topic = world.bank.topics[-1]
    for person, typed in ((world.ada, topic.id), (world.ada, topic.name), (world.bob, f"  {topic.name.upper()} ")):
        card = await world.draw(person, "any", topic=typed)

        assert world.bank.topic_of((await drawn(world)).id) == topic
        assert f" · {topic.name} · " in all_text(card)


async def test_topics_are_offered_by_parts_of_name_and_id_while_typing(world: World) -> None:
    topic = next(topic for topic in world.bank.topics if "-" in topic.id and topic.id not in topic.name.casefold())

    by_name = await world.ada.autocomplete(world.channel, "interview easy", "topic", topic.name[2:9].upper())
    by_id = await world.ada.autocomplete(world.channel, "interview easy", "topic", topic.id)
    everything = await world.ada.autocomplete(world.channel, "interview easy", "topic", "")
    nothing = await world.ada.autocomplete(world.channel, "interview easy", "topic", "no such topic")

    assert topic.name in [choice["name"] for choice in by_name]
    assert [choice["value"] for choice in by_id] == [topic.id]
    assert [choice["name"] for choice in everything] == [topic.name for topic in world.bank.topics][:25]
    assert nothing == []


async def test_a_topic_that_does_not_exist_is_answered_with_those_that_do(world: World) -> None:
    result = await world.ada.slash(world.channel, "interview easy", topic="**gardening** @everyone")

    assert reply(result).ephemeral
    assert "“gardening everyone”" in all_text(reply(result))
    assert all(topic.name in all_text(reply(result)) for topic in world.bank.topics)
    assert await world.rows(postings) == []


async def test_filters_that_fit_nothing_say_what_to_loosen_and_how_many_that_gives(database_url: str, bank: Bank) -> None:
    small = bank_of(bank, (0, "medium", "technical"), (0, "medium", "technical"), (1, "easy", "technical"))
    async with running(database_url, small) as world:
        result = await world.ada.slash(world.channel, "interview easy", topic=small.topics[0].id, type="technical")

        assert reply(result).ephemeral
        said = all_text(reply(result))
        assert f"no easy technical question in {small.topics[0].name}" in said
        assert "without the difficulty there are 2" in said
        assert "without the topic there is 1" in said
        assert "without the type" not in said
        assert await world.rows(postings) == []


async def test_filters_of_which_all_must_go_point_to_any_question(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, (0, "medium", "technical"), (0, "hard", "behavioral"))) as world:
        result = await world.ada.slash(world.channel, "interview easy", type="system design")

        assert all_text(reply(result)) == "There is no easy system design question yet. `/interview any` draws from all 2."


async def test_the_card_counts_down_to_the_minute_that_was_asked_for(world: World) -> None:
    card = await world.draw(minutes=7)

    (posting,) = await world.rows(postings)
    assert posting["closes"] == world.now() + timedelta(minutes=7)
    assert countdown(posting["closes"]) in all_text(card)
    assert "7 min" in all_text(card)


async def test_the_card_takes_as_long_as_the_question_says(world: World) -> None:
    await world.draw()

    (posting,) = await world.rows(postings)
    assert posting["closes"] == world.now() + timedelta(minutes=(await drawn(world)).minutes)


async def test_the_card_takes_as_long_as_its_starter_likes_unless_the_command_says_otherwise(world: World) -> None:
    await world.app.db.write(lambda conn: conn.execute(insert(user_settings), {"user_id": world.ada.id, "minutes": 17}))

    await world.draw(world.ada)
    await world.draw(world.ada, minutes=9)
    await world.draw(world.bob)

    own, said, others = [posting["closes"] - world.now() for posting in await world.rows(postings)]
    assert (own, said) == (timedelta(minutes=17), timedelta(minutes=9))
    assert others == timedelta(minutes=(await drawn(world)).minutes)


@pytest.mark.parametrize("minutes", [0, 181])
async def test_discord_itself_refuses_minutes_out_of_range(world: World, minutes: int) -> None:
    with pytest.raises(simcord.OptionError):
        await world.draw(minutes=minutes)


async def test_the_card_has_its_buttons_and_says_that_the_channel_is_not_read(world: World) -> None:
    card = await world.draw()

    assert not card.ephemeral
    assert buttons(card) == ["Answer", "Answer in DM", "Hint", "End now", "My debrief"]
    assert "not read" in all_text(card)


async def test_what_is_typed_in_the_channel_is_not_read(world: World) -> None:
    await world.draw()

    await world.ada.send(world.channel, ANSWER)

    assert len(world.channel.history()) == 2
    assert await world.rows(answer_versions) == []


async def test_the_card_shows_the_count_at_drawing_and_keeps_it(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, (0, "medium", "technical"))) as world:
        first = await world.draw()
        await world.answer(first, ANSWER, world.ada)
        await world.answer(first, ANSWER, world.bob)
        second = await world.draw()

        assert "· 0 practiced" in all_text(first)
        assert world.edits(first) == 0
        assert "· 2 practiced" in all_text(second)

        await world.answer(second, ANSWER, world.ada)
        await world.ada.click(second, label="End now")
        assert "· 2 practiced" in all_text(second)


async def test_counts_are_kept_for_each_person_and_each_question(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, (0, "medium", "technical"), (0, "hard", "technical"))) as world:
        medium, hard = (question.id for question in world.bank.topics[0].questions)
        first = await world.draw(difficulty="medium")
        await world.answer(first, ANSWER, world.ada)
        await world.answer(first, ANSWER, world.bob)
        await world.answer(await world.draw(difficulty="medium"), ANSWER, world.ada)
        await world.answer(await world.draw(difficulty="hard"), ANSWER, world.bob)

        counts = {(row["user_id"], row["question_id"]): row["count"] for row in await world.rows(practice_counts)}
        totals = {row["question_id"]: row["count"] for row in await world.rows(question_totals)}
        assert counts == {(world.ada.id, medium): 2, (world.bob.id, medium): 1, (world.bob.id, hard): 1}
        assert totals == {medium: 3, hard: 1}


async def test_a_fourth_open_card_is_answered_with_the_three(world: World) -> None:
    for _ in range(3):
        await world.draw()
    titles = [texts(card)[0].removeprefix("### ") for card in world.cards()]

    result = await world.ada.slash(world.channel, "interview easy")

    assert reply(result).ephemeral
    assert buttons(reply(result)) == ["Show again", "End"] * 3
    assert all(title in all_text(reply(result)) for title in titles)
    assert len(world.cards()) == len(await world.rows(postings)) == 3


async def test_open_cards_are_counted_for_each_person(world: World) -> None:
    for _ in range(3):
        await world.draw(world.ada)

    card = await world.draw(world.bob)

    assert "Answer" in buttons(card)


async def test_an_answered_card_makes_room_for_another(world: World) -> None:
    first, _, _ = [await world.draw() for _ in range(3)]

    await world.answer(first, ANSWER)

    assert "Answer" in buttons(await world.draw())


async def test_somebody_elses_answer_makes_no_room(world: World) -> None:
    first, _, _ = [await world.draw() for _ in range(3)]

    await world.answer(first, ANSWER, world.bob)

    assert "Answer" not in buttons(await world.draw())


async def test_end_in_the_list_closes_that_card_and_makes_room(world: World) -> None:
    first, second, _ = [await world.draw() for _ in range(3)]
    shown = await world.draw()

    result = await world.ada.click(shown, custom_id="end-listed:1")

    assert "is closed" in all_text(reply(result))
    assert "Ended early" in all_text(first)
    assert buttons(first) == ["Model answer", "My debrief"]
    assert world.edits(first) == 1
    assert world.edits(second) == 0
    assert "Answer" in buttons(await world.draw())


async def test_show_again_gives_a_private_copy_that_takes_an_answer(world: World) -> None:
    first, _, _ = [await world.draw() for _ in range(3)]
    copy = reply(await world.ada.click(await world.draw(), custom_id="show:1"))

    result = await world.answer(copy, ANSWER)

    assert copy.ephemeral
    assert texts(copy)[0] == texts(first)[0]
    assert ANSWER in all_text(reply(result))
    assert [row["text"] for row in await world.rows(answer_versions)] == [ANSWER]


async def test_show_again_on_a_card_that_has_closed_says_so(world: World) -> None:
    for _ in range(3):
        await world.draw(minutes=5)
    shown = await world.draw()
    await world.env.advance_time(5 * 60)

    result = await world.ada.click(shown, custom_id="show:1")

    assert "closed" in all_text(reply(result))
    assert buttons(reply(result)) == []


async def test_an_impatient_hand_cannot_get_past_three(world: World) -> None:
    card = await world.draw()
    await world.answer(card, ANSWER)
    debrief = reply(await world.ada.click(card, label="My debrief"))

    results = [world.press(debrief, "next:1") for _ in range(5)]
    await world.env.settle()

    assert len(await world.rows(postings)) == 1 + 3
    assert len(world.cards()) == 1 + 3
    assert sum(reply(result).ephemeral for result in results) == 2


async def test_a_newcomer_gets_a_first_question_from_help_in_one_click(world: World) -> None:
    shown = reply(await world.ada.slash(world.channel, "help"))

    card = reply(await world.ada.click(shown, label="First question"))

    assert not card.ephemeral
    assert "Answer" in buttons(card)
    assert (await drawn(world)).difficulty == "easy"


async def test_every_card_has_a_deadline_in_the_database(world: World) -> None:
    await world.draw(minutes=5)
    await world.draw(minutes=9)

    due = {row["key"]: row["due"] - world.now() for row in await world.rows(timers)}
    assert due == {"1": timedelta(minutes=5), "2": timedelta(minutes=9)}

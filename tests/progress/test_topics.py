"""`/topics` as a person sees it: what the bank has, how much of it they have practised, and a question of a topic in one click."""

from typing import Any

import pytest
import simcord
from discord import app_commands
from simcord.enums import ComponentType
from sqlalchemy import insert

from bot.bank.bank import Bank
from bot.bank.schema import Difficulty, Question
from bot.practice.model import OPEN_AT_MOST
from bot.storage.tables import postings, practice_counts
from bot.ui.text import MESSAGE_CHARS
from tests.conftest import World, _walk, all_text, buttons, reply, running, texts


def bank_of(bank: Bank, topics: int, *shapes: Difficulty) -> Bank:
    """So many topics, with names as long as may be, of real questions with these difficulties."""
    seed = bank.topics[0]
    made = []
    for at in range(topics):
        asked: list[Question] = [
            seed.questions[0].model_copy(update={"id": f"q-{at}-{index}", "difficulty": difficulty}) for index, difficulty in enumerate(shapes)
        ]
        made.append(seed.model_copy(update={"id": f"t-{at}", "name": f"{at:02} ".ljust(80, "N"), "questions": tuple(asked)}))
    return Bank.build(made)


async def topics(world: World, person: simcord.MemberActor | None = None) -> simcord.ResponseMessage:
    """What a person is shown."""
    shown = reply(await (person or world.ada).slash(world.channel, "topics"))
    assert shown.ephemeral
    return shown


def offered(shown: Any) -> list[str]:
    """The topics of the menu."""
    return [option["value"] for part in _walk(shown.components) if part["type"] == ComponentType.STRING_SELECT for option in part["options"]]


async def practised(world: World, person: simcord.MemberActor, *question_ids: str) -> None:
    """Somebody has practised these, each more than once."""
    rows = [{"user_id": person.id, "question_id": question_id, "count": 3, "last": world.now()} for question_id in question_ids]
    await world.app.db.write(lambda conn: conn.execute(insert(practice_counts), rows))


async def test_every_topic_stands_there_with_its_counts_and_ones_own_progress(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, 2, "easy", "easy", "hard")) as world:
        await practised(world, world.ada, "q-1-0", "q-1-2", "gone-for-good")
        await practised(world, world.bob, "q-0-0")

        shown = await topics(world)

        first, second = world.bank.topics
        assert texts(shown)[0] == "### Topics\n**6** questions in 2 topics, of which you have practised **2**"
        assert texts(shown)[1].splitlines() == [
            f"- **{first.name}**: Easy 2 · Hard 1 · practised 0 of 3",
            f"- **{second.name}**: Easy 2 · Hard 1 · practised 2 of 3",
        ]
        assert buttons(shown) == []


async def test_an_answer_moves_ones_own_progress(world: World) -> None:
    topic = world.bank.topics[0]
    card = await world.draw(difficulty="any", topic=topic.id)
    before = all_text(await topics(world))
    await world.answer(card, "I would put a queue in front of the model.")

    assert f"practised 0 of {len(topic.questions)}" in before
    assert f"practised 1 of {len(topic.questions)}" in all_text(await topics(world))


async def test_one_click_draws_a_question_of_the_topic_for_everybody(world: World) -> None:
    topic = world.bank.topics[-1]
    shown = await topics(world)

    result = await world.ada.select(shown, [topic.id])

    (card,) = world.cards()
    assert reply(result).id == card.id
    assert "Answer" in buttons(card)
    (posting,) = await world.rows(postings)
    assert (posting["topic"], posting["difficulty"], posting["owner_id"]) == (topic.id, None, world.ada.id)
    assert world.bank.topic_of(posting["question_id"]) is topic


async def test_in_direct_messages_the_question_comes_there(world: World) -> None:
    topic = world.bank.topics[-1]
    shown = reply(await world.ada.user.slash("topics"))

    await world.ada.user.select(shown, [topic.id])

    assert world.cards() == []
    (posting,) = await world.rows(postings)
    assert (posting["topic"], posting["place"], posting["channel_id"]) == (topic.id, "dm", world.ada.user.dm_channel.id)
    last = [*world.env.backend.messages[world.ada.user.dm_channel.id].values()][-1]
    assert "Done" in buttons(last)


@pytest.mark.parametrize("name", ["stats", "topics", "history"])
async def test_own_pages_can_be_had_everywhere_by_server_and_by_account(world: World, name: str) -> None:
    command = world.app.client.tree.get_command(name)
    assert isinstance(command, app_commands.Command)

    sent = command.to_dict(world.app.client.tree)

    assert sorted(sent["contexts"]) == [0, 1, 2]
    assert sorted(sent["integration_types"]) == [0, 1]


async def test_with_three_open_questions_a_click_lists_them_instead(world: World) -> None:
    shown = await topics(world)
    for _ in range(OPEN_AT_MOST):
        await world.draw()

    result = reply(await world.ada.select(shown, [world.bank.topics[0].id]))

    assert buttons(result).count("Show again") == OPEN_AT_MOST
    assert len(world.cards()) == OPEN_AT_MOST


async def test_a_click_on_a_topic_that_left_the_bank_says_so(world: World) -> None:
    shown = await topics(world)
    topic = world.bank.topics[0]
    world.bank = Bank.build(world.bank.topics[1:])
    await world.restart()

    result = reply(await world.ada.select(shown, [topic.id]))

    assert "There is no" in all_text(result)
    assert world.cards() == []


async def test_more_topics_than_a_card_holds_come_in_pages_that_outlive_a_restart(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, 45, "easy", "medium", "hard")) as world:
        shown = await topics(world)
        pages = [(offered(shown), all_text(shown), sum(map(len, texts(shown))))]
        await world.restart(down_s=60)
        for _ in range(2):
            await world.ada.click(shown, label="Next")
            pages.append((offered(shown), all_text(shown), sum(map(len, texts(shown)))))
        reply(await world.ada.click(shown, label="Previous"))

        assert [value for values, _, _ in pages for value in values] == [topic.id for topic in world.bank.topics]
        assert max(len(values) for values, _, _ in pages) <= 25
        assert max(chars for _, _, chars in pages) <= MESSAGE_CHARS
        assert ["Page 1 of 3" in pages[0][1], "Page 2 of 3" in pages[1][1], "Page 3 of 3" in pages[2][1]] == [True] * 3
        assert "Page 2 of 3" in all_text(shown)
        await world.ada.select(shown, ["t-25"])
        assert (await world.rows(postings))[0]["question_id"].startswith("q-25-")


async def test_twenty_five_topics_fit(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, 25, "easy", "medium", "hard")) as world:
        shown = await topics(world)
        first = offered(shown)
        await world.ada.click(shown, label="Next")

        assert first + offered(shown) == [topic.id for topic in world.bank.topics]


async def test_a_page_that_is_no_more_is_the_last_one(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, 45, "easy")) as world:
        shown = await topics(world)
        await world.ada.click(shown, label="Next")
        world.bank = bank_of(bank, 22, "easy")
        await world.restart()

        await world.ada.click(shown, label="Next")

        assert "Page 2 of 2" in all_text(shown)
        assert offered(shown) == ["t-20", "t-21"]


async def test_a_stranger_who_turns_a_page_sees_their_own_progress(database_url: str, bank: Bank) -> None:
    async with running(database_url, bank_of(bank, 25, "easy")) as world:
        await practised(world, world.ada, "q-24-0")
        adas = await topics(world)

        turned = world.press(adas, "topics:1:1", world.bob)
        await world.env.settle()

        assert "practised 1 of 1" not in all_text(reply(turned))
        assert "you have practised **0**" in all_text(reply(turned))

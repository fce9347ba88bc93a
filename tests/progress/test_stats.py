"""`/stats` as a person sees it: what was practised, this week, by kind, the streak, and what their self-checks come to."""

from datetime import datetime, time, timedelta
from itertools import count
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
import simcord
from sqlalchemy import insert

from bot.bank.bank import Bank
from bot.bank.schema import POINTS, TYPES, Competence, Difficulty, Question
from bot.progress.model import NO_LONGER_ASKED
from bot.storage.tables import attempts, postings, practice_counts, user_settings
from bot.ui.text import MESSAGE_CHARS
from bot.ui.times import countdown
from tests.conftest import World, all_text, buttons, reply, running, texts

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."
DAY = 24 * 60 * 60
HOUR = 60 * 60


async def stats(world: World, person: simcord.MemberActor | None = None) -> str:
    """What a person reads."""
    return all_text(await shown_stats(world, person))


async def shown_stats(world: World, person: simcord.MemberActor | None = None) -> simcord.ResponseMessage:
    """The message with it."""
    return reply(await (person or world.ada).slash(world.channel, "stats"))


async def practise(world: World, difficulty: Difficulty = "easy", person: simcord.MemberActor | None = None, **options: str) -> Question:
    """Draw a question and answer it."""
    await world.answer(await world.draw(person, difficulty, **options), ANSWER, person)
    question = world.bank.question((await world.rows(postings))[-1]["question_id"])
    assert question is not None
    return question


async def live_in(world: World, zone: str) -> ZoneInfo:
    """Ada has set her zone."""
    values = {"user_id": world.ada.id, "zone": zone, "nudges": True, "visible": False}
    await world.app.db.write(lambda conn: conn.execute(insert(user_settings), values))
    return ZoneInfo(zone)


async def until(world: World, weekday: int, at: time, zone: ZoneInfo) -> datetime:
    """Move to the next such moment of a week that begins on Monday (0)."""
    today = world.now().astimezone(zone).date()
    moment = datetime.combine(today + timedelta(days=7 - today.weekday() + weekday), at, zone)
    await world.env.advance_time((moment - world.now()).total_seconds())
    assert world.now() == moment
    return moment


async def test_a_newcomer_reads_that_there_is_nothing_yet_and_begins_with_one_press(world: World) -> None:
    shown = await shown_stats(world)

    assert shown.ephemeral
    assert "Nothing yet" in all_text(shown)
    assert buttons(shown) == ["First question"]
    card = reply(await world.ada.click(shown, label="First question"))
    assert "Answer" in buttons(card)


async def test_a_card_without_an_answer_does_not_count(world: World) -> None:
    card = await world.draw()
    await world.ada.click(card, label="Hint")

    assert "Nothing yet" in await stats(world)


async def test_an_answer_counts_at_once_and_its_edit_does_not(world: World) -> None:
    card = await world.draw()
    await world.answer(card, ANSWER)
    before = await stats(world)
    await world.answer(card, ANSWER + " And a cache.")

    assert "**1** practised in all · **1** this week" in before
    assert await stats(world) == before


async def test_a_late_answer_counts(world: World) -> None:
    card = await world.draw(minutes=1)
    form = await world.ada.click(card, label="Answer")
    await world.env.advance_time(120)
    await world.ada.submit_modal(form, {"answer": ANSWER})

    assert "**1** practised in all" in await stats(world)


async def test_what_was_practised_is_shown_by_difficulty_type_and_topic(world: World) -> None:
    made = [await practise(world, "hard", type=TYPES[0]), await practise(world, "easy", type=TYPES[1]), await practise(world, "easy", type=TYPES[1])]

    lines = (await stats(world)).splitlines()

    assert "**3** practised in all · **3** this week" in lines
    assert "**By difficulty:** Easy 2 · Hard 1" in lines
    assert f"**By type:** {TYPES[1].capitalize()} 2 · {TYPES[0].capitalize()} 1" in lines
    counted = [world.bank.topic_of(question.id).name for question in made]
    shown = {line for line in lines if line.startswith("- ")}
    assert shown == {f"- {name}: {counted.count(name)}" for name in counted}


async def test_topics_stand_by_how_often_they_were_practised(world: World) -> None:
    rare, often = world.bank.topics[0], world.bank.topics[1]
    for topic in (rare, often, often):
        await world.answer(await world.draw(difficulty="any", topic=topic.id), ANSWER)

    assert f"**By topic**\n- {often.name}: 2\n- {rare.name}: 1\n" in await stats(world)


async def test_the_same_question_again_counts_again(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(difficulty="easy"), ANSWER))
    again = reply(await world.ada.click(debrief, label="Try again"))
    await world.answer(again, ANSWER)

    said = await stats(world)

    assert len({row["question_id"] for row in await world.rows(attempts)}) == 1
    assert "**2** practised in all · **2** this week" in said
    assert "**By difficulty:** Easy 2" in said


@pytest.mark.parametrize("zone_name", ["Asia/Kolkata", "America/New_York", "Pacific/Apia"])
async def test_the_week_begins_on_monday_in_the_persons_own_zone(world: World, zone_name: str) -> None:
    zone = await live_in(world, zone_name)
    await until(world, 6, time(23, 59), zone)  # Sunday, one minute before midnight
    await practise(world)
    assert "**1** practised in all · **1** this week" in await stats(world)

    await world.env.advance_time(60)

    assert "**1** practised in all · **0** this week" in await stats(world)
    await practise(world)
    await world.env.advance_time(6 * DAY)
    assert "**2** practised in all · **1** this week" in await stats(world)


async def test_a_question_that_left_the_bank_goes_on_counting(world: World) -> None:
    gone = await practise(world, "medium")
    stays = next(topic for topic in world.bank.topics if topic != world.bank.topic_of(gone.id))
    world.bank = Bank.build([stays])
    await world.restart()
    kept = await practise(world, world.bank.topics[0].questions[0].difficulty)

    lines = (await stats(world)).splitlines()

    assert "**2** practised in all · **2** this week" in lines
    assert f"**By difficulty:** {kept.difficulty.capitalize()} 1" in lines
    assert f"- {NO_LONGER_ASKED}: 1" in lines
    assert f"- {stays.name}: 1" in lines
    assert gone.id not in "\n".join(lines)


async def test_nothing_but_questions_that_left_the_bank_is_no_empty_heading(world: World) -> None:
    gone = await practise(world, "medium")
    world.bank = Bank.build([topic for topic in world.bank.topics if topic != world.bank.topic_of(gone.id)])
    await world.restart()

    said = await stats(world)

    assert f"- {NO_LONGER_ASKED}: 1" in said
    assert "By difficulty" not in said
    assert "By type" not in said


async def test_a_streak_grows_day_by_day_waits_for_today_and_ends(world: World) -> None:
    zone = await live_in(world, "Pacific/Apia")
    midnight = await until(world, 0, time(0), zone)
    await world.env.advance_time(10 * HOUR)
    await practise(world)
    assert "Streak: **1 day**, today included" in await stats(world)

    await world.env.advance_time(DAY)
    waiting = await stats(world)
    await practise(world)
    two = await stats(world)
    await world.env.advance_time(38 * HOUR - 1)
    last_second = await stats(world)
    await world.env.advance_time(1)
    over = await stats(world)

    assert "Streak: **1 day**, without today" in waiting
    assert countdown(midnight + timedelta(days=2)) in waiting
    assert "Streak: **2 days**, today included" in two
    assert countdown(midnight + timedelta(days=3)) in two
    assert "Streak: **2 days**, without today" in last_second
    assert "No streak at the moment" in over
    assert "**2** practised in all" in over


async def test_days_are_those_of_utc_until_a_zone_is_set(world: World) -> None:
    midnight = await until(world, 2, time(0), ZoneInfo("UTC"))
    await practise(world)

    assert countdown(midnight + timedelta(days=2)) in await stats(world)


async def test_everybody_sees_their_own_numbers_and_nobody_else_does(world: World) -> None:
    await practise(world)
    await practise(world)
    await practise(world, person=world.bob)

    adas, bobs = await shown_stats(world), await shown_stats(world, world.bob)

    assert adas.ephemeral
    assert bobs.ephemeral
    assert "**2** practised in all · **2** this week" in all_text(adas)
    assert "**1** practised in all · **1** this week" in all_text(bobs)


async def test_an_answer_to_somebody_elses_card_counts_for_its_author(world: World) -> None:
    await world.answer(await world.draw(), ANSWER, world.bob)

    assert "Nothing yet" in await stats(world)
    assert "**1** practised in all" in await stats(world, world.bob)


async def test_numbers_are_the_same_after_a_restart(world: World) -> None:
    await practise(world)
    before = await stats(world)

    await world.restart(down_s=60)

    assert await stats(world) == before


RUBRIC: tuple[Competence, ...] = ("framing", "sizing", "sizing", "design")


def sorted_bank(bank: Bank) -> Bank:
    """Two topics of one easy question each, with four rubric points of `RUBRIC`."""
    numbers = count()

    def made(question: Question) -> Question:
        points = tuple(question.rubric[0].model_copy(update={"point": f"Point {at}", "competence": name}) for at, name in enumerate(RUBRIC))
        return question.model_copy(update={"id": f"q-{next(numbers)}", "difficulty": "easy", "rubric": points})

    return Bank.build([topic.model_copy(update={"questions": (made(topic.questions[0]),)}) for topic in bank.topics[:2]])


async def checked(
    world: World, sureness: str | None, *points: int, person: simcord.MemberActor | None = None, difficulty: Difficulty = "easy"
) -> None:
    """Answer a question, said with this sureness, and tick these points."""
    who = person or world.ada
    fields = {} if sureness is None else {"sureness": sureness}
    debrief = reply(await world.answer(await world.draw(who, difficulty), ANSWER, who, **fields))
    await who.submit_modal(await who.click(debrief, label="Self-check"), {"points": [str(point) for point in points]})


async def test_sureness_stands_against_what_one_ticked(database_url: str, bank: Bank) -> None:
    async with running(database_url, sorted_bank(bank)) as world:
        await checked(world, "high", 0, 1, 2)
        await checked(world, "high", 0)
        await checked(world, "low")
        await checked(world, "medium", 0, 1, 2, 3)
        await checked(world, None, 0, 1, 2, 3)
        await checked(world, "low", 0, 1, 2, 3, person=world.bob)
        await world.answer(await world.draw(difficulty="easy"), ANSWER, sureness="high")  # without a self-check

        said = await stats(world)

        assert (
            "**How sure you were**\n"
            "Of the 2 that you were sure of, you ticked 50% of the points.\n"
            "Of the 1 that you were fairly sure of, you ticked 100% of the points.\n"
            "Of the 1 that you were not sure of, you ticked 0% of the points.\n"
        ) in said


async def test_each_competence_shows_what_one_ticked_of_what_was_asked(database_url: str, bank: Bank) -> None:
    async with running(database_url, sorted_bank(bank)) as world:
        await checked(world, None, 1, 3)
        await checked(world, "low", 0, 1, 2)

        said = await stats(world)

        assert "**By competence**\n- Framing: ticked 1 of 2\n- Sizing: ticked 3 of 4\n- Design: ticked 1 of 2\n" in said
        assert "- People" not in said


async def test_without_a_self_check_there_is_no_empty_heading(world: World) -> None:
    await practise(world)

    said = await stats(world)

    assert "How sure" not in said
    assert "By competence" not in said


async def test_a_self_check_made_again_counts_once_as_it_is_now(database_url: str, bank: Bank) -> None:
    async with running(database_url, sorted_bank(bank)) as world:
        debrief = reply(await world.answer(await world.draw(difficulty="easy"), ANSWER, sureness="high"))
        for points in (["0", "1"], ["3"]):
            await world.ada.submit_modal(await world.ada.click(debrief, label="Self-check"), {"points": points})

        said = await stats(world)

        assert "Of the 1 that you were sure of, you ticked 25% of the points." in said
        assert "- Framing: ticked 0 of 1\n- Sizing: ticked 0 of 2\n- Design: ticked 1 of 1\n" in said


async def test_a_self_check_of_a_text_from_after_the_model_answer_does_not_count(world: World) -> None:
    await practise(world)
    card = await world.draw(minutes=1)
    form = await world.ada.click(card, label="Answer")
    await world.env.advance_time(120)
    await world.ada.click(card, label="Model answer")
    debrief = reply(await world.ada.submit_modal(form, {"answer": ANSWER, "sureness": "high"}))
    await world.ada.submit_modal(await world.ada.click(debrief, label="Self-check"), {"points": ["0"]})

    assert "ticked" not in (await stats(world)).replace("that you ticked in your self-checks", "")


async def test_self_checks_of_a_question_that_left_the_bank_are_left_out(database_url: str, bank: Bank) -> None:
    both = sorted_bank(bank)
    async with running(database_url, both) as world:
        await checked(world, "high", 0, 1, 2, 3)
        left = (await world.rows(attempts))[0]["question_id"]
        world.bank = Bank.build([topic for topic in both.topics if topic is not both.topic_of(left)])
        await world.restart()
        await checked(world, "high", 0)

        assert "Of the 1 that you were sure of, you ticked 25% of the points." in await stats(world)


async def test_points_that_the_rubric_lost_since_are_not_counted(database_url: str, bank: Bank) -> None:
    async with running(database_url, sorted_bank(bank)) as world:
        await checked(world, "high", 0, 3)
        shorter = [
            topic.model_copy(update={"questions": tuple(each.model_copy(update={"rubric": each.rubric[:3]}) for each in topic.questions)})
            for topic in world.bank.topics
        ]
        world.bank = Bank.build(shorter)
        await world.restart()

        said = await stats(world)

        assert "you ticked 33% of the points" in said
        assert "Design" not in said


async def test_a_card_holds_the_numbers_of_somebody_who_has_practised_every_topic_there_could_be(database_url: str, bank: Bank) -> None:
    shipped = bank.topics[0]
    names = [f"{number:03} ".ljust(80, "x") for number in range(100)]
    point, kinds = shipped.questions[0].rubric[0], get_args(Competence)
    rubric = tuple(point.model_copy(update={"competence": kinds[at % len(kinds)]}) for at in range(POINTS))
    question = shipped.questions[0].model_copy(update={"rubric": rubric})
    topics = [
        shipped.model_copy(update={"id": f"t-{at}", "name": name, "questions": (question.model_copy(update={"id": f"q-{at}"}),)})
        for at, name in enumerate(names)
    ]
    async with running(database_url, Bank.build(topics)) as world:
        rows = [{"user_id": world.ada.id, "question_id": f"q-{at}", "count": 200 - at, "last": world.now()} for at in range(100)]
        await world.app.db.write(lambda conn: conn.execute(insert(practice_counts), rows))
        for sureness in ("low", "medium", "high"):
            await checked(world, sureness, 0, 1, difficulty=question.difficulty)

        shown = await shown_stats(world)
        said = all_text(shown)

        assert sum(map(len, texts(shown))) <= MESSAGE_CHARS
        assert f"- {names[0]}: 200" in said
        assert "- 70 more: " in said
        listed = [int(line.rsplit(": ", 1)[1]) for line in said.splitlines() if line.startswith("- ") and ": ticked" not in line]
        assert sum(listed) == sum(range(101, 201)) + 3

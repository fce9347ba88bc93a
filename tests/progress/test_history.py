"""`/history` as a person sees it: every answer they ever gave, page by page, its debrief again, and two answers side by side."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import simcord
from simcord.enums import ComponentType, InteractionType
from sqlalchemy import Connection, insert

from bot.bank.bank import Bank
from bot.bank.schema import POINT, POINTS, TITLE, Question, Topic
from bot.practice.service.debriefing import NOT_ANSWERED_IN_TIME
from bot.progress.service import NOTHING_TO_COMPARE, PER_PAGE, number
from bot.storage.tables import answer_versions, attempts, postings, practice_counts, user_settings
from bot.ui.text import MESSAGE_CHARS
from tests.conftest import World, _walk, all_text, buttons, reply, running, texts

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."
DEBRIEF_BUTTONS = ["Self-check", "Model answer", "Try again", "Next question", "Report"]  # once the time is up
MINUTE = timedelta(minutes=1)


@dataclass
class Past:
    """One answer from before."""

    question: str
    text: str = ANSWER
    late: bool = False
    ticked: list[int] | None = None


async def gave(world: World, *past: Past, person: simcord.MemberActor | None = None, apart: timedelta = MINUTE) -> list[int]:
    """Somebody answered these, the first one first, and the last one just now. Returns the ids of the postings."""
    who = (person or world.ada).id
    begin = world.now() - apart * len(past)

    def work(conn: Connection) -> list[int]:
        return [_add(conn, who, each, begin + apart * (at + 1), world.channel.id) for at, each in enumerate(past)]

    ids = await world.app.db.write(work)
    counts = {each.question: sum(other.question == each.question for other in past) for each in past}
    rows = [{"user_id": who, "question_id": name, "count": count, "last": world.now()} for name, count in counts.items()]
    await world.app.db.write(lambda conn: conn.execute(insert(practice_counts), rows))
    return ids


def _add(conn: Connection, user_id: int, past: Past, at: datetime, channel_id: int) -> int:
    opened = at - timedelta(hours=1)
    posting = {"kind": "interview", "question_id": past.question, "place": "channel", "channel_id": channel_id, "owner_id": user_id}
    posting |= {"practised_before": 0, "opened": opened, "closes": at, "closed": at, "nonce": f"{user_id}-{at.timestamp()}"[-25:]}
    posting_id = conn.execute(insert(postings).returning(postings.c.id), posting).scalar_one()
    attempt = {"posting_id": posting_id, "user_id": user_id, "question_id": past.question, "state": "submitted", "late": past.late}
    attempt |= {"started": opened, "submitted": at, "ticked": past.ticked}
    attempt_id = conn.execute(insert(attempts).returning(attempts.c.id), attempt).scalar_one()
    conn.execute(insert(answer_versions), {"attempt_id": attempt_id, "text": past.text, "at": at, "late": past.late, "after_answer": False})
    return int(posting_id)


async def history(world: World, person: simcord.MemberActor | None = None, **options: str) -> simcord.ResponseMessage:
    """What a person is shown."""
    shown = reply(await (person or world.ada).slash(world.channel, "history", **options))
    assert shown.ephemeral
    return shown


def lines(shown: Any) -> list[str]:
    """The lines of the list, without their numbers."""
    return [line.split(". ", 1)[1] for line in "\n".join(texts(shown)).splitlines() if line.split(".")[0].isdecimal()]


def titles(shown: Any) -> list[str]:
    """The titles in the list."""
    return [line.split("**")[1] for line in lines(shown)]


def options(shown: Any) -> list[dict[str, Any]]:
    """What the menu offers."""
    return [option for part in _walk(shown.components) if part["type"] == ComponentType.STRING_SELECT for option in part["options"]]


async def opened(world: World, shown: Any, title: str, person: simcord.MemberActor | None = None) -> simcord.ResponseMessage:
    """Choose the first entry with this title."""
    value = next(option["value"] for option in options(shown) if title in option["label"])
    return reply(await (person or world.ada).select(shown, [value]))


def questions(world: World, count: int) -> list[Question]:
    """Some questions of the bank, all of different titles."""
    return [question for topic in world.bank.topics for question in topic.questions][:count]


def widest(bank: Bank, count: int = 20) -> Topic:
    """A topic whose questions have everything that these cards show as long as may be."""
    topic = bank.topics[0]
    seed = topic.questions[0]
    points = tuple(seed.rubric[0].model_copy(update={"point": f"{at} ".ljust(POINT, "w")}) for at in range(POINTS))
    shape = {"rubric": points, "difficulty": "medium"}
    made = (seed.model_copy(update=shape | {"id": f"q-{at}", "title": f"{at:02} ".ljust(TITLE, "W")}) for at in range(count))
    return topic.model_copy(update={"id": "wide", "name": "N" * 80, "questions": tuple(made)})


@pytest.fixture
async def large(database_url: str, bank: Bank) -> AsyncIterator[World]:
    """A world whose bank has a topic of 30 questions, before the shipped ones."""
    async with running(database_url, Bank.build([widest(bank, 30), *bank.topics])) as world:
        yield world


async def test_a_newcomer_reads_that_there_is_nothing_yet_and_begins_with_one_press(world: World) -> None:
    shown = await history(world)

    assert "Nothing yet" in all_text(shown)
    card = reply(await world.ada.click(shown, label="First question"))
    assert "Answer" in buttons(card)


async def test_an_answer_stands_there_at_once_with_all_that_is_known_of_it(world: World) -> None:
    zoned = {"user_id": world.ada.id, "zone": "Asia/Kolkata", "nudges": True, "visible": False}
    await world.app.db.write(lambda conn: conn.execute(insert(user_settings), zoned))
    await world.answer(await world.draw(difficulty="hard"), ANSWER)
    question = world.bank.question((await world.rows(postings))[0]["question_id"])
    assert question is not None

    shown = await history(world)

    at = int(world.now().timestamp())
    assert lines(shown) == [f"<t:{at}:f> · **{question.title}** · Hard · no self-check yet · practised once"]
    assert "1 answer" in all_text(shown)
    assert f"{(world.now() + timedelta(hours=5, minutes=30)):%H:%M}" in options(shown)[0]["description"]
    assert buttons(shown) == []


async def test_late_answers_ticks_and_repeats_are_marked(world: World) -> None:
    first, second = questions(world, 2)
    await gave(world, Past(first.id, ticked=[0, 2, 99]), Past(first.id, late=True), Past(second.id, ticked=[]))

    newest, again, before = lines(await history(world))

    assert f"**{second.title}**" in newest
    assert f"ticked 0 of {len(second.rubric)} · practised once" in newest
    assert "late · no self-check yet · practised 2 times" in again
    assert f"ticked 2 of {len(first.rubric)} · practised 2 times" in before
    assert "late" not in before


async def test_a_text_from_after_the_model_answer_is_found_too_and_marked(world: World) -> None:
    card = await world.draw(minutes=1)
    form = await world.ada.click(card, label="Answer")
    await world.env.advance_time(120)
    await world.ada.click(card, label="Model answer")
    await world.ada.submit_modal(form, {"answer": ANSWER})

    shown = await history(world)

    (line,) = lines(shown)
    assert "sent after the model answer, not counted · practised 0 times" in line
    debrief = reply(await world.ada.select(shown, [options(shown)[0]["value"]]))
    assert "put a queue in front" in all_text(debrief)


async def test_a_hint_without_an_answer_is_no_answer(world: World) -> None:
    await world.ada.click(await world.draw(), label="Hint")

    assert "Nothing yet" in all_text(await history(world))


async def test_an_attempt_opens_its_debrief_again_with_all_its_buttons(world: World) -> None:
    first, second = questions(world, 2)
    await gave(world, Past(first.id, text="I would shard by tenant."), Past(second.id, text="I would cache the features."))
    shown = await history(world)

    debrief = await opened(world, shown, first.title)

    assert debrief.ephemeral
    assert f"Debrief: {first.title}" in all_text(debrief)
    assert "shard by tenant" in all_text(debrief)
    assert buttons(debrief) == DEBRIEF_BUTTONS
    again = reply(await world.ada.click(debrief, label="Try again"))
    assert first.title in all_text(again)


async def test_pages_hold_eight_each_newest_first_and_lead_back_and_forth(large: World) -> None:
    asked = questions(large, 20)
    await gave(large, *(Past(question.id) for question in asked))
    newest_first = [question.title for question in reversed(asked)]

    shown = await history(large)
    listed, labels = [titles(shown)], [option["label"] for option in options(shown)]
    for label in ("Next", "Next", "Previous"):
        turned = reply(await large.ada.click(shown, label=label))
        assert turned.id == shown.id
        listed.append(titles(turned))

    assert listed == [newest_first[:8], newest_first[8:16], newest_first[16:], newest_first[8:16]]
    assert labels == [f"{at}. {title}" for at, title in enumerate(newest_first[:8], 1)]
    assert "20 answers, the newest first" in all_text(shown)
    assert "Page 2 of 3" in all_text(shown)
    assert "\n9. " in all_text(shown)
    assert [option["label"] for option in options(shown)] == [f"{at}. {title}" for at, title in enumerate(newest_first[8:16], 9)]


async def test_the_first_page_has_no_previous_and_the_last_no_next(world: World) -> None:
    await gave(world, *(Past(question.id) for question in questions(world, PER_PAGE + 1)))
    shown = await history(world)
    first = _dead(shown)

    last = _dead(reply(await world.ada.click(shown, label="Next")))

    assert first == ["Previous"]
    assert last == ["Next"]


def _dead(shown: Any) -> list[str]:
    return [part["label"] for part in _walk(shown.components) if part["type"] == ComponentType.BUTTON and part.get("disabled")]


async def test_a_full_page_alone_has_nothing_to_turn(world: World) -> None:
    await gave(world, *(Past(question.id) for question in questions(world, PER_PAGE)))

    shown = await history(world)

    assert len(lines(shown)) == PER_PAGE
    assert buttons(shown) == []


async def test_pages_turn_and_debriefs_open_after_a_restart(large: World) -> None:
    asked = questions(large, 10)
    await gave(large, *(Past(question.id) for question in asked), Past(large.bank.topics[1].questions[0].id))
    shown = await history(large, topic="wide")

    await large.restart(down_s=60)
    after = reply(await large.ada.click(shown, label="Next"))

    assert "Page 2 of 2" in all_text(after)
    assert titles(after) == [asked[1].title, asked[0].title]
    assert f"Debrief: {asked[0].title}" in all_text(await opened(large, after, asked[0].title))


async def test_buttons_that_an_earlier_process_drew_mean_the_same_today(large: World) -> None:
    asked = questions(large, 10)
    await gave(large, *(Past(question.id) for question in asked), Past("q-0"), Past(large.bank.topics[1].questions[0].id))
    shown = await history(large)

    turned = large.press(shown, "history:1:2900593890:0:1")  # of the topic `wide`
    await large.env.settle()
    narrowed = titles(reply(turned))
    compared = large.press(shown, "compare:2894180662")  # of the question `q-0`
    await large.env.settle()

    assert narrowed == [question.title for question in reversed(asked[:3])]
    assert f"Side by side: {asked[0].title}" in all_text(reply(compared))


async def test_it_works_in_ones_own_direct_messages(world: World) -> None:
    one, two = questions(world, 2)
    await gave(world, Past(one.id, text="I would shard by tenant."), Past(two.id), Past(two.id))
    person = world.ada.user

    shown = reply(await person.slash("history"))
    debrief = reply(await person.select(shown, [options(shown)[2]["value"]]))
    compared = reply(await person.click(shown, label="Compare"))

    assert titles(shown) == [two.title, two.title, one.title]
    assert [choice["value"] for choice in await person.autocomplete("history", "question", "")] == [two.id, one.id]
    assert "shard by tenant" in all_text(debrief)
    assert buttons(debrief) == DEBRIEF_BUTTONS
    assert f"Side by side: {two.title}" in all_text(compared)
    assert all(message.ephemeral for message in (shown, debrief, compared))


async def test_a_topic_narrows_it_by_id_or_name_and_says_so(world: World) -> None:
    one, two = world.bank.topics[:2]
    await gave(world, Past(one.questions[0].id), Past(two.questions[0].id), Past("gone-for-good"))

    for typed in (one.id, one.name.upper()):
        shown = await history(world, topic=typed)

        assert f"Your answers: {one.name}" in all_text(shown)
        assert titles(shown) == [one.questions[0].title]


async def test_a_question_narrows_it_by_choice_or_title(world: World) -> None:
    one, two = questions(world, 2)
    await gave(world, Past(one.id), Past(two.id), Past(one.id))

    for typed in (one.id, one.title.lower()):
        shown = await history(world, question=typed)

        assert f"Your answers: {one.title}" in all_text(shown)
        assert titles(shown) == [one.title, one.title]


@pytest.mark.parametrize("option", ["topic", "question"])
async def test_what_fits_nothing_says_how_to_see_all(world: World, option: str) -> None:
    answered, other = world.bank.topics[:2]
    await gave(world, Past(answered.questions[0].id))

    shown = await (history(world, topic=other.id) if option == "topic" else history(world, question=other.questions[0].id))

    assert "None that fits. `/history` without" in all_text(shown)
    assert options(shown) == []


async def test_a_topic_that_does_not_exist_is_refused_in_a_sentence(world: World) -> None:
    assert "There is no topic called “astrology”" in all_text(await history(world, topic="astrology"))


async def test_a_topic_that_left_the_bank_between_two_pages_is_said(large: World) -> None:
    await gave(large, *(Past(question.id) for question in questions(large, 10)))
    shown = await history(large, topic="wide")
    large.bank = Bank.build(large.bank.topics[1:])
    await large.restart()

    said = reply(await large.ada.click(shown, label="Next"))

    assert "That topic is no longer in the bank" in all_text(said)


async def test_options_offer_what_one_has_answered_and_nothing_else(world: World) -> None:
    one, two = world.bank.topics[:2]
    await gave(world, Past(two.questions[0].id), Past(one.questions[0].id), Past("gone-for-good"))
    await gave(world, Past(one.questions[1].id), person=world.bob)

    topics = await world.ada.autocomplete(world.channel, "history", "topic", "")
    asked = await world.ada.autocomplete(world.channel, "history", "question", "")
    part = await world.ada.autocomplete(world.channel, "history", "question", one.questions[0].title[3:12].upper())

    assert [choice["value"] for choice in topics] == [one.id, two.id]
    assert [choice["value"] for choice in asked] == ["gone-for-good", one.questions[0].id, two.questions[0].id]
    assert one.questions[0].id in [choice["value"] for choice in part]


async def test_options_offer_no_more_than_discord_takes(large: World) -> None:
    await gave(large, *(Past(question.id) for question in questions(large, 30)))

    assert len(await large.ada.autocomplete(large.channel, "history", "question", "")) == 25


async def test_an_answer_whose_question_left_the_bank_can_still_be_read(world: World) -> None:
    long = "word " * 2_000 + "END"
    await gave(world, Past("gone-for-good", text="I would *shard* by tenant.", late=True, ticked=[1]), Past("gone-too", text=long))

    shown = await history(world)
    short_one = await opened(world, shown, "gone-for-good")
    long_one = await opened(world, shown, "gone-too")

    assert "**No longer in the bank: gone-for-good** · late · ticked 1 · practised once" in lines(shown)[1]
    assert short_one.ephemeral
    assert ">>> I would \\*shard\\* by tenant." in texts(short_one)
    assert short_one.attachments == []
    assert sum(map(len, texts(long_one))) <= MESSAGE_CHARS
    (file,) = long_one.attachments
    assert (await file.read()).decode() == long


async def test_a_stranger_with_somebodys_buttons_sees_their_own_answers_only(world: World) -> None:
    asked = questions(world, 10)
    ids = await gave(world, *(Past(question.id, text="Adas secret plan") for question in asked), Past(asked[0].id, text="Adas secret plan"))
    await gave(world, Past(asked[0].id, text="Bobs plan"), person=world.bob)
    adas = await history(world)

    turned = world.press(adas, f"history:1:0:{number(asked[0].id)}:1", world.bob)
    compared = world.press(adas, f"compare:{number(asked[0].id)}", world.bob)
    record, payload = world._made(
        InteractionType.MESSAGE_COMPONENT,
        {"custom_id": "menu/attempt", "component_type": ComponentType.STRING_SELECT, "values": [str(ids[0])]},
        world.bob,
        adas,
    )
    chosen = world._arrive(record, payload)
    await world.env.settle()

    assert "1 answer" in all_text(reply(turned))
    assert all_text(reply(compared)) == NOTHING_TO_COMPARE
    assert all_text(reply(chosen)) == NOT_ANSWERED_IN_TIME
    assert not any("secret" in all_text(reply(result)) for result in (turned, compared, chosen))


async def test_two_answers_to_one_question_stand_side_by_side_with_the_ticks_of_both(world: World) -> None:
    (question,) = questions(world, 1)
    await gave(
        world, Past(question.id, text="The oldest."), Past(question.id, text="Before, *b*.", ticked=[1]), Past(question.id, "Now.", ticked=[0, 1])
    )

    shown = await history(world)
    result = reply(await world.ada.click(shown, label="Compare"))

    assert result.ephemeral
    parts = texts(result)
    assert question.title in parts[0]
    assert parts[1] == ">>> Before, \\*b\\*."
    assert parts[3] == ">>> Now."
    ticks = parts[4].splitlines()[1:]
    assert ticks[:3] == [f"- ☐ ☑ {question.rubric[0].point}", f"- ☑ ☑ {question.rubric[1].point}", f"- ☐ ☐ {question.rubric[2].point}"]
    assert len(ticks) == len(question.rubric)
    assert "oldest" not in all_text(result)
    assert result.attachments == []


async def test_an_answer_without_a_self_check_is_not_shown_as_unticked(world: World) -> None:
    (question,) = questions(world, 1)
    await gave(world, Past(question.id, ticked=[0]), Past(question.id))

    said = all_text(reply(await world.ada.click(await history(world, question=question.id), label="Compare")))

    assert f"- ☑ – {question.rubric[0].point}" in said
    assert "– stands for the later one, which has no self-check yet" in said


async def test_what_an_edit_replaced_is_not_compared(world: World) -> None:
    card = await world.draw()
    await world.answer(card, "A first wording of it.")
    debrief = reply(await world.answer(card, "A second wording of it."))
    await world.answer(reply(await world.ada.click(debrief, label="Try again")), "The other attempt.")

    parts = texts(reply(await world.ada.click(await history(world), label="Compare")))

    assert (parts[1], parts[3]) == (">>> A second wording of it.", ">>> The other attempt.")


async def test_nothing_is_offered_to_compare_with_one_answer_to_each_question(world: World) -> None:
    await gave(world, *(Past(question.id) for question in questions(world, 3)))

    assert "Compare" not in buttons(await history(world))


async def test_of_several_repeated_questions_the_card_says_which_is_compared(world: World) -> None:
    one, two = questions(world, 2)
    await gave(world, Past(one.id), Past(one.id), Past(two.id), Past(two.id))

    shown = await history(world)

    assert buttons(shown) == ["Compare"]
    assert f"two newest answers to “{two.title}” side by side" in all_text(shown)
    assert f"Side by side: {two.title}" in all_text(reply(await world.ada.click(shown, label="Compare")))


async def test_two_answers_whose_question_left_the_bank_are_compared_without_points(world: World) -> None:
    await gave(world, Past("gone-for-good", text="Before.", ticked=[0]), Past("gone-for-good", text="Now."))

    parts = texts(reply(await world.ada.click(await history(world, question="gone-for-good"), label="Compare")))

    assert (parts[1], parts[3]) == (">>> Before.", ">>> Now.")
    assert "left the bank" in parts[4]


LONG, HOSTILE, SHORT = "word " * 3_999 + "END", "`*_~" * 5_000, "Short."


@pytest.mark.parametrize(
    ("earlier", "later", "cut"),
    [
        (LONG, LONG, ["earlier.txt", "later.txt"]),
        (HOSTILE, LONG, ["earlier.txt", "later.txt"]),
        (SHORT, HOSTILE, ["later.txt"]),
        (LONG, SHORT, ["earlier.txt"]),
    ],
    ids=["both long", "every character escaped", "the later one", "the earlier one"],
)
async def test_very_long_answers_are_cut_fairly_and_attached_whole(database_url: str, bank: Bank, earlier: str, later: str, cut: list[str]) -> None:
    async with running(database_url, Bank.build([widest(bank)])) as world:
        await gave(world, Past("q-0", text=earlier, ticked=[0]), Past("q-0", text=later))

        result = reply(await world.ada.click(await history(world), label="Compare"))

        parts = texts(result)
        assert sum(map(len, parts)) <= MESSAGE_CHARS
        assert [file.filename for file in result.attachments] == cut
        whole = {"earlier.txt": earlier, "later.txt": later}
        assert [(await file.read()).decode() for file in result.attachments] == [whole[name] for name in cut]
        lengths = sorted([len(parts[1]), len(parts[3])])
        if len(cut) == 2:
            assert lengths[0] > 1_000
            assert lengths[1] - lengths[0] < 100
        else:
            assert (parts[1] if cut == ["later.txt"] else parts[3]) == ">>> Short."
            assert lengths[1] > 2_000


async def test_the_longest_page_fits_a_card(large: World) -> None:
    await gave(large, *(Past(f"q-{at % 12}", late=True, ticked=[*range(POINTS)]) for at in range(36)))

    shown = await history(large, topic="wide")
    await large.ada.click(shown, label="Next")

    assert sum(map(len, texts(shown))) <= MESSAGE_CHARS
    assert buttons(shown) == ["Previous", "Next", "Compare"]

"""`/daily`: schedules are made, shown, changed, paused, removed and brought back, and asked what somebody has chosen."""

import itertools
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.bank.bank import Bank
from bot.bank.schema import DIFFICULTIES, Question
from bot.daily.model import MOST_SCHEDULES
from bot.storage.tables import daily_posts, daily_queue, daily_schedules, postings, timers, user_settings
from tests.conftest import all_text, buttons, reply
from tests.daily.conftest import MANAGES, Server

NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)  # on a Thursday
DAY = timedelta(days=1)
MISTYPED = {"time": "25:00", "timezone": "Europe/Berlim", "days": "mon,funday", "difficulty": "sunny=easy", "topic": "cooking"}


async def at(server: Server, day: int, hour: float = 9) -> None:
    """Jump to a time of a day of January, and let a minute go by, in which whatever is due happens: timers look once a minute."""
    moment = datetime(2026, 1, day, tzinfo=UTC) + timedelta(hours=hour)
    server.world.env.backend.advance_clock((moment - server.world.now()).total_seconds())
    await server.world.env.advance_time(60)


async def small_bank(server: Server, **numbers: int) -> list[Question]:
    """From now on the bot has only so many questions of each difficulty. Returns them."""
    world = server.world
    every = [question for topic in world.bank.topics for question in topic.questions]
    kept = [question for level, number in numbers.items() for question in [each for each in every if each.difficulty == level][:number]]
    ids = {question.id for question in kept}
    topics = [topic.model_copy(update={"questions": tuple(q for q in topic.questions if q.id in ids)}) for topic in world.bank.topics]
    world.bank = Bank.build(topic for topic in topics if topic.questions)
    await world.restart()
    return kept


async def asked(server: Server) -> list[str]:
    """The ids of the questions that were asked, in their order."""
    return [row["question_id"] for row in await server.world.rows(postings)]


def times(*moments: datetime) -> list[str]:
    """As the card shows them."""
    return [f"<t:{int(moment.timestamp())}:" for moment in moments]


async def schedules(server: Server) -> list[dict[str, Any]]:
    """All that are stored."""
    return await server.world.rows(daily_schedules)


# Making one


async def test_a_schedule_shows_its_next_three_times_and_posts_nothing_before_it_is_confirmed(server: Server) -> None:
    world = server.world

    proposal = await server.schedule(confirm=False, timezone="berlin", days="weekdays")
    proposed = all_text(proposal)
    await at(server, 1, 12)
    unconfirmed = server.posts(), await world.rows(timers)
    confirmed = reply(await server.mia.click(proposal, label="Confirm"))
    said = all_text(confirmed)
    again = world.press(proposal, "daily-confirm:1", server.mia)
    await world.env.settle()
    await at(server, 2, 8)
    await at(server, 2, 9)

    eight = NINE - timedelta(hours=1)  # nine o'clock in Berlin
    assert all(time in proposed for time in times(eight, eight + DAY, eight + 4 * DAY))
    assert f"<#{server.channel.id}>, weekdays at 09:00 Europe/Berlin" in proposed
    assert unconfirmed == ([], [])
    assert said.startswith("### Confirmed")
    assert buttons(confirmed) == []
    assert all(time in said for time in times(eight + DAY, eight + 4 * DAY, eight + 5 * DAY))
    assert all_text(reply(again)) == said
    assert len(server.posts()) == 1
    assert len(await schedules(server)) == 1


async def test_a_proposal_is_gone_after_a_day(server: Server) -> None:
    proposal = await server.schedule(confirm=False)
    await at(server, 2, 1)

    said = all_text(reply(await server.mia.click(proposal, label="Confirm")))

    assert "was not confirmed within a day" in said
    assert await server.daily("list", None) == "This server has no daily questions yet. `/daily schedule` makes the first."


async def test_a_time_still_ahead_today_comes_today_and_one_that_is_past_tomorrow_by_ones_own_clock(server: Server) -> None:
    world = server.world
    await world.app.db.write(lambda conn: conn.execute(insert(user_settings), {"user_id": server.mia.id, "zone": "Asia/Kolkata"}))

    later = all_text(await server.schedule("05:40"))  # it is 05:30 in Kolkata
    past = all_text(await server.schedule("05:20"))
    await world.env.advance_time(10 * 60)

    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    assert "at 05:40 Asia/Kolkata" in later
    assert times(midnight + timedelta(minutes=10))[0] in later
    assert times(midnight + DAY - timedelta(minutes=10))[0] in past
    assert await server.days() == ["2026-01-01"]


async def test_a_server_has_at_most_ten_schedules(server: Server) -> None:
    world = server.world
    early = await server.schedule(confirm=False)
    for _ in range(MOST_SCHEDULES):
        await server.schedule()

    refused = all_text(await server.schedule(confirm=False))
    late = all_text(reply(await server.mia.click(early, label="Confirm")))
    removed = reply(await server.mia.slash(world.channel, "daily remove", schedule="2"))
    await server.schedule()
    undone = all_text(reply(await server.mia.click(removed, label="Undo")))

    assert all("10 schedules, which is as many as there can be" in said for said in (refused, late, undone))
    assert (await server.daily("list", None)).count("Next <t:") == MOST_SCHEDULES


async def test_a_list_of_ten_schedules_with_all_that_can_be_said_of_them_can_be_read(server: Server) -> None:
    world = server.world
    levels = "mon=easy,tue=medium,wed=hard,thu=easy,fri=medium,sat=hard,sun=easy"
    role = world.guild.create_role("readers", mentionable=True)
    world.may_ping = {role.id}
    for _ in range(MOST_SCHEDULES):
        await server.schedule(timezone="America/Argentina/Buenos_Aires", days="mon,tue,thu,fri,sat", difficulty=levels, role=role)
    await at(server, 1, 12)

    shown = await server.mia.slash(world.channel, "daily list")

    said = "\n".join(map(all_text, [reply(shown), *shown.followups]))
    assert len(server.posts()) == MOST_SCHEDULES
    assert [f"**{number}** ·" in said for number in range(1, MOST_SCHEDULES + 1)] == [True] * MOST_SCHEDULES


async def test_days_and_difficulties_take_turns_as_the_week_does(server: Server) -> None:
    await server.schedule(days="thu,sat,mon", difficulty="thu=easy,mon=hard,sat=medium")

    for day in range(1, 6):
        await at(server, day)

    bank = server.world.bank
    found = [bank.question(question_id) for question_id in await asked(server)]
    assert await server.days() == ["2026-01-01", "2026-01-03", "2026-01-05"]
    assert [question.difficulty for question in found if question] == ["easy", "medium", "hard"]


async def test_what_no_question_fits_or_nobody_understands_is_refused_with_what_to_change(server: Server) -> None:
    await small_bank(server, easy=1, hard=1)

    nothing = all_text(await server.schedule(confirm=False, difficulty="medium"))
    on_one_day = all_text(await server.schedule(confirm=False, difficulty="sun=medium"))
    not_that_day = all_text(await server.schedule(confirm=False, difficulty="sun=medium", days="weekdays"))
    typed = {name: all_text(await server.schedule(confirm=False, **given(name, value))) for name, value in MISTYPED.items()}

    assert nothing == "There is no medium question yet: without the difficulty there are 2."
    assert on_one_day == nothing
    assert "“sunny=easy” is no difficulty of a day" in typed["difficulty"]
    assert "It posts next" in not_that_day
    assert "There is no 25:00 on a clock" in typed["time"]
    assert "is no time zone that I know" in typed["timezone"]
    assert "`Europe/Berlin`" in typed["timezone"]
    assert "“funday” is no day" in typed["days"]
    assert "There is no topic called “cooking”" in typed["topic"]
    assert len(await schedules(server)) == 1


def given(name: str, value: str) -> dict[str, Any]:
    return {"time": "09:00", name: value}


# Changing one


async def test_each_option_can_be_changed_alone_and_holds_from_the_next_post(server: Server) -> None:
    world = server.world
    other = world.guild.create_text_channel("other")
    role = world.guild.create_role("readers", mentionable=True)
    topic = world.bank.topics[0]
    await server.schedule()
    await at(server, 1)
    (before,) = await schedules(server)
    changes: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"channel": other}, {"channel_id": other.id}),
        ({"time": "10:30"}, {"minute": 10 * 60 + 30}),
        ({"timezone": "berlin"}, {"zone": "Europe/Berlin"}),
        ({"days": "fri,mon"}, {"days": "mon,fri"}),
        ({"difficulty": "mon=easy"}, {"difficulty": "mon=easy"}),
        ({"topic": topic.name}, {"topic": topic.id}),
        ({"type": topic.questions[0].type}, {"type": topic.questions[0].type}),
        ({"role": role}, {"role_id": role.id}),
        ({"reveal_after": 3}, {"reveal_after": 3}),
        ({"thread": False}, {"thread": False}),
        ({"difficulty": "any"}, {"difficulty": "any"}),
        ({"topic": "any"}, {"topic": None}),
        ({"type": "any"}, {"type": None}),
        ({"role": world.guild.default_role}, {"role_id": None}),
    ]

    for options, columns in changes:
        said = await server.daily("edit", **options)
        (now,) = await schedules(server)
        assert {name for name in now if now[name] != before[name]} == set(columns), options
        assert {name: now[name] for name in columns} == columns
        assert said.startswith("### Changed")
        before = now
    await at(server, 1, 10)
    assert await server.days() == ["2026-01-01"]  # the day has had its question
    await at(server, 2, 9.5)  # half past ten in Berlin

    assert len(server.posts(other)) == 1
    assert [row["closes"] - row["opened"] for row in await world.rows(postings)] == [timedelta(hours=12), timedelta(hours=3)]


async def test_the_reveal_of_a_question_that_is_out_stays_as_it_was_announced(server: Server) -> None:
    await server.schedule(reveal_after=1)
    await at(server, 1)

    await server.daily("edit", thread=False)
    await at(server, 1, 10)

    assert len(server.channel.threads) == 1


async def test_a_change_after_which_nothing_fits_is_refused_and_changes_nothing(server: Server) -> None:
    await small_bank(server, easy=1)
    await server.schedule()
    before = await schedules(server)

    said = await server.daily("edit", difficulty="hard")

    assert "hard" in said
    assert await schedules(server) == before


async def test_a_pause_lasts_until_it_is_resumed_and_nothing_is_made_up_for(server: Server) -> None:
    await server.schedule()

    paused = await server.daily("pause")
    again = await server.daily("pause")
    listed = await server.daily("list", None)
    now = await server.daily("now")
    waiting = await server.world.rows(timers)
    await at(server, 1)
    resumed = await server.daily("resume")
    twice = await server.daily("resume")
    await at(server, 1, 12)
    assert server.posts() == []
    await at(server, 2)

    assert waiting == []
    assert paused.startswith("### Paused")
    assert "It posts next" not in paused
    assert "paused already" in again
    assert "**Paused**. `/daily resume` lets it post again." in listed
    assert "That schedule is paused" in now
    assert times(NINE + DAY)[0] in resumed
    assert "is not paused. It posts next <t:" in twice
    assert await server.days() == ["2026-01-02"]


async def test_a_removed_schedule_posts_no_more_and_undo_brings_it_back_with_its_queue(server: Server) -> None:
    world = server.world
    wanted = world.bank.topics[0].questions[0]
    await server.schedule(reveal_after=1)
    await server.daily("queue", question=wanted.id)
    removed = reply(await server.mia.slash(world.channel, "daily remove", schedule="1"))
    await at(server, 1)

    gone = [await server.daily(name) for name in ("remove", "pause", "resume", "now", "preview", "queue", "edit")]
    assert server.posts() == []
    back = all_text(reply(await server.mia.click(removed, label="Undo")))
    await at(server, 2)
    await server.daily("remove")
    await at(server, 2, 10)
    await at(server, 3)

    assert all("There is no such schedule here" in said for said in gone)
    assert back.startswith("### It is back")
    assert await asked(server) == [wanted.id]
    assert "Time is up" in all_text(server.posts()[0])  # also of one that was removed while its question was open
    assert await world.rows(timers) == []


async def test_the_schedules_of_one_server_are_nobody_elses(server: Server) -> None:
    world = server.world
    await server.schedule()
    removed_id = "2"
    await server.schedule()
    await server.daily("remove", removed_id)
    await server.schedule(confirm=False)
    before = await schedules(server)
    other = world.env.create_guild("Another group")
    place = other.create_text_channel("elsewhere")
    role = other.create_role("managers", permissions=MANAGES)
    stranger = other.add_member(world.env.create_user("stranger"), roles=[role])
    await world.env.settle()

    said = [
        all_text(reply(await stranger.slash(place, f"daily {name}", schedule="1", **options)))
        for name, options in {"edit": {"time": "10:00"}, "remove": {}, "pause": {}, "resume": {}, "now": {}, "preview": {}, "queue": {}}.items()
    ]
    listed = all_text(reply(await stranger.slash(place, "daily list")))
    mine = reply(await stranger.slash(place, "daily schedule", channel=place, time="09:00"))
    await stranger.click(mine, label="Confirm")
    await stranger.slash(place, "daily remove", schedule="4")
    await stranger.slash(place, "daily schedule", channel=place, time="09:00")
    theirs = await schedules(server)
    pressed = [world.press(await world.ada.send(world.channel, "?"), name, server.mia) for name in ("daily-undo:4", "daily-confirm:5")]
    await world.env.settle()
    offered = await stranger.autocomplete(place, "daily pause", "schedule", "")

    assert all("There is no such schedule here" in each for each in said)
    assert "no daily questions yet" in listed
    assert offered == []
    assert [row for row in theirs if row["guild_id"] == world.guild.id] == before
    assert ["There is no such schedule" in all_text(reply(pressed[0])), "That proposal is gone" in all_text(reply(pressed[1]))] == [True, True]
    assert await schedules(server) == theirs
    assert await world.rows(daily_posts) == []


# Looking at one


async def test_a_preview_is_seen_by_one_person_cannot_be_pressed_and_leaves_nothing_behind(server: Server) -> None:
    world = server.world
    role = world.guild.create_role("readers", mentionable=True)
    wanted = world.bank.topics[0].questions[0]
    await server.schedule(role=role)
    await server.daily("queue", question=wanted.title)
    before = await world.rows(timers)

    shown = reply(await server.mia.slash(world.channel, "daily preview", schedule="1"))

    assert shown.ephemeral
    assert wanted.title in all_text(shown)
    assert all(part["disabled"] for part in _buttons(shown))
    assert server.posts() == []
    assert await world.rows(postings) == []
    assert await world.rows(timers) == before


async def test_a_preview_is_of_the_next_post_with_the_difficulty_of_that_day(server: Server) -> None:
    (easy, hard) = await small_bank(server, easy=1, hard=1)
    await server.schedule(days="fri", difficulty="thu=easy,fri=hard")

    shown = await server.daily("preview")

    assert hard.title in shown
    assert easy.title not in shown


def _buttons(shown: Any) -> list[dict[str, Any]]:
    rows = [part for part in shown.components[0]["components"] if part["type"] == 1]
    return [button for row in rows for button in row["components"]]


async def test_the_list_says_what_was_posted_last_and_what_comes_next(server: Server) -> None:
    await server.schedule()
    await server.daily("queue", question=server.world.bank.topics[0].questions[0].id)
    await server.daily("queue", question=server.world.bank.topics[0].questions[1].id)

    first = await server.daily("list", None)
    await at(server, 1)
    second = await server.daily("list", None)

    (post,) = server.posts()
    assert times(NINE)[0] in first
    assert "Queued: 2" in first
    assert "Last:" not in first
    assert times(NINE + DAY)[0] in second
    assert "Queued: 1" in second
    assert server.world.bank.topics[0].questions[0].title in second
    assert f"/{server.channel.id}/{post.id}" in second


# What is asked


async def test_what_is_queued_is_asked_first_in_its_order(server: Server) -> None:
    one, two, three, four = server.world.bank.topics[0].questions[:4]
    await server.schedule()

    empty = await server.daily("queue")
    for question in (two.id, one.title, three.id):
        await server.daily("queue", question=question)
    twice = await server.daily("queue", question=two.id)
    out = await server.daily("queue", question=three.id, remove=True)
    not_in = await server.daily("queue", question=four.id, remove=True)
    nothing = await server.daily("queue", remove=True)
    unknown = await server.daily("queue", question="no-such-question-at-all")
    for day in (1, 2, 3):
        await at(server, day)

    assert "The queue is empty" in empty
    assert "It is in the queue already" in twice
    assert f"1. {two.title}\n2. {one.title}\n3. {three.title}" in twice
    assert "Taken out" in out
    assert three.title not in out
    assert "It was not in the queue" in not_in
    assert "Choose the `question`" in nothing
    assert "There is no question “no-such-question-at-all”" in unknown
    assert (await asked(server))[:2] == [two.id, one.id]
    assert len(set(await asked(server))) == 3
    assert await server.world.rows(daily_queue) == []


async def test_a_queued_question_that_another_schedule_has_asked_today_waits_for_tomorrow(server: Server) -> None:
    one, two = server.world.bank.topics[0].questions[:2]
    await server.schedule("09:00")
    await server.schedule("10:00")
    await server.daily("queue", "1", question=one.id)
    await server.daily("queue", "2", question=one.id)
    await server.daily("queue", "2", question=two.id)

    await at(server, 1)
    await at(server, 1, 10)
    await at(server, 2)
    await at(server, 2, 10)

    rows = await server.world.rows(daily_posts)
    found = await asked(server)
    assert [row["schedule_id"] for row in rows] == [1, 2, 1, 2]
    assert [found[0], found[1], found[3]] == [one.id, two.id, one.id]


async def test_a_schedule_asks_everything_that_fits_before_it_repeats_anything(server: Server) -> None:
    kept = await small_bank(server, easy=3, hard=2)
    await server.schedule(difficulty="easy")

    for day in range(1, 10):
        await at(server, day)

    found = await asked(server)
    easy = {question.id for question in kept if question.difficulty == "easy"}
    assert [set(found[start : start + 3]) for start in (0, 3, 6)] == [easy] * 3
    assert all(one != next_ for one, next_ in itertools.pairwise(found))


async def test_two_schedules_never_ask_the_same_on_one_day_and_one_with_nothing_left_leaves_the_day_out(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    kept = await small_bank(server, easy=2)
    for time in ("09:00", "09:30", "10:00"):
        await server.schedule(time)

    with caplog.at_level(logging.WARNING, "bot.daily"):
        for day, hour in itertools.product((1, 2), (9, 9.5, 10)):
            await at(server, day, hour)
    now = await server.daily("now", "3")

    rows, found = await server.world.rows(daily_posts), await asked(server)
    assert [(row["local_date"].day, row["schedule_id"]) for row in rows] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert [set(found[:2]), set(found[2:])] == [{question.id for question in kept}] * 2
    skipped = [vars(record)["schedule_id"] for record in caplog.records if vars(record).get("action") == "daily-skipped"]
    assert skipped == [3, 3]
    assert "Every question that fits has been posted today by another schedule" in now
    assert times(NINE + 2 * DAY + timedelta(hours=1))[0] in await server.daily("list", None)


# What is offered while somebody types


async def offered(server: Server, option: str, typed: str, command: str = "schedule", **filled: Any) -> dict[str, str]:
    """Value and name of each choice."""
    choices = await server.mia.autocomplete(server.world.channel, f"daily {command}", option, typed, **filled)
    return {str(choice["value"]): choice["name"] for choice in choices}


async def test_everything_that_can_be_chosen_is_offered_while_somebody_types(server: Server) -> None:
    bank = server.world.bank
    question = bank.topics[0].questions[0]
    await server.schedule(days="weekends")
    await server.schedule("18:30", timezone="Asia/Kolkata")
    await server.daily("pause", "2")

    assert await offered(server, "schedule", "", "edit") == {
        "1": "1 · #ml-daily · 09:00 UTC, weekends",
        "2": "2 · #ml-daily · 18:30 Asia/Kolkata, daily · paused",
    }
    assert list(await offered(server, "schedule", "18:30", "queue")) == ["2"]
    assert (await offered(server, "timezone", "mun")) == {"Europe/Berlin": "Munich: Europe/Berlin (UTC+1, 01:00)"}
    assert (await offered(server, "timezone", "kathm")) == {"Asia/Kathmandu": "Asia/Kathmandu (UTC+5:45, 05:45)"}
    assert next(iter(await offered(server, "timezone", ""))) == "UTC"
    assert list(await offered(server, "days", "")) == ["daily", "weekdays", "weekends", "mon,wed,fri"]
    assert list(await offered(server, "days", "tue,sat")) == ["tue,sat"]
    assert await offered(server, "days", "funday") == {}
    assert list(await offered(server, "difficulty", ""))[:4] == ["any", *DIFFICULTIES]
    assert list(await offered(server, "difficulty", "tue=hard")) == ["tue=hard"]
    assert list(await offered(server, "topic", bank.topics[1].name)) == [bank.topics[1].id]
    assert next(iter(await offered(server, "topic", ""))) == "any"
    assert (await offered(server, "question", question.title[:-2], "queue"))[question.id] == question.title
    assert len(await offered(server, "question", "", "queue")) == 25

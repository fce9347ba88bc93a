"""A daily post appears exactly once for each schedule and local date, whatever happens to clocks, connections, processes and plans."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from typing import Any

import discord
import pytest
import simcord
from discord.ui import LayoutView
from simcord import interactions
from simcord.enums import InteractionType
from simcord.http.client import FakeHTTPClient

from bot.daily.model import LATE_UP_TO
from bot.storage.tables import daily_posts, postings, timers
from tests.conftest import all_text, reply
from tests.daily.conftest import Server
from tests.faults import ALWAYS, HISTORY, SEND, reset, server_error

POST_IN_FORUM = "POST /channels/*/threads"
LOGIN = "GET /oauth2/applications/@me"
NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
REVEALED = 12 * HOUR  # after the post

Failing = Callable[[], Exception]


def questions(server: Server, *places: simcord.ChannelHandle) -> list[simcord.ResponseMessage]:
    """The daily questions that people see in a channel, or in the posts of a forum."""
    shown = [each for place in places or (server.channel,) for each in server.posts(place)]
    return [each for each in shown if all_text(each).startswith("-# Daily question")]


async def rows(server: Server) -> list[tuple[int, str, int | None]]:
    """Each daily post: its schedule, its local date, and the message that it is known to be."""
    messages = {row["id"]: row["message_id"] for row in await server.world.rows(postings)}
    return [(row["schedule_id"], row["local_date"].isoformat(), messages[row["posting_id"]]) for row in await server.world.rows(daily_posts)]


async def next_posts(server: Server) -> dict[int, datetime]:
    """When each schedule posts next."""
    return {int(row["key"]): row["due"] for row in await server.world.rows(timers) if row["kind"] == "daily-post"}


def pass_by(server: Server, until: datetime) -> None:
    """The clock goes on, and nobody looks at it on the way."""
    server.world.env.backend.advance_clock((until - server.world.now()).total_seconds())


async def over(server: Server, moment: datetime, after: timedelta = 5 * MINUTE) -> None:
    """Live through a moment."""
    pass_by(server, moment - MINUTE)
    await server.until(moment + after)


@dataclass
class Slow:
    """Requests that take long: they wait before they reach Discord, or their answers do on the way back, until they are let go."""

    request: str
    after: bool
    bodies: list[dict[str, Any]] = field(default_factory=list)  # of those that wait
    go: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@pytest.fixture
def slow(server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[[Slow], Slow]:
    """Makes requests slow."""

    def lay(line: Slow) -> Slow:
        through = FakeHTTPClient.request

        async def request(end: Any, route: Any, **kwargs: Any) -> Any:
            if line.go.done() or not fnmatch(f"{route.method} {route.url.partition('/api/v10')[2]}", line.request):
                return await through(end, route, **kwargs)
            line.bodies.append(kwargs["json"])
            answer = await through(end, route, **kwargs) if line.after else None
            await server.world.env.external_wait(line.go, reason="it takes long")
            return answer if line.after else await through(end, route, **kwargs)

        monkeypatch.setattr(FakeHTTPClient, "request", request)
        return line

    return lay


async def let_go(server: Server, line: Slow) -> None:
    """What was slow arrives."""
    line.go.set_result(None)
    await server.world.env.settle()


# Nights in which clocks change


@pytest.mark.parametrize(
    ("zone", "time", "evening", "moments"),
    [
        ("Europe/Berlin", "02:30", "2026-03-28", ["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"]),
        ("Europe/Berlin", "02:30", "2026-10-24", ["2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"]),
        ("America/New_York", "02:30", "2026-03-07", ["2026-03-07 07:30", "2026-03-08 07:00", "2026-03-09 06:30"]),
        ("America/New_York", "01:30", "2026-10-31", ["2026-10-31 05:30", "2026-11-01 05:30", "2026-11-02 06:30"]),
        ("Australia/Lord_Howe", "02:15", "2026-10-03", ["2026-10-02 15:45", "2026-10-03 15:30", "2026-10-04 15:15"]),
        ("Australia/Lord_Howe", "01:45", "2026-04-04", ["2026-04-03 14:45", "2026-04-04 14:45", "2026-04-05 15:15"]),
        ("Asia/Kolkata", "02:30", "2026-03-28", ["2026-03-27 21:00", "2026-03-28 21:00", "2026-03-29 21:00"]),
        ("Pacific/Apia", "03:30", "2026-04-04", ["2026-04-03 14:30", "2026-04-04 14:30", "2026-04-05 14:30"]),
    ],
)
async def test_a_night_in_which_clocks_change_has_one_post_at_the_right_moment(
    server: Server, zone: str, time: str, evening: str, moments: list[str]
) -> None:
    at = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments]
    pass_by(server, at[0] - HOUR)
    await server.schedule(time, timezone=zone)

    for number, moment in enumerate(at):
        pass_by(server, moment - 2 * MINUTE)
        await server.until(moment - MINUTE)
        assert len(questions(server)) == number
        await server.until(moment + 90 * MINUTE)  # in autumn, over the time again
        assert len(questions(server)) == number + 1

    first = datetime.fromisoformat(evening).date()
    assert await server.days() == [(first + number * DAY).isoformat() for number in range(3)]
    assert [row["opened"] for row in await server.world.rows(postings)] == at


# The clock of the machine is set, while Discord's goes on


def set_clock(server: Server, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """The bot's clock jumps."""
    now = server.world.env.now
    monkeypatch.setattr(server.world.env, "now", lambda: now() + by)


async def test_a_clock_that_jumps_over_the_time_posts_once_and_not_again_when_it_is_set_right(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - 30 * MINUTE)

    set_clock(server, monkeypatch, 3 * HOUR)
    await server.world.env.advance_time(90)
    (card,) = questions(server)
    set_clock(server, monkeypatch, -3 * HOUR)
    await server.until(NINE + HOUR)

    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert len(questions(server)) == 1
    assert await next_posts(server) == {1: NINE + DAY}


async def test_a_clock_that_jumps_far_over_the_time_leaves_that_day_out_and_posts_on_the_next(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - 30 * MINUTE)

    set_clock(server, monkeypatch, 10 * HOUR)
    await server.world.env.advance_time(90)
    assert questions(server) == []
    await over(server, NINE + DAY)

    assert [each[:2] for each in await rows(server)] == [(1, "2026-01-02")]
    assert len(questions(server)) == 1


async def test_a_clock_that_jumps_back_after_the_post_does_not_post_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    await server.schedule("09:00")
    await over(server, NINE)
    (card,) = questions(server)

    set_clock(server, monkeypatch, -20 * MINUTE)
    await server.until(NINE + 30 * MINUTE)
    assert await rows(server) == [(1, "2026-01-01", card.id)]
    await over(server, NINE + DAY)

    assert [each[:2] for each in await rows(server)] == [(1, "2026-01-01"), (1, "2026-01-02")]
    assert len(questions(server)) == 2


# Changes about the time


async def test_an_edit_just_before_the_time_moves_the_post_and_one_just_after_it_holds_from_the_next_day(server: Server) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - MINUTE)

    await server.daily("edit", time="10:00")
    await server.until(NINE + 30 * MINUTE)
    assert questions(server) == []
    await over(server, NINE + HOUR)
    (card,) = questions(server)
    await server.daily("edit", time="11:00")
    await over(server, NINE + 2 * HOUR)
    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert len(questions(server)) == 1

    await over(server, NINE + DAY + HOUR)
    assert len(questions(server)) == 1
    await over(server, NINE + DAY + 2 * HOUR)
    assert len(questions(server)) == 2
    assert await server.days() == ["2026-01-01", "2026-01-02"]


async def test_an_edit_into_another_zone_posts_once_for_each_date_of_a_wall(server: Server) -> None:
    await server.schedule("09:00", timezone="Pacific/Apia")
    await over(server, datetime(2026, 1, 1, 20, tzinfo=UTC))  # on January 2 in Apia

    await server.daily("edit", timezone="America/New_York", time="18:00")
    for day in range(3):
        await over(server, datetime(2026, 1, 1 + day, 23, tzinfo=UTC))

    assert await server.days() == ["2026-01-02", "2026-01-01", "2026-01-03"]
    assert len(questions(server)) == 3


@pytest.mark.parametrize("killed", [False, True])
async def test_a_post_that_is_being_sent_while_its_schedule_changes_goes_out_once_and_the_next_as_the_schedule_says(
    server: Server, slow: Callable[[Slow], Slow], killed: bool
) -> None:
    for _ in range(4):
        await server.schedule("09:00")
    line = slow(Slow(SEND, after=True))
    await over(server, NINE)
    assert len(line.bodies) == 4

    await server.daily("edit", "1", time="08:00")
    await server.daily("edit", "2", time="10:00")
    await server.daily("pause", "3")
    await server.daily("remove", "4")
    assert [each[1:] for each in await rows(server)] == [("2026-01-01", None)] * 4
    if killed:
        await server.world.restart(down_s=60)
    else:
        await let_go(server, line)
    await server.until(NINE + 2 * HOUR)

    cards = questions(server)
    assert sorted(await rows(server)) == [(number, "2026-01-01", cards[number - 1].id) for number in range(1, 5)]
    assert len(cards) == 4
    assert await next_posts(server) == {1: NINE + DAY - HOUR, 2: NINE + DAY + HOUR}
    await over(server, NINE + REVEALED)
    assert ["Time is up" in all_text(card) for card in questions(server)] == [True] * 4


@pytest.mark.parametrize(("stop", "again"), [("pause", "resume"), ("remove", "Undo")])
async def test_a_post_that_was_being_sent_when_its_schedule_stopped_went_on_and_the_bot_was_killed_is_found(
    server: Server, stop: str, again: str
) -> None:
    await server.schedule("09:00")
    server.world.wire.hang(SEND, after=True)
    await over(server, NINE)
    (card,) = questions(server)

    stopped = await server.mia.slash(server.world.channel, f"daily {stop}", schedule="1")
    if again == "Undo":
        await server.mia.click(reply(stopped), label="Undo")
    else:
        await server.daily(again)
    await server.world.restart(down_s=60)
    await server.until(NINE + HOUR)

    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert await next_posts(server) == {1: NINE + DAY}
    await over(server, NINE + REVEALED)
    assert "Time is up" in all_text(card)


# The bot is down


@pytest.mark.parametrize(("down", "days"), [(LATE_UP_TO, ["2026-01-01"]), (LATE_UP_TO + 2 * MINUTE, [])])
async def test_a_time_that_was_missed_by_up_to_six_hours_is_made_up_for_once(server: Server, down: timedelta, days: list[str]) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - MINUTE)

    await server.world.restart(down_s=down.total_seconds() + 60)

    assert await server.days() == days
    assert len(questions(server)) == len(days)
    await server.world.restart(down_s=60)
    await over(server, NINE + DAY)
    assert await server.days() == [*days, "2026-01-02"]
    assert len(questions(server)) == len(days) + 1


async def test_of_several_days_that_were_missed_only_the_last_one_is_made_up_for(server: Server) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - MINUTE)

    await server.world.restart(down_s=(4 * DAY + HOUR).total_seconds())
    await server.world.env.advance_time(60)

    assert await server.days() == ["2026-01-05"]
    assert len(questions(server)) == 1
    assert await next_posts(server) == {1: NINE + 5 * DAY}


# A send of which nobody knows whether it arrived, in a channel and in a forum at once


@pytest.fixture
async def forum(server: Server) -> simcord.ChannelHandle:
    """A forum, beside the channel."""
    made = server.world.guild.create_forum_channel("ml-forum")
    await server.world.env.settle()
    return made


def in_both(server: Server, forum: simcord.ChannelHandle) -> list[simcord.ResponseMessage]:
    """The questions of the channel, then those of the forum."""
    return questions(server, server.channel, *forum.threads)


async def check_one_in_each(server: Server, forum: simcord.ChannelHandle) -> None:
    """One post in the channel and one in the forum; both are known, are revealed, and are followed by one each on the next day."""
    cards = in_both(server, forum)
    assert sorted(await rows(server)) == [(number, "2026-01-01", card.id) for number, card in enumerate(cards, 1)]
    assert [len(questions(server)), len(forum.threads)] == [1, 1]
    assert await next_posts(server) == {1: NINE + DAY, 2: NINE + DAY}
    await over(server, NINE + REVEALED)
    assert ["Time is up" in all_text(card) for card in cards] == [True, True]
    await over(server, NINE + DAY)
    assert [len(questions(server)), len(forum.threads)] == [2, 2]


@pytest.mark.parametrize("after", [False, True])
async def test_a_bot_that_is_killed_while_it_sends_has_sent_once(server: Server, forum: simcord.ChannelHandle, after: bool) -> None:
    await server.schedule("09:00")
    await server.schedule("09:00", channel=forum)
    for request in (SEND, POST_IN_FORUM):
        server.world.wire.hang(request, after=after)
    await over(server, NINE)
    assert len(in_both(server, forum)) == (2 if after else 0)

    await server.world.restart(down_s=60)

    await check_one_in_each(server, forum)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [server_error, reset])
async def test_a_send_that_failed_is_repeated_only_if_it_did_not_arrive(
    server: Server, forum: simcord.ChannelHandle, error: Failing, after: bool
) -> None:
    await server.schedule("09:00")
    await server.schedule("09:00", channel=forum)
    for request in (SEND, POST_IN_FORUM):
        (server.world.wire.lose_answer if after else server.world.wire.lose_request)(request, error())

    await over(server, NINE, after=2 * MINUTE)

    assert [vars(problem)["action"] for problem in server.world.problems] == ["timer-failed"] * 2
    server.world.problems.clear()
    await check_one_in_each(server, forum)


@pytest.mark.parametrize("may_delete", [True, False])
async def test_of_two_posts_in_a_forum_of_which_neither_was_confirmed_the_older_one_stays(
    server: Server, forum: simcord.ChannelHandle, may_delete: bool
) -> None:
    await server.schedule("09:00", channel=forum)
    server.world.wire.hang(POST_IN_FORUM, after=True)
    await over(server, NINE)
    (first,) = forum.threads
    parent = server.world.app.client.get_channel(forum.id)
    assert isinstance(parent, discord.ForumChannel)
    (shown,) = questions(server, first)
    again = await parent.create_thread(name="The same", view=LayoutView.from_message(shown.message, timeout=None))
    other = await parent.create_thread(name="How daily questions work", content="One comes each morning.")
    if not may_delete:  # a thread, one's own too, is deleted with Manage Threads alone
        server.world.env.inject_error("DELETE", f"/channels/{again.thread.id}", status=403, code=50013, message="Missing Permissions")

    await server.world.restart(down_s=60)

    assert {thread.id for thread in forum.threads} == {first.id, other.thread.id, *([] if may_delete else [again.thread.id])}
    assert [card.id for card in questions(server, *forum.threads)] == [shown.id]
    assert await rows(server) == [(1, "2026-01-01", shown.id)]


# Killed while it sends, and down until after the reveal


async def test_a_post_that_was_not_sent_when_the_bot_was_killed_opens_for_its_full_time_once(server: Server) -> None:
    await server.schedule("09:00", reveal_after=1)
    server.world.wire.hang(SEND, after=False)
    await over(server, NINE)

    await server.world.restart(down_s=(2 * HOUR).total_seconds())
    await server.world.env.advance_time(60)

    (card,) = questions(server)
    (posting,) = await server.world.rows(postings)
    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert posting["closes"] - card.message.created_at >= HOUR - 5 * MINUTE
    await over(server, posting["closes"])
    assert "Time is up" in all_text(card)
    assert len(server.channel.threads) == 1


@pytest.mark.parametrize("down", [2 * HOUR, 3 * DAY + 2 * HOUR])
async def test_a_post_that_had_arrived_when_the_bot_was_killed_is_revealed_though_its_time_was_over_when_it_was_found(
    server: Server, down: timedelta
) -> None:
    await server.schedule("09:00", reveal_after=1)
    server.world.wire.hang(SEND, after=True)
    await over(server, NINE)
    (card,) = questions(server)

    await server.world.restart(down_s=down.total_seconds())
    await server.world.env.advance_time(60)

    assert (1, "2026-01-01", card.id) in await rows(server)
    assert "Time is up" in all_text(card)
    assert server.world.edits(card) == 1
    assert len(server.channel.threads) == 1


async def test_an_outage_of_more_than_six_hours_leaves_the_day_out_and_the_next_one_is_posted(server: Server) -> None:
    await server.schedule("09:00")
    server.world.wire.lose_request(SEND, server_error(), times=ALWAYS)
    await over(server, NINE)

    pass_by(server, NINE + LATE_UP_TO + MINUTE)
    await server.world.env.advance_time(60)
    assert await rows(server) == []
    server.world.wire.mend()
    server.world.problems.clear()
    await over(server, NINE + DAY)

    assert await server.days() == ["2026-01-02"]
    assert len(questions(server)) == 1


# Two bots on one database file, which a lock on it prevents


async def start_second(server: Server) -> None:
    """Another process of the bot, while the first goes on."""
    server.world.wire.listen(LOGIN, server.world.app.timers.start)  # in what SimCord sees as the bot's work
    await server.world.restart()


async def test_of_two_bots_one_posts_and_the_other_finds_its_card(server: Server, slow: Callable[[Slow], Slow]) -> None:
    await server.schedule("09:00")
    await start_second(server)
    line = slow(Slow(SEND, after=True))
    looked: list[None] = []
    server.world.wire.listen(HISTORY, lambda: looked.append(None))

    await over(server, NINE)
    assert len(looked) == 1
    await let_go(server, line)

    (card,) = questions(server)
    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert await next_posts(server) == {1: NINE + DAY}
    await over(server, NINE + REVEALED)
    assert len(server.channel.threads) == 1
    await over(server, NINE + DAY)
    assert len(questions(server)) == 2


async def test_of_two_bots_that_send_before_either_has_arrived_both_send_the_same_nonce(server: Server, slow: Callable[[Slow], Slow]) -> None:
    await server.schedule("09:00")
    await start_second(server)
    line = slow(Slow(SEND, after=False))

    await over(server, NINE)
    await let_go(server, line)

    # Of two messages with the same enforced nonce Discord keeps the first and answers both with it; SimCord takes both.
    (posting,) = await server.world.rows(postings)
    assert [(body["nonce"], body["enforce_nonce"]) for body in line.bodies] == [(posting["nonce"], True)] * 2
    assert await server.days() == ["2026-01-01"]
    assert await next_posts(server) == {1: NINE + DAY}


# Today's at once


async def now(server: Server) -> simcord.InteractionResult:
    """Mia wants today's question at once."""
    return await server.mia.slash(server.world.channel, "daily now", schedule="1")


def press_now(server: Server) -> simcord.InteractionResult:
    """The same; several of these before `env.settle` arrive at once."""
    backend = server.world.env.backend
    options = [{"type": 1, "name": "now", "options": [{"type": 3, "name": "schedule", "value": "1"}]}]
    data = {"id": "1", "type": 1, "name": "daily", "options": options}
    place = {"channel_id": server.world.channel.id, "guild_id": server.world.guild.id, "user_id": server.mia.id}
    record, payload = interactions.base_payload(backend, type=InteractionType.APPLICATION_COMMAND, data=data, **place)
    backend.emit("INTERACTION_CREATE", payload)
    return simcord.InteractionResult(server.world.env, record)


async def test_todays_question_posted_at_once_does_not_come_again_at_its_time(server: Server) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - HOUR)

    said = all_text(reply(await now(server)))
    (card,) = questions(server)
    await over(server, NINE)
    again = all_text(reply(await now(server)))

    assert said.startswith("Posted: ")
    assert again.startswith("Today's question was posted already: ")
    assert all(text.endswith(f"/{server.channel.id}/{card.id}") for text in (said, again))
    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert len(questions(server)) == 1
    await over(server, NINE + DAY)
    assert await server.days() == ["2026-01-01", "2026-01-02"]
    assert len(questions(server)) == 2


async def test_two_who_want_it_at_its_time_make_one_post_and_are_both_led_to_it(server: Server) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE)
    sent: list[None] = []
    server.world.wire.listen(SEND, lambda: sent.append(None))

    both = [press_now(server), press_now(server)]
    await server.until(NINE + 2 * MINUTE)

    (card,) = questions(server)
    assert all(all_text(reply(each)).endswith(f"/{server.channel.id}/{card.id}") for each in both)
    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert len(sent) == 1
    assert await next_posts(server) == {1: NINE + DAY}


@pytest.mark.parametrize("after", [False, True])
async def test_a_bot_that_is_killed_while_it_posts_at_once_has_posted_once(server: Server, after: bool) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - HOUR)
    server.world.wire.hang(SEND, after=after)
    await now(server)

    await server.world.restart(down_s=10)
    await server.world.env.advance_time(60)
    (card,) = questions(server)
    await over(server, NINE)

    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert len(questions(server)) == 1
    assert await next_posts(server) == {1: NINE + DAY}


async def test_posting_at_once_in_an_outage_is_answered_with_a_sentence_and_made_up_for_once(server: Server) -> None:
    await server.schedule("09:00")
    pass_by(server, NINE - HOUR)
    server.world.wire.lose_answer(SEND, server_error())

    said = all_text(reply(await now(server)))
    assert vars(server.world.problem())["reference"] in said
    (card,) = questions(server)
    await server.world.env.advance_time(60)
    await over(server, NINE)

    assert await rows(server) == [(1, "2026-01-01", card.id)]
    assert len(questions(server)) == 1

"""Two people of whom something stands in every table, so that one can be exported or erased and the other must not change."""

import json
from datetime import datetime, timedelta
from typing import Any

import discord
import simcord
from sqlalchemy import Connection, insert
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.account.service import ERASE_MESSAGES
from bot.practice.model import NOBODY
from bot.storage.tables import (
    answer_parts,
    answer_versions,
    attempts,
    daily_follows,
    daily_posts,
    daily_queue,
    daily_reminders,
    daily_schedules,
    offered_texts,
    postings,
    practice_counts,
    question_reports,
    second_looks,
    streak_roles,
    text_messages,
    timers,
    user_settings,
)
from tests.conftest import World, reply

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."
OWNED = (attempts, practice_counts, question_reports, offered_texts, text_messages, user_settings, daily_follows, daily_reminders)  # by user_id
HANGING = (answer_versions, answer_parts, second_looks)  # on an attempt
OF_SCHEDULES = (daily_posts, daily_queue, streak_roles)  # the server's, and about nobody

Tables = dict[str, list[dict[str, Any]]]


async def fill(world: World, person: simcord.MemberActor) -> Any:
    """Everything there can be of one person. Returns the card of the question that they drew and answered; a second one is open.

    They have also made a schedule, follow the server, and have opened the form of a daily question of which they were reminded.
    """
    card = await world.draw(person, difficulty="easy")
    debrief = reply(await world.answer(card, f"{ANSWER} {person.name}", person, sureness="high"))
    await person.submit_modal(await person.click(debrief, label="Self-check"), {"points": ["0", "1"], "recall": "good"})
    await person.submit_modal(await person.click(debrief, label="Report"), {"text": f"The sum is off, says {person.name}."})
    await world.draw(person, difficulty="hard")
    shown = reply(await person.slash(world.channel, "settings me"))
    await person.submit_modal(await person.click(shown, label="Minutes"), {"minutes": "25"})
    message = await say(world, person, f"Here is what you wrote: {person.name}")
    posting_id = (await of(world, person))["drawn"][0]["id"]
    own = next(row["id"] for row in await world.rows(attempts) if row["user_id"] == person.id)
    at = world.now()

    def work(conn: Connection) -> None:
        conn.execute(insert(answer_parts), {"message_id": message.id + 1, "attempt_id": own, "text": f"{person.name} 1", "at": at, "late": False})
        conn.execute(insert(second_looks), {"attempt_id": own, "point": 2, "text": f"{person.name} 2", "at": at})
        conn.execute(insert(offered_texts), {"message_id": message.id + 2, "user_id": person.id, "text": f"{person.name} 3", "at": at})
        conn.execute(insert(text_messages), {"message_id": message.id, "channel_id": message.channel.id, "user_id": person.id})
        later = at.replace(year=at.year + 1)
        conn.execute(insert(timers), {"kind": "nudge", "key": str(own), "due": later, "payload": {}})
        _daily(conn, world, person)

    await world.app.db.write(work)
    assert posting_id
    return card


def _daily(conn: Connection, world: World, person: simcord.MemberActor) -> None:
    at, question, queued = world.now(), *world.bank.topics[0].questions[:2]
    plan = {"guild_id": world.guild.id, "channel_id": world.channel.id, "maker_id": person.id, "minute": 540, "zone": "Europe/Berlin"}
    plan |= {"days": "mon,fri", "difficulty": "mon=easy", "topic": world.bank.topics[0].id, "type": "technical", "role_id": world.guild.id + 1}
    plan |= {"reveal_after": 12, "thread": True, "made": at, "confirmed": at}
    schedule_id = conn.execute(insert(daily_schedules).returning(daily_schedules.c.id), plan).scalar_one()
    post = {"kind": "daily", "question_id": question.id, "place": "channel", "guild_id": world.guild.id, "channel_id": world.channel.id}
    post |= {"message_id": world.channel.id + schedule_id, "owner_id": NOBODY, "practised_before": 0, "nonce": f"daily-{schedule_id}"}
    post |= {"opened": at, "closes": at + timedelta(hours=12)}
    posting_id = conn.execute(insert(postings).returning(postings.c.id), post).scalar_one()
    begun = {"posting_id": posting_id, "user_id": person.id, "question_id": question.id, "state": "started", "started": at, "began": at}
    conn.execute(insert(attempts), begun)
    conn.execute(insert(daily_posts), {"schedule_id": schedule_id, "local_date": at.date(), "posting_id": posting_id, "thread": True})
    conn.execute(insert(daily_queue), {"schedule_id": schedule_id, "question_id": queued.id})
    conn.execute(insert(daily_follows), {"guild_id": world.guild.id, "user_id": person.id})
    conn.execute(insert(daily_reminders), {"posting_id": posting_id, "user_id": person.id})
    conn.execute(upsert(streak_roles).on_conflict_do_nothing(), {"guild_id": world.guild.id, "days": 7, "role_id": world.guild.id + 1})


async def say(world: World, person: simcord.MemberActor, text: str) -> discord.Message:
    """The bot sends a message to a person that stays."""
    message = await world.app.client.get_partial_messageable(person.user.dm_channel.id).send(text)
    await world.env.settle()
    return message


async def of(world: World, person: simcord.MemberActor) -> Tables:
    """All rows of a person, by the names of the export, read table by table."""
    own = [row for row in await world.rows(attempts) if row["user_id"] == person.id]
    ids = {row["id"] for row in own}
    every = await world.rows(postings)
    drawn = [row for row in every if row["owner_id"] == person.id]
    hanging = [[row for row in await world.rows(table) if row["attempt_id"] in ids] for table in HANGING]
    owned = [[row for row in await world.rows(table) if row["user_id"] == person.id] for table in OWNED]
    keys = [("close-interview", str(row["id"])) for row in drawn] + [("nudge", str(each)) for each in ids] + [(ERASE_MESSAGES, str(person.id))]
    return {
        "attempts": own,
        **dict(zip(("answers", "parts", "second_looks"), hanging, strict=True)),
        "drawn": drawn,
        "answered": [row for row in every if row["owner_id"] != person.id and row["id"] in {each["posting_id"] for each in own}],
        **dict(zip(("counts", "reports", "offered_texts", "bot_messages", "settings", "follows", "reminders"), owned[1:], strict=True)),
        "schedules": [row for row in await world.rows(daily_schedules) if row["maker_id"] == person.id],
        "timers": [row for row in await world.rows(timers) if (row["kind"], row["key"]) in keys],
    }


def as_written(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON holds them, Discord's ids as strings."""
    ids = {"user_id", "owner_id", "guild_id", "channel_id", "message_id", "dm_channel_id", "dm_card_id", "maker_id", "role_id"}
    strings = [{name: str(value) if name in ids and value is not None else value for name, value in row.items()} for row in rows]
    written: list[dict[str, Any]] = json.loads(json.dumps(strings, default=lambda value: value.isoformat() if isinstance(value, datetime) else value))
    return written

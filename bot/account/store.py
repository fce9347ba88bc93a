"""The statements of the account room: settings, and all that is stored about one person or one server.

It erases from the tables of every room: one transaction has to take all of it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, Table, and_, cast, delete, exists, func, or_, select, union, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.account.model import Kinds, Message, Stored
from bot.practice.model import NOBODY
from bot.storage.tables import (
    answer_parts,
    answer_versions,
    attempts,
    daily_follows,
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
from bot.timers import Timer
from bot.timers import add as add_timer

IN_CHANNEL = "channel"  # the place of a posting whose card everybody there sees
OF_SERVERS = (daily_schedules, daily_follows, streak_roles)  # tables whose rows belong to a server as a whole

Rows = list[dict[str, Any]]


def set_preference(conn: Connection, user_id: int, name: str, value: object) -> None:
    """Change one setting of a person."""
    statement = upsert(user_settings).values({"user_id": user_id, name: value})
    conn.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_={name: value}))


# One person


def stored(conn: Connection, user_id: int) -> Stored:
    """How much there is of a person."""

    def count(table: Table, which: ColumnElement[bool]) -> int:
        return conn.execute(select(func.count()).select_from(table).where(which)).scalar_one()

    own = attempts.c.user_id == user_id
    submitted = attempts.c.submitted.is_not(None)
    return Stored(
        answers=count(attempts, own & submitted),
        texts=count(answer_versions, _of_own_attempt(answer_versions, user_id)),
        drafts=count(attempts, own & ~submitted),
        typed=count(answer_parts, _of_own_attempt(answer_parts, user_id)),
        rewritten=count(second_looks, _of_own_attempt(second_looks, user_id)),
        offered=count(offered_texts, offered_texts.c.user_id == user_id),
        drawn=count(postings, postings.c.owner_id == user_id),
        counts=count(practice_counts, practice_counts.c.user_id == user_id),
        reports=count(question_reports, question_reports.c.user_id == user_id),
        settings=count(user_settings, user_settings.c.user_id == user_id),
        follows=count(daily_follows, daily_follows.c.user_id == user_id),
        reminders=count(daily_reminders, daily_reminders.c.user_id == user_id),
        schedules=count(daily_schedules, daily_schedules.c.maker_id == user_id),
        messages=count(text_messages, text_messages.c.user_id == user_id),
    )


def everything(conn: Connection, user_id: int, kinds: Kinds, erasing: str) -> dict[str, Rows]:
    """All rows about a person, under the names that the export gives them. Of a posting that somebody else drew, where and when it was."""

    def rows(statement: Select[Any]) -> Rows:
        return [dict(row._mapping) for row in conn.execute(statement)]

    not_theirs = {"owner_id", "nonce"}
    answered = select(*(column for column in postings.c if column.name not in not_theirs)).where(
        postings.c.owner_id != user_id, postings.c.id.in_(select(attempts.c.posting_id).where(attempts.c.user_id == user_id))
    )
    own_postings = _ids(postings, postings.c.owner_id == user_id)
    return {
        "settings": rows(select(user_settings).where(user_settings.c.user_id == user_id)),
        "attempts": rows(select(attempts).where(attempts.c.user_id == user_id).order_by(attempts.c.id)),
        "answers": rows(select(answer_versions).where(_of_own_attempt(answer_versions, user_id)).order_by(answer_versions.c.id)),
        "parts": rows(select(answer_parts).where(_of_own_attempt(answer_parts, user_id)).order_by(answer_parts.c.message_id)),
        "second_looks": rows(select(second_looks).where(_of_own_attempt(second_looks, user_id)).order_by(second_looks.c.id)),
        "drawn": rows(select(postings).where(postings.c.owner_id == user_id).order_by(postings.c.id)),
        "answered": rows(answered.order_by(postings.c.id)),
        "counts": rows(select(practice_counts).where(practice_counts.c.user_id == user_id).order_by(practice_counts.c.question_id)),
        "reports": rows(select(question_reports).where(question_reports.c.user_id == user_id).order_by(question_reports.c.id)),
        "offered_texts": rows(select(offered_texts).where(offered_texts.c.user_id == user_id).order_by(offered_texts.c.message_id)),
        "bot_messages": rows(select(text_messages).where(text_messages.c.user_id == user_id).order_by(text_messages.c.message_id)),
        "follows": rows(select(daily_follows).where(daily_follows.c.user_id == user_id).order_by(daily_follows.c.guild_id)),
        "reminders": rows(select(daily_reminders).where(daily_reminders.c.user_id == user_id).order_by(daily_reminders.c.posting_id)),
        "schedules": rows(select(daily_schedules).where(daily_schedules.c.maker_id == user_id).order_by(daily_schedules.c.id)),
        "timers": rows(
            select(timers)
            .where(or_(_timers_of(own_postings, _own_attempts(user_id), kinds), (timers.c.kind == erasing) & (timers.c.key == str(user_id))))
            .order_by(timers.c.due, timers.c.kind)
        ),
    }


def erase(conn: Connection, user_id: int, kinds: Kinds) -> tuple[list[Message], list[Message]]:
    """Erase a person. Returns the bot's messages that hold their text, and the cards that nothing stands behind any more."""
    alone = (postings.c.owner_id == user_id) & ~exists().where(attempts.c.posting_id == postings.c.id, attempts.c.user_id != user_id)
    own = attempts.c.user_id == user_id
    messages = select(text_messages.c.channel_id, text_messages.c.message_id).where(text_messages.c.user_id == user_id)
    cards = select(postings.c.channel_id, postings.c.message_id).where(
        alone, postings.c.closed.is_(None), postings.c.message_id.is_not(None), postings.c.place == IN_CHANNEL
    )
    draft_cards = select(attempts.c.dm_channel_id, attempts.c.dm_card_id).where(own, attempts.c.draft, attempts.c.dm_card_id.is_not(None))
    texts = _messages(conn, messages)
    stale = _messages(conn, cards) + [each for each in _messages(conn, draft_cards) if each[0] is not None]

    conn.execute(delete(timers).where(_timers_of(_ids(postings, alone), _own_attempts(user_id), kinds)))
    conn.execute(delete(postings).where(alone))
    conn.execute(update(postings).where(postings.c.owner_id == user_id).values(owner_id=NOBODY))
    conn.execute(update(daily_schedules).where(daily_schedules.c.maker_id == user_id).values(maker_id=NOBODY))
    for table in (attempts, practice_counts, question_reports, offered_texts, text_messages, user_settings, daily_follows, daily_reminders):
        conn.execute(delete(table).where(table.c.user_id == user_id))
    return texts, list(dict.fromkeys(stale))


def timer(conn: Connection, kind: str, key: str) -> Timer | None:
    """A timer that waits, or whose work is being done."""
    row = conn.execute(select(timers).where(timers.c.kind == kind, timers.c.key == key)).one_or_none()
    return None if row is None else Timer(row.kind, row.key, row.due, row.payload)


def add_messages(conn: Connection, kind: str, user_id: int, at: datetime, more: Mapping[str, list[Message]]) -> datetime:
    """Set the timer that takes messages back, together with those that an earlier one has not taken back yet. Returns when it is due."""
    before = timer(conn, kind, str(user_id))
    payload = {name: [*(before.payload[name] if before is not None else ()), *map(list, found)] for name, found in more.items()}
    # Never the same moment again: one that is at work would take this one away with itself.
    due = at if before is None else max(at, before.due + timedelta(microseconds=1))
    add_timer(conn, Timer(kind, str(user_id), due, payload))
    return due


def _messages(conn: Connection, statement: Select[Any]) -> list[Message]:
    return [(channel_id, message_id) for channel_id, message_id in conn.execute(statement)]


def _of_own_attempt(table: Table, user_id: int) -> ColumnElement[bool]:
    return table.c.attempt_id.in_(select(attempts.c.id).where(attempts.c.user_id == user_id))


def _ids(table: Table, which: ColumnElement[bool]) -> Select[Any]:
    return select(cast(table.c.id, String)).where(which)


def _own_attempts(user_id: int) -> Select[Any]:
    return _ids(attempts, attempts.c.user_id == user_id)


def _timers_of(posting_ids: Select[Any], attempt_ids: Select[Any], kinds: Kinds) -> ColumnElement[bool]:
    return or_(
        and_(timers.c.kind.in_(kinds.by_posting), timers.c.key.in_(posting_ids)),
        and_(timers.c.kind.in_(kinds.by_attempt), timers.c.key.in_(attempt_ids)),
    )


# One server. Private cards and those in direct messages belong to a person, also when they were asked for in a server that never had the bot.


def servers(conn: Connection) -> set[int]:
    """Every server of which something is stored."""
    posted = select(postings.c.guild_id).where(postings.c.guild_id.is_not(None), postings.c.place == IN_CHANNEL)
    rows = conn.execute(union(posted, *(select(table.c.guild_id) for table in OF_SERVERS)))
    return set(rows.scalars())


def known(conn: Connection, guild_id: int) -> bool:
    """Whether something is stored of a server."""
    of_it = [exists().where(table.c.guild_id == guild_id) for table in OF_SERVERS]
    return bool(conn.execute(select(or_(exists().where(_in_server(guild_id)), *of_it))).scalar())


def erase_server(conn: Connection, guild_id: int, kinds: Kinds) -> int:
    """Erase a server: what was posted in its channels, with everybody's answers to it, and its daily questions. Returns how many postings."""
    posting_ids = _ids(postings, _in_server(guild_id))
    attempt_ids = _ids(attempts, attempts.c.posting_id.in_(select(postings.c.id).where(_in_server(guild_id))))
    schedule_ids = _ids(daily_schedules, daily_schedules.c.guild_id == guild_id)
    of_schedules = timers.c.kind.in_(kinds.by_schedule) & timers.c.key.in_(schedule_ids)
    conn.execute(delete(timers).where(or_(_timers_of(posting_ids, attempt_ids, kinds), of_schedules)))
    for table in OF_SERVERS:
        conn.execute(delete(table).where(table.c.guild_id == guild_id))
    return conn.execute(delete(postings).where(_in_server(guild_id))).rowcount


def keys(conn: Connection, kind: str) -> Collection[str]:
    """The keys of all timers of a kind."""
    return conn.execute(select(timers.c.key).where(timers.c.kind == kind)).scalars().all()


def _in_server(guild_id: int) -> ColumnElement[bool]:
    return (postings.c.guild_id == guild_id) & (postings.c.place == IN_CHANNEL)

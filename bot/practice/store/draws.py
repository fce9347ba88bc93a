"""The statements of the draw: what a channel was shown, and what a person has met."""

from collections.abc import Collection

from sqlalchemy import BindParameter, Connection, bindparam, func, select, union, union_all

from bot.practice.draw import History, Practised
from bot.storage.tables import attempts, postings, practice_counts

_user_id: BindParameter[int] = bindparam("of_user")


def touched(conn: Connection, channel_id: int, user_id: int, question_ids: Collection[str]) -> set[str]:
    """Which of a few questions this channel was ever shown, or this person ever met."""
    rows = conn.execute(_touched, {"of_channel": channel_id, "of_user": user_id, "candidates": list(question_ids)})
    return set(rows.scalars())


_candidates: BindParameter[list[str]] = bindparam("candidates", expanding=True)
_touched = union(
    select(postings.c.question_id).where(postings.c.channel_id == bindparam("of_channel"), postings.c.question_id.in_(_candidates)),
    select(postings.c.question_id).where(postings.c.owner_id == _user_id, postings.c.question_id.in_(_candidates)),
    select(attempts.c.question_id).where(attempts.c.user_id == _user_id, attempts.c.question_id.in_(_candidates)),
    select(practice_counts.c.question_id).where(practice_counts.c.user_id == _user_id, practice_counts.c.question_id.in_(_candidates)),
)


def history(conn: Connection, channel_id: int, user_id: int) -> History:
    """All that the channel was shown, newest first, and all that the person met."""
    in_channel = conn.execute(_in_channel, {"of_channel": channel_id})
    met = conn.execute(_met, {"of_user": user_id})
    practised = conn.execute(_practised, {"of_user": user_id})
    person: dict[str, Practised] = {}
    for row in met:
        before = person.get(row.question_id)
        person[row.question_id] = Practised(0, row.at if before is None else max(before.last, row.at))
    person |= {row.question_id: Practised(row.times, row.last) for row in practised}
    return History(tuple(in_channel.scalars()), person)


_newest = func.max(postings.c.id)
_in_channel = (
    select(postings.c.question_id).where(postings.c.channel_id == bindparam("of_channel")).group_by(postings.c.question_id).order_by(_newest.desc())
)
_met = union_all(
    select(postings.c.question_id, postings.c.opened.label("at")).where(postings.c.owner_id == _user_id),
    select(attempts.c.question_id, attempts.c.started).where(attempts.c.user_id == _user_id),
)
_practised = select(practice_counts.c.question_id, practice_counts.c.count.label("times"), practice_counts.c.last).where(
    practice_counts.c.user_id == _user_id
)

"""The statements of the draw: what a channel was shown, and what a person has met."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    bindparam,
    func,
    literal_column,
    select,
    type_coerce,
    union,
    union_all,
)

from bot.practice.draw import NEVER, History, Practised
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


def history(conn: Connection, channel_id: int, user_id: int, question_ids: Collection[str] | None = None) -> History:
    """What the channel was shown, newest first, and what the person met: of a few questions, or all that they ever had."""
    whose: dict[str, Any] = {"of_channel": channel_id, "of_user": user_id}
    in_channel, met = _of_all
    if question_ids is not None:
        whose["candidates"] = list(question_ids)
        in_channel, met = _of_few
    person: dict[str, Practised] = {}
    for row in conn.execute(met, whose):
        person[row.question_id] = max(person.get(row.question_id, NEVER), Practised(row.times, row.last))
    return History(conn.execute(in_channel, whose).scalars().all(), person)


def _statements(*, few: bool) -> tuple[Select[Any], CompoundSelect[Any]]:
    def of(table: Table, owner: ColumnElement[bool], *columns: ColumnElement[Any]) -> Select[Any]:
        chosen = select(table.c.question_id, *columns).where(owner)
        return chosen.where(table.c.question_id.in_(_candidates)) if few else chosen

    in_channel = (
        of(postings, postings.c.channel_id == bindparam("of_channel")).group_by(postings.c.question_id).order_by(func.max(postings.c.id).desc())
    )
    met = union_all(
        of(practice_counts, practice_counts.c.user_id == _user_id, practice_counts.c.count.label("times"), _as_stored(practice_counts.c.last)),
        of(postings, postings.c.owner_id == _user_id, literal_column("0"), _as_stored(postings.c.opened)),
        of(attempts, attempts.c.user_id == _user_id, literal_column("0"), _as_stored(attempts.c.started)),
    )
    return in_channel, met


def _as_stored(moment: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(moment, BigInteger).label("last")


_of_few, _of_all = _statements(few=True), _statements(few=False)

"""What progress reads; the rows are written by practice."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, and_, bindparam, func, select

from bot.practice.model import State
from bot.storage.tables import answer_versions, attempts, practice_counts

_user_id: BindParameter[int] = bindparam("of_user")


def counts(conn: Connection, user_id: int) -> dict[str, int]:
    """How often a person has practised each question."""
    return {row.question_id: row.times for row in conn.execute(_counts, {"of_user": user_id})}


_counts = select(practice_counts.c.question_id, practice_counts.c.count.label("times")).where(practice_counts.c.user_id == _user_id)


def submitted(conn: Connection, user_id: int) -> Sequence[datetime]:
    """When a person submitted each of their answers."""
    return (conn.execute(_submitted, {"of_user": user_id})).scalars().all()


_submitted = select(attempts.c.submitted).where(attempts.c.user_id == _user_id, attempts.c.submitted.is_not(None))


def self_checks(conn: Connection, user_id: int) -> list[Row[Any]]:
    """`question_id`, `sureness` and `ticked` of each answer that counts and whose author has made the self-check."""
    rows = conn.execute(_self_checks, {"of_user": user_id}).all()
    return [row for row in rows if row.ticked is not None]  # not in the statement: JSON may hold a null of its own


_self_checks: Select[Any] = select(attempts.c.question_id, attempts.c.sureness, attempts.c.ticked).where(
    attempts.c.user_id == _user_id, attempts.c.state == State.SUBMITTED
)


# An attempt is in the history when there is a text, also one that came after the model answer and counts for nothing.
_text_of = (
    select(answer_versions.c.id)
    .where(answer_versions.c.attempt_id == attempts.c.id)
    .order_by(answer_versions.c.after_answer, answer_versions.c.id.desc())
    .limit(1)
    .correlate(attempts)
    .scalar_subquery()
)
_answered = select().select_from(attempts).join(answer_versions, answer_versions.c.id == _text_of).where(attempts.c.user_id == _user_id)
_at = func.coalesce(attempts.c.submitted, answer_versions.c.at).label("at")


def answered(conn: Connection, user_id: int) -> Sequence[str]:
    """The questions to which a person has sent a text, the newest first."""
    return conn.execute(_questions, {"of_user": user_id}).scalars().all()


_questions = _answered.add_columns(attempts.c.question_id).group_by(attempts.c.question_id).order_by(func.max(attempts.c.id).desc())


def answers(conn: Connection, user_id: int, question_ids: Collection[str] | None) -> int:
    """How many attempts with a text a person has, at some questions or at all."""
    return int(conn.execute(_of_these(_number, question_ids), {"of_user": user_id}).scalar_one())


_number = _answered.add_columns(func.count())


def entries(conn: Connection, user_id: int, question_ids: Collection[str] | None, first: int, most: int) -> Sequence[Row[Any]]:
    """Some of them, the newest first, with how often their question was practised and attempted."""
    return conn.execute(_of_these(_entries, question_ids), {"of_user": user_id, "first": first, "most": most}).all()


_entries = (
    _answered.add_columns(
        attempts.c.posting_id,
        attempts.c.question_id,
        _at,
        attempts.c.late,
        attempts.c.submitted.is_not(None).label("counted"),
        attempts.c.ticked,
        func.coalesce(practice_counts.c.count, 0).label("practised"),
        func.count().over(partition_by=attempts.c.question_id).label("attempts"),
    )
    .outerjoin(practice_counts, and_(practice_counts.c.user_id == attempts.c.user_id, practice_counts.c.question_id == attempts.c.question_id))
    .order_by(_at.desc(), attempts.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("first"))
)


def newest_texts(conn: Connection, user_id: int, question_ids: Collection[str], most: int) -> Sequence[Row[Any]]:
    """What a person has answered to some questions, the newest first."""
    return conn.execute(_of_these(_texts, question_ids).limit(most), {"of_user": user_id}).all()


def text(conn: Connection, user_id: int, posting_id: int) -> Row[Any] | None:
    """What a person has answered at one posting, None when they have not."""
    return conn.execute(_texts.where(attempts.c.posting_id == posting_id), {"of_user": user_id}).one_or_none()


_texts = _answered.add_columns(attempts.c.question_id, answer_versions.c.text, _at, attempts.c.late, attempts.c.ticked)
_texts = _texts.order_by(_at.desc(), attempts.c.id.desc())


def _of_these(statement: Select[Any], question_ids: Collection[str] | None) -> Select[Any]:
    return statement if question_ids is None else statement.where(attempts.c.question_id.in_(question_ids))

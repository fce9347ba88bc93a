"""What progress reads; the rows are written by practice."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, select

from bot.storage.tables import attempts, practice_counts

_user_id: BindParameter[int] = bindparam("of_user")


def counts(conn: Connection, user_id: int) -> dict[str, int]:
    """How often a person has practised each question."""
    return {row.question_id: row.times for row in conn.execute(_counts, {"of_user": user_id})}


_counts = select(practice_counts.c.question_id, practice_counts.c.count.label("times")).where(practice_counts.c.user_id == _user_id)


def submitted(conn: Connection, user_id: int) -> Sequence[datetime]:
    """When a person submitted each of their answers."""
    return (conn.execute(_submitted, {"of_user": user_id})).scalars().all()


_submitted = select(attempts.c.submitted).where(attempts.c.user_id == _user_id, attempts.c.submitted.is_not(None))

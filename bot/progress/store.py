"""What progress reads; the rows are written by practice."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import attempts, practice_counts

_user_id: BindParameter[int] = bindparam("of_user")


async def counts(conn: AsyncConnection, user_id: int) -> dict[str, int]:
    """How often a person has practised each question."""
    return {row.question_id: row.times for row in await conn.execute(_counts, {"of_user": user_id})}


_counts = select(practice_counts.c.question_id, practice_counts.c.count.label("times")).where(practice_counts.c.user_id == _user_id)


async def submitted(conn: AsyncConnection, user_id: int) -> Sequence[datetime]:
    """When a person submitted each of their answers."""
    return (await conn.execute(_submitted, {"of_user": user_id})).scalars().all()


_submitted = select(attempts.c.submitted).where(attempts.c.user_id == _user_id, attempts.c.submitted.is_not(None))

"""The statements of drafts: whose direct messages belong to which attempt, and their parts."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, exists, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.practice.model import Draft, Part
from bot.practice.store.attempts import ATTEMPT_COLUMNS, to_attempt
from bot.practice.store.postings import to_posting
from bot.storage.tables import answer_parts, attempts, postings

_user_id: BindParameter[int] = bindparam("of_user")
_drafts = select(postings, *ATTEMPT_COLUMNS).join(attempts, attempts.c.posting_id == postings.c.id).order_by(postings.c.closes, attempts.c.id)


def draft_of(conn: Connection, user_id: int) -> Draft | None:
    """The draft to which a person's direct messages belong."""
    return next(iter(_all(conn, _of_user, of_user=user_id)), None)


_of_user = _drafts.where(attempts.c.user_id == _user_id, attempts.c.draft)


def draft(conn: Connection, attempt_id: int) -> Draft | None:
    """An attempt with the parts typed for it, whether messages still belong to it or not."""
    return next(iter(_all(conn, _one, of_attempt=attempt_id)), None)


_one = _drafts.where(attempts.c.id == bindparam("of_attempt"))


def draft_with(conn: Connection, message_id: int) -> Draft | None:
    """The draft that a message is a part of, if messages still belong to it."""
    return next(iter(_all(conn, _with_part, of_message=message_id)), None)


_with_part = _drafts.join(answer_parts, answer_parts.c.attempt_id == attempts.c.id)
_with_part = _with_part.where(answer_parts.c.message_id == bindparam("of_message"), attempts.c.draft)


def drafts_at(conn: Connection, posting_id: int) -> list[Draft]:
    """Everybody's drafts of one posting."""
    return _all(conn, _at_posting, of_posting=posting_id)


_at_posting = _drafts.where(postings.c.id == bindparam("of_posting"), attempts.c.draft)


def all_drafts(conn: Connection) -> list[Draft]:
    """Every draft to which messages belong, those whose time is up first."""
    return _all(conn, _every)


_every = _drafts.where(attempts.c.draft)


def _all(conn: Connection, statement: Select[Any], **values: object) -> list[Draft]:
    rows = conn.execute(statement, values).all()
    return [Draft(to_posting(row), to_attempt(row), parts(conn, row.attempt_id)) for row in rows]


def parts(conn: Connection, attempt_id: int) -> tuple[Part, ...]:
    """The messages of one answer, in the order in which they were sent: ids of messages grow with time."""
    return tuple(Part(row.message_id, row.text, row.at, row.late) for row in conn.execute(_parts, {"of_attempt": attempt_id}))


_parts = select(answer_parts).where(answer_parts.c.attempt_id == bindparam("of_attempt")).order_by(answer_parts.c.message_id)


def set_draft(conn: Connection, attempt_id: int, dm_channel_id: int) -> None:
    """From now on what the person types belongs to this attempt."""
    conn.execute(_set_draft, {"of_attempt": attempt_id, "to_channel": dm_channel_id})


_set_draft = update(attempts).where(attempts.c.id == bindparam("of_attempt")).values(draft=True, dm_channel_id=bindparam("to_channel"))


def drop_draft(conn: Connection, user_id: int) -> None:
    """What the person types belongs to nothing any more."""
    conn.execute(_drop_draft, {"of_user": user_id})


_drop_draft = update(attempts).where(attempts.c.user_id == _user_id, attempts.c.draft).values(draft=False)


def drop_late_draft(conn: Connection, user_id: int) -> None:
    """The person has drawn another question, so what they type is no late part of one that has closed."""
    conn.execute(_drop_late_draft, {"of_user": user_id})


_closed = exists().where(postings.c.id == attempts.c.posting_id, postings.c.closed.is_not(None))
_drop_late_draft = _drop_draft.where(_closed)


def put_part(conn: Connection, attempt_id: int, part: Part) -> None:
    """Keep a message as a part of an answer, or what it was changed to."""
    conn.execute(_put_part, {"message_id": part.message_id, "attempt_id": attempt_id, "text": part.text, "at": part.at, "late": part.late})


_put_part = upsert(answer_parts)
_put_part = _put_part.on_conflict_do_update(index_elements=["message_id"], set_={"text": _put_part.excluded.text, "late": _put_part.excluded.late})


def drop_parts(conn: Connection, message_ids: Collection[int]) -> None:
    """Their author has deleted these messages."""
    conn.execute(_drop_parts, {"of_messages": list(message_ids)})


_drop_parts = delete(answer_parts).where(answer_parts.c.message_id.in_(bindparam("of_messages", expanding=True)))


def set_card(conn: Connection, attempt_id: int, message_id: int) -> None:
    """Discord has confirmed the card in the person's direct messages."""
    conn.execute(update(attempts).where(attempts.c.id == attempt_id).values(dm_card_id=message_id))

"""The statements of postings: kept before they are sent, confirmed, closed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, delete, exists, func, insert, or_, select, update

from bot.bank.bank import Filters
from bot.practice.model import Kind, Place, Posting, Spot, State
from bot.storage.tables import attempts, postings, question_totals

MENU = 25  # options of one select (Discord, "Select Menus")

_posting_id: BindParameter[int] = bindparam("of_posting")
_user_id: BindParameter[int] = bindparam("of_user")
_question_id: BindParameter[str] = bindparam("of_question")


def add_posting(conn: Connection, posting: Posting) -> Posting:
    """Keep a new posting before it is sent; gives it its id, which its buttons carry, and how often its question was practised by anybody."""
    values = {
        "kind": posting.kind,
        "question_id": posting.question_id,
        "place": posting.place,
        "difficulty": posting.filters.difficulty,
        "topic": posting.filters.topic,
        "type": posting.filters.type,
        "guild_id": posting.spot.guild_id,
        "channel_id": posting.spot.channel_id,
        "owner_id": posting.owner_id,
        "opened": posting.opened,
        "closes": posting.closes,
        "nonce": posting.nonce,
        "of_question": posting.question_id,
    }
    row = conn.execute(_add_posting, values).one()
    return replace(posting, id=row.id, practised_before=row.practised_before)


_total = select(question_totals.c.count).where(question_totals.c.question_id == _question_id).scalar_subquery()
_add_posting = insert(postings).values(practised_before=func.coalesce(_total, 0)).returning(postings.c.id, postings.c.practised_before)


def drop_posting(conn: Connection, posting_id: int) -> bool:
    """Forget a posting that never appeared. False: somebody has begun with it, so it did appear, and stays with what they typed."""
    return conn.execute(_drop_posting, {"of_posting": posting_id}).rowcount == 1


_drop_posting = delete(postings).where(postings.c.id == _posting_id, ~exists().where(attempts.c.posting_id == postings.c.id))


def posting(conn: Connection, posting_id: int) -> Posting | None:
    """One posting."""
    row = (conn.execute(_one_posting, {"of_posting": posting_id})).one_or_none()
    return None if row is None else to_posting(row)


_one_posting = select(postings).where(postings.c.id == _posting_id)


def open_unanswered(conn: Connection, user_id: int) -> list[Posting]:
    """The cards that a person has started and neither answered nor ended, oldest first."""
    return [to_posting(row) for row in conn.execute(_open_unanswered, {"of_user": user_id})]


_open_unanswered = (
    select(postings)
    .outerjoin(
        attempts,
        and_(attempts.c.posting_id == postings.c.id, attempts.c.user_id == postings.c.owner_id, attempts.c.state == State.SUBMITTED),
    )
    .where(postings.c.owner_id == _user_id, postings.c.closed.is_(None), postings.c.kind == Kind.INTERVIEW, attempts.c.id.is_(None))
    .order_by(postings.c.id)
)


def awaiting(conn: Connection, user_id: int, channel_id: int, now: datetime) -> list[Posting]:
    """Open postings that a person may have meant and has not answered: their own, one they are typing for, those of this channel; newest first."""
    return [to_posting(row) for row in conn.execute(_awaiting, {"of_user": user_id, "of_channel": channel_id, "at": now})]


_here = and_(postings.c.channel_id == bindparam("of_channel"), postings.c.place == Place.CHANNEL)
_awaiting = (
    select(postings)
    .outerjoin(attempts, and_(attempts.c.posting_id == postings.c.id, attempts.c.user_id == _user_id))
    .where(postings.c.closed.is_(None), postings.c.closes > bindparam("at", type_=postings.c.closes.type))
    .where(or_(attempts.c.id.is_(None), attempts.c.state == State.STARTED))
    .where(or_(postings.c.owner_id == _user_id, _here, attempts.c.draft))
    .order_by(postings.c.id.desc())
    .limit(MENU)
)


def newest_editable(conn: Connection, user_id: int, now: datetime) -> Posting | None:
    """The posting that a person has answered last, if that answer may still be changed."""
    row = conn.execute(_newest_editable, {"of_user": user_id, "at": now}).one_or_none()
    return None if row is None else to_posting(row)


_newest_editable = (
    select(postings)
    .join(attempts, and_(attempts.c.posting_id == postings.c.id, attempts.c.user_id == _user_id, attempts.c.state == State.SUBMITTED))
    .where(postings.c.closed.is_(None), postings.c.closes > bindparam("at", type_=postings.c.closes.type), attempts.c.saw_answer.is_(None))
    .order_by(attempts.c.submitted.desc())
    .limit(1)
)


def unconfirmed(conn: Connection) -> list[Posting]:
    """Open cards that somebody drew, of which nobody knows whether they arrived."""
    return [to_posting(row) for row in conn.execute(_unconfirmed)]


_unconfirmed = (
    select(postings)
    .where(postings.c.message_id.is_(None), postings.c.closed.is_(None), postings.c.place == Place.CHANNEL, postings.c.kind == Kind.INTERVIEW)
    .order_by(postings.c.id)
)


def set_message(conn: Connection, posting_id: int, message_id: int) -> None:
    """Remember the card that Discord has confirmed."""
    conn.execute(_set_message, {"of_posting": posting_id, "to_message": message_id})


_set_message = update(postings).where(postings.c.id == _posting_id).values(message_id=bindparam("to_message"))


def move_posting(conn: Connection, posting_id: int, place: Place, spot: Spot) -> None:
    """Its card stands somewhere else than it was meant to."""
    values = {"place": place, "guild_id": spot.guild_id, "channel_id": spot.channel_id}
    conn.execute(update(postings).where(postings.c.id == posting_id).values(values))


def close_posting(conn: Connection, posting_id: int, at: datetime, *, early: bool) -> bool:
    """Close an open posting. True for the one caller that closed it, False if it was closed already."""
    return (conn.execute(_close, {"of_posting": posting_id, "at": at, "early": early})).rowcount == 1


_close = update(postings).where(postings.c.id == _posting_id, postings.c.closed.is_(None))
_close = _close.values(closed=bindparam("at", type_=postings.c.closed.type), ended_early=bindparam("early"))


def others_at_it(conn: Connection, posting_id: int, user_id: int) -> int:
    """How many people but this one have answered a posting, or are typing an answer in their direct messages."""
    return (conn.execute(_others, {"of_posting": posting_id, "of_user": user_id})).scalar_one()


_others = select(func.count()).where(
    attempts.c.posting_id == _posting_id, attempts.c.user_id != _user_id, or_(attempts.c.draft, attempts.c.state == State.SUBMITTED)
)


def to_posting(row: Row[Any]) -> Posting:
    """A row of `postings`."""
    return Posting(
        id=row.id,
        kind=Kind(row.kind),
        question_id=row.question_id,
        place=Place(row.place),
        filters=Filters(row.difficulty, row.topic, row.type),
        spot=Spot(row.guild_id, row.channel_id),
        message_id=row.message_id,
        owner_id=row.owner_id,
        practised_before=row.practised_before,
        opened=row.opened,
        closes=row.closes,
        closed=row.closed,
        ended_early=row.ended_early,
        nonce=row.nonce,
    )

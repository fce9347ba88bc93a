"""The statements of practice: postings, attempts, versions and counts. Each is a function of a connection."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, delete, func, insert, select, union, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.bank.bank import Filters
from bot.practice.draw import History, Practised
from bot.practice.model import Attempt, Place, Posting, Recall, Seat, Spot, State, Sureness, Version
from bot.storage.tables import answer_versions, attempts, postings, practice_counts, question_reports, question_totals

_posting_id: BindParameter[int] = bindparam("of_posting")
_user_id: BindParameter[int] = bindparam("of_user")
_question_id: BindParameter[str] = bindparam("of_question")
_mine = and_(attempts.c.posting_id == _posting_id, attempts.c.user_id == _user_id)


# Drawing


def touched(conn: Connection, channel_id: int, user_id: int, question_ids: Collection[str]) -> set[str]:
    """Which of a few questions this channel was ever shown, or this person ever met."""
    rows = conn.execute(_touched, {"of_channel": channel_id, "of_user": user_id, "candidates": list(question_ids)})
    return set(rows.scalars())


_candidates: BindParameter[list[str]] = bindparam("candidates", expanding=True)
_touched = union(
    select(postings.c.question_id).where(postings.c.channel_id == bindparam("of_channel"), postings.c.question_id.in_(_candidates)),
    select(postings.c.question_id).where(postings.c.owner_id == _user_id, postings.c.question_id.in_(_candidates)),
    select(attempts.c.question_id).where(attempts.c.user_id == _user_id, attempts.c.question_id.in_(_candidates)),
)


def history(conn: Connection, channel_id: int, user_id: int) -> History:
    """All that the channel was shown, newest first, and all that the person met."""
    in_channel = conn.execute(_in_channel, {"of_channel": channel_id})
    met = conn.execute(_met, {"of_user": user_id})
    practised = conn.execute(_practised, {"of_user": user_id})
    person = {question_id: Practised(0, None) for question_id in met.scalars()}
    person |= {row.question_id: Practised(row.times, row.last) for row in practised}
    return History(tuple(in_channel.scalars()), person)


_newest = func.max(postings.c.id)
_in_channel = (
    select(postings.c.question_id).where(postings.c.channel_id == bindparam("of_channel")).group_by(postings.c.question_id).order_by(_newest.desc())
)
_met = union(
    select(postings.c.question_id).where(postings.c.owner_id == _user_id),
    select(attempts.c.question_id).where(attempts.c.user_id == _user_id),
)
_practised = select(practice_counts.c.question_id, practice_counts.c.count.label("times"), practice_counts.c.last).where(
    practice_counts.c.user_id == _user_id
)


def total(conn: Connection, question_id: str) -> int:
    """How often a question was practised, by anybody."""
    return (conn.execute(_total, {"of_question": question_id})).scalar() or 0


_total = select(question_totals.c.count).where(question_totals.c.question_id == _question_id)


def add_posting(conn: Connection, values: dict[str, Any]) -> int:
    """Keep a new posting before it is sent. Returns its id, which its buttons carry."""
    posting_id: int = (conn.execute(_add_posting, values)).scalar_one()
    return posting_id


_add_posting = insert(postings).returning(postings.c.id)


def drop_posting(conn: Connection, posting_id: int) -> None:
    """Forget a posting that never appeared."""
    conn.execute(delete(postings).where(postings.c.id == _posting_id), {"of_posting": posting_id})


# Postings


def posting(conn: Connection, posting_id: int) -> Posting | None:
    """One posting."""
    row = (conn.execute(_one_posting, {"of_posting": posting_id})).one_or_none()
    return None if row is None else _to_posting(row)


_one_posting = select(postings).where(postings.c.id == _posting_id)


def open_unanswered(conn: Connection, user_id: int) -> list[Posting]:
    """The cards that a person has started and neither answered nor ended, oldest first."""
    return [_to_posting(row) for row in conn.execute(_open_unanswered, {"of_user": user_id})]


_open_unanswered = (
    select(postings)
    .outerjoin(
        attempts,
        and_(attempts.c.posting_id == postings.c.id, attempts.c.user_id == postings.c.owner_id, attempts.c.state == State.SUBMITTED),
    )
    .where(postings.c.owner_id == _user_id, postings.c.closed.is_(None), postings.c.kind == "interview", attempts.c.id.is_(None))
    .order_by(postings.c.id)
)


def unconfirmed(conn: Connection) -> list[Posting]:
    """Open postings of which nobody knows whether their card arrived."""
    return [_to_posting(row) for row in conn.execute(_unconfirmed)]


_unconfirmed = select(postings).where(postings.c.message_id.is_(None), postings.c.closed.is_(None)).order_by(postings.c.id)


def set_message(conn: Connection, posting_id: int, message_id: int) -> None:
    """Remember the card that Discord has confirmed."""
    conn.execute(_set_message, {"of_posting": posting_id, "to_message": message_id})


_set_message = update(postings).where(postings.c.id == _posting_id).values(message_id=bindparam("to_message"))


def close_posting(conn: Connection, posting_id: int, at: datetime, *, early: bool) -> bool:
    """Close an open posting. True for the one caller that closed it, False if it was closed already."""
    return (conn.execute(_close, {"of_posting": posting_id, "at": at, "early": early})).rowcount == 1


_close = update(postings).where(postings.c.id == _posting_id, postings.c.closed.is_(None))
_close = _close.values(closed=bindparam("at", type_=postings.c.closed.type), ended_early=bindparam("early"))


def others_at_it(conn: Connection, posting_id: int, user_id: int) -> int:
    """How many people but this one have answered a posting, or have begun to."""
    return (conn.execute(_others, {"of_posting": posting_id, "of_user": user_id})).scalar_one()


_others = select(func.count()).where(attempts.c.posting_id == _posting_id, attempts.c.user_id != _user_id, attempts.c.state != State.STARTED)


# Attempts


def seat(conn: Connection, posting_id: int, user_id: int) -> Seat | None:
    """One person's seat at a posting; None when there is no such posting."""
    rows = (conn.execute(_seat, {"of_posting": posting_id, "of_user": user_id})).all()
    if not rows:
        return None
    versions = {row.after_answer: Version(row.text, row.version_at, row.version_late, row.after_answer) for row in rows if row.text is not None}
    return Seat(
        posting=_to_posting(rows[0]),
        attempt=None if rows[0].attempt_id is None else _to_attempt(rows[0]),
        answer=versions.get(False),
        aside=versions.get(True),
    )


_newest_versions = (
    select(func.max(answer_versions.c.id))
    .where(answer_versions.c.attempt_id == attempts.c.id)
    .group_by(answer_versions.c.after_answer)
    .correlate(attempts)
    .scalar_subquery()
)
_attempt_columns = [attempts.c[field.name].label(f"attempt_{field.name}") for field in fields(Attempt)]
_seat = (
    select(
        postings,
        *_attempt_columns,
        answer_versions.c.text,
        answer_versions.c.at.label("version_at"),
        answer_versions.c.late.label("version_late"),
        answer_versions.c.after_answer,
    )
    .outerjoin(attempts, and_(attempts.c.posting_id == postings.c.id, attempts.c.user_id == _user_id))
    .outerjoin(answer_versions, and_(answer_versions.c.attempt_id == attempts.c.id, answer_versions.c.id.in_(_newest_versions)))
    .where(postings.c.id == _posting_id)
    .order_by(answer_versions.c.id)
)


def begin(conn: Connection, posting: Posting, user_id: int, at: datetime) -> Attempt:
    """A person's attempt at a posting: the one that is there, else a new one without an answer."""
    return _to_attempt((conn.execute(_begin, _new_attempt(posting, user_id, State.STARTED, at))).one())


def _new_attempt(posting: Posting, user_id: int, state: State, at: datetime) -> dict[str, Any]:
    return {"posting_id": posting.id, "user_id": user_id, "question_id": posting.question_id, "state": state, "started": at}


_begin = (
    upsert(attempts)
    .on_conflict_do_update(index_elements=["posting_id", "user_id"], set_={"started": attempts.c.started})  # so that it returns the row
    .returning(*_attempt_columns)
)


def submit(conn: Connection, posting: Posting, user_id: int, version: Version, sureness: Sureness | None, source: str) -> Attempt:
    """A person's first answer to a posting, whether they had taken hints before or not."""
    values = _new_attempt(posting, user_id, State.SUBMITTED, version.at)
    values |= {"submitted": version.at, "late": version.late, "source": source, "sureness": sureness}
    return _to_attempt((conn.execute(_submit_returning, values)).one())


_submit = upsert(attempts)
_submit_values = {name: _submit.excluded[name] for name in ("state", "submitted", "late", "source", "sureness")}
_submit_returning = _submit.on_conflict_do_update(index_elements=["posting_id", "user_id"], set_=_submit_values).returning(*_attempt_columns)


def update_attempt(conn: Connection, attempt_id: int, **values: object) -> None:
    """Change columns of one attempt."""
    conn.execute(update(attempts).where(attempts.c.id == attempt_id).values(**values))


def add_version(conn: Connection, attempt_id: int, version: Version) -> None:
    """Keep a text."""
    values = {"attempt_id": attempt_id, "text": version.text, "at": version.at, "late": version.late, "after_answer": version.after_answer}
    conn.execute(_add_version, values)


_add_version = insert(answer_versions)


def count_practised(conn: Connection, user_id: int, question_id: str, at: datetime) -> None:
    """One more for the person's count of this question, and for the question's total."""
    conn.execute(_count, {"user_id": user_id, "question_id": question_id, "count": 1, "last": at})
    conn.execute(_count_total, {"question_id": question_id, "count": 1})


_count = upsert(practice_counts)
_count = _count.on_conflict_do_update(
    index_elements=["user_id", "question_id"], set_={"count": practice_counts.c.count + 1, "last": _count.excluded.last}
)
_count_total = upsert(question_totals).on_conflict_do_update(index_elements=["question_id"], set_={"count": question_totals.c.count + 1})


def add_report(conn: Connection, question_id: str, user_id: int, text: str, at: datetime) -> None:
    """Keep what a person finds wrong with a question."""
    conn.execute(insert(question_reports), {"question_id": question_id, "user_id": user_id, "text": text, "at": at})


def _to_posting(row: Row[Any]) -> Posting:
    return Posting(
        id=row.id,
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


def _to_attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        id=row.attempt_id,
        posting_id=row.attempt_posting_id,
        user_id=row.attempt_user_id,
        question_id=row.attempt_question_id,
        state=State(row.attempt_state),
        late=row.attempt_late,
        sureness=None if row.attempt_sureness is None else Sureness(row.attempt_sureness),
        hints=row.attempt_hints,
        started=row.attempt_started,
        submitted=row.attempt_submitted,
        saw_answer=row.attempt_saw_answer,
        ticked=None if row.attempt_ticked is None else tuple(row.attempt_ticked),
        rating=None if row.attempt_rating is None else Recall(row.attempt_rating),
    )

"""The statements of attempts: a person's seat at a posting, versions of the answer, counts and reports."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.practice.model import Attempt, Place, Posting, Recall, Seat, State, Sureness, Version
from bot.practice.store.offers import second_looks_at
from bot.practice.store.postings import to_posting
from bot.storage.tables import answer_versions, attempts, postings, practice_counts, question_reports, question_totals

_posting_id: BindParameter[int] = bindparam("of_posting")
_user_id: BindParameter[int] = bindparam("of_user")


def seat(conn: Connection, posting_id: int, user_id: int) -> Seat | None:
    """One person's seat at a posting. None when there is no such posting, or it is shown to somebody else alone."""
    rows = (conn.execute(_seat, {"of_posting": posting_id, "of_user": user_id})).all()
    if not rows:
        return None
    posting = to_posting(rows[0])
    if posting.place is not Place.CHANNEL and posting.owner_id != user_id:  # a custom_id of one's own making
        return None
    attempt = None if rows[0].attempt_id is None else to_attempt(rows[0])
    versions = {row.after_answer: Version(row.text, row.version_at, row.version_late, row.after_answer) for row in rows if row.text is not None}
    return Seat(
        posting=posting,
        attempt=attempt,
        answer=versions.get(False),
        aside=versions.get(True),
        looks=() if attempt is None or attempt.ticked is None else second_looks_at(conn, attempt.id),  # they come after the self-check
    )


_newest_versions = (
    select(func.max(answer_versions.c.id))
    .where(answer_versions.c.attempt_id == attempts.c.id)
    .group_by(answer_versions.c.after_answer)
    .correlate(attempts)
    .scalar_subquery()
)
ATTEMPT_COLUMNS = [attempts.c[field.name].label(f"attempt_{field.name}") for field in fields(Attempt)]
_seat = (
    select(
        postings,
        *ATTEMPT_COLUMNS,
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
    return to_attempt((conn.execute(_begin, _new_attempt(posting, user_id, State.STARTED, at))).one())


def _new_attempt(posting: Posting, user_id: int, state: State, at: datetime) -> dict[str, Any]:
    return {"posting_id": posting.id, "user_id": user_id, "question_id": posting.question_id, "state": state, "started": at}


_begin = (
    upsert(attempts)
    .on_conflict_do_update(index_elements=["posting_id", "user_id"], set_={"started": attempts.c.started})  # so that it returns the row
    .returning(*ATTEMPT_COLUMNS)
)


def submit(conn: Connection, posting: Posting, user_id: int, version: Version, sureness: Sureness | None, source: str) -> Attempt:
    """A person's first answer to a posting, whether they had taken hints before or not."""
    values = _new_attempt(posting, user_id, State.SUBMITTED, version.at)
    values |= {"submitted": version.at, "late": version.late, "source": source, "sureness": sureness}
    return to_attempt((conn.execute(_submit_returning, values)).one())


_submit = upsert(attempts)
_submit_values = {name: _submit.excluded[name] for name in ("state", "submitted", "late", "source", "sureness")}
_submit_returning = _submit.on_conflict_do_update(index_elements=["posting_id", "user_id"], set_=_submit_values).returning(*ATTEMPT_COLUMNS)


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


def to_attempt(row: Row[Any]) -> Attempt:
    """The columns of `ATTEMPT_COLUMNS`."""
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
        dm_channel_id=row.attempt_dm_channel_id,
        dm_card_id=row.attempt_dm_card_id,
        began=row.attempt_began,
        draft=row.attempt_draft,
    )

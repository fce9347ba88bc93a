"""Keeping answers: what happens to a text in the transaction that stores it, however it came."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import timers
from bot.practice import store
from bot.practice.model import Attempt, Draft, Kind, Posting, Seat, State, Sureness, Version
from bot.timers import Timer, Timers

SENT_DRAFT = "sent-draft"  # kind of the timer behind a draft that something else than `Done` has ended; its key is the attempt's id
DAILY_ANSWERED = "daily-answered"  # kind of the timer behind an answer to a daily question; its key is the attempt's id
NUDGE = "nudge"  # kind of the timer that reminds of a draft; its key is the attempt's id


def keep(conn: Connection, seat: Seat, user_id: int, version: Version, sureness: Sureness | None, source: str) -> Seat:
    """Keep a text as this person's answer and count it, once. The same text again changes nothing; one from after the model answer is kept aside."""
    attempt = seat.attempt
    known = seat.aside if version.after_answer else seat.answer
    new = known is None or known.text != version.text
    if attempt is not None and version.after_answer:
        if new:
            store.add_version(conn, attempt.id, version)
        return replace(seat, aside=version if new else known)
    if attempt is None or attempt.state is not State.SUBMITTED:
        attempt = store.submit(conn, seat.posting, user_id, version, sureness, source)
        store.count_practised(conn, user_id, seat.posting.question_id, version.at)
        if seat.posting.kind is Kind.DAILY:
            timers.add(conn, Timer(DAILY_ANSWERED, str(attempt.id), version.at, {}))
    else:
        attempt = replace(attempt, late=version.late if new else attempt.late, sureness=sureness or attempt.sureness)
        store.update_attempt(conn, attempt.id, late=attempt.late, sureness=attempt.sureness)
    if new:
        store.add_version(conn, attempt.id, version)
    return replace(seat, attempt=attempt, answer=version if new else known)


def wake_for(alarm: Timers, seat: Seat, at: datetime) -> None:
    """After the commit: an answer to a daily question has set a timer."""
    if seat.posting.kind is Kind.DAILY:
        alarm.wake(at)


def began(conn: Connection, seat: Seat, user_id: int, at: datetime) -> Attempt:
    """A person's attempt, from the moment at which they open the form or the draft; of a daily question the first such moment is kept."""
    attempt = seat.attempt or store.begin(conn, seat.posting, user_id, at)
    if seat.posting.kind is not Kind.DAILY or attempt.began is not None or attempt.state is State.SUBMITTED:
        return attempt
    store.update_attempt(conn, attempt.id, began=at)
    return replace(attempt, began=at)


def keep_draft(conn: Connection, draft: Draft, at: datetime, *, late: bool = False) -> Seat | None:
    """Keep what was typed in direct messages so far as the answer. `late` says that what changed last came late. None: nothing was typed."""
    seat = store.seat(conn, draft.posting.id, draft.attempt.user_id)
    if seat is None or seat.attempt is None or not draft.text.strip():
        return None
    aside = seat.attempt.saw_answer is not None
    version = Version(draft.text, at, late=late or any(part.late for part in draft.parts), after_answer=aside)
    return keep(conn, seat, draft.attempt.user_id, version, None, "dm")


def end_draft(conn: Connection, draft: Draft, at: datetime) -> Seat | None:
    """Keep what was typed, and take no more of it; its debrief goes to the person's direct messages. None: nothing was typed."""
    seat = keep_draft(conn, draft, at)
    stop_draft(conn, draft)
    timers.add(conn, Timer(SENT_DRAFT, str(draft.attempt.id), at, {}))
    return seat


def stop_draft(conn: Connection, draft: Draft) -> None:
    """Take no more of what is typed, and remind of it no more."""
    store.drop_draft(conn, draft.attempt.user_id)
    timers.cancel(conn, NUDGE, str(draft.attempt.id))


def close_drafts(conn: Connection, posting: Posting) -> bool:
    """Keep everybody's drafts of a posting that has closed; what they type in the next hour is kept too, as late. False: there were none."""
    drafts = store.drafts_at(conn, posting.id)
    for draft in drafts:
        in_time = tuple(part for part in draft.parts if not part.late)
        keep_draft(conn, replace(draft, parts=in_time), posting.ends)
        if len(in_time) < len(draft.parts):  # typed between the deadline and this moment, for example while the bot was down
            keep_draft(conn, draft, max(posting.ends, *(part.at for part in draft.parts)))
        timers.cancel(conn, NUDGE, str(draft.attempt.id))
        timers.add(conn, Timer(SENT_DRAFT, str(draft.attempt.id), posting.ends, {}))
    return bool(drafts)

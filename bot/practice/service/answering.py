"""Answering: what a person typed is kept, once, before they are told so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.errors import Refused
from bot.practice import store
from bot.practice.model import Draft, Seat, State, Sureness, Version
from bot.practice.service.opening import GONE
from bot.storage.database import Database

TIME_IS_UP = "Time is up for this question. `Model answer` on its card shows how it can be answered; `/interview any` draws a new one."
FROZEN = "You have seen the model answer, so your answer stands as it is. `Try again` asks you the same question once more."
NOTHING_TYPED = "There was no text in your answer, so nothing was saved. Press `Answer` and type it again."


class Answering:
    """Opens the form and keeps what comes back."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self.db = db
        self.now = now

    async def draft(self, user_id: int, posting_id: int) -> Draft:
        """What the `Answer` modal opens with: what was sent before. Refused: closed, frozen, or gone."""
        seat = await self.db.read(lambda conn: store.seat(conn, posting_id, user_id))
        if seat is None:
            raise Refused(GONE)
        if self.now() >= seat.posting.ends:
            raise Refused(TIME_IS_UP)
        if seat.attempt is not None and seat.attempt.saw_answer is not None:
            raise Refused(FROZEN)
        text = seat.answer.text if seat.answer is not None else ""
        return Draft(seat.posting, text, seat.attempt.sureness if seat.attempt is not None else None)

    async def submit(self, user_id: int, posting_id: int, text: str, sureness: Sureness | None, sent: datetime) -> Seat:
        """Keep one person's answer to one posting and count it, once; late ones are kept and marked.

        `sent` is when the person sent it, which decides whether it is late. The same text again changes nothing. After the model answer was
        seen a text is kept aside. Refused, with the text to give it back: no such posting, nothing typed.
        """
        if not text.strip():
            raise Refused(NOTHING_TYPED)

        def work(conn: Connection) -> Seat | None:
            seat = store.seat(conn, posting_id, user_id)
            return None if seat is None else _keep(conn, seat, user_id, text, sureness, sent)

        seat = await self.db.write(work)
        if seat is None:
            raise Refused(
                "That question is gone, so your answer could not be kept. Here it is back; `/interview any` draws a new question.",
                typed=text,
            )
        return seat


def _keep(conn: Connection, seat: Seat, user_id: int, text: str, sureness: Sureness | None, sent: datetime) -> Seat:
    attempt = seat.attempt
    aside = attempt is not None and attempt.saw_answer is not None
    version = Version(text, sent, late=sent >= seat.posting.ends, after_answer=aside)
    known = seat.aside if aside else seat.answer
    new = known is None or known.text != text
    if attempt is not None and aside:
        if new:
            store.add_version(conn, attempt.id, version)
        return replace(seat, aside=version if new else known)
    if attempt is None or attempt.state is not State.SUBMITTED:
        attempt = store.submit(conn, seat.posting, user_id, version, sureness, "modal")
        store.count_practised(conn, user_id, seat.posting.question_id, sent)
    else:
        attempt = replace(attempt, late=version.late if new else attempt.late, sureness=sureness or attempt.sureness)
        store.update_attempt(conn, attempt.id, late=attempt.late, sureness=attempt.sureness)
    if new:
        store.add_version(conn, attempt.id, version)
    return replace(seat, attempt=attempt, answer=version if new else known)

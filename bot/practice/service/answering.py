"""Answering by a form: what a person typed is kept, once, before they are told so."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot.errors import Refused
from bot.practice import store
from bot.practice.model import FORM_CHARS, Form, Kind, Posting, Seat, Sureness, Version
from bot.practice.service.keeping import began, keep, wake_for
from bot.practice.service.opening import GONE
from bot.storage.database import Database
from bot.timers import Timers

FROZEN = "You have seen the model answer, so your answer stands as it is. `Try again` asks you the same question once more."
NOTHING_TYPED = "There was no text in your answer, so nothing was saved. Press `Answer` and type it again."
NOT_KEPT = "That question is gone, so your answer could not be kept. Here it is back; `/interview any` draws a new question."


class TimeIsUp(Exception):  # noqa: N818 - not a fault: the person is offered the rest
    """A posting takes no more answers on time, so no form is opened for it."""

    def __init__(self, posting: Posting) -> None:
        super().__init__(f"posting {posting.id} is closed")
        self.posting = posting


class TooLongForForm(Exception):  # noqa: N818 - not a fault: the person goes on in their direct messages
    """An answer that no form can hold."""


class Answering:
    """Opens the form and keeps what comes back."""

    def __init__(self, db: Database, alarm: Timers, now: Callable[[], datetime]) -> None:
        self.db = db
        self.alarm = alarm
        self.now = now

    async def form(self, user_id: int, posting_id: int) -> Form:
        """What the `Answer` modal opens with: what was sent before, or typed in direct messages so far.

        Refused: frozen, or gone. TimeIsUp. TooLongForForm.
        """

        def look(conn: Connection) -> tuple[Seat, str] | None:
            seat = store.seat(conn, posting_id, user_id)
            if seat is None:
                return None
            if seat.answer is not None:
                return seat, seat.answer.text
            typed = "" if seat.attempt is None else "\n".join(part.text for part in store.parts(conn, seat.attempt.id))
            return seat, typed

        found = await self.db.read(look)
        if found is None:
            raise Refused(GONE)
        seat, text = found
        if self.now() >= seat.posting.ends:
            raise TimeIsUp(seat.posting)
        if seat.attempt is not None and seat.attempt.saw_answer is not None:
            raise Refused(FROZEN)
        if len(text) > FORM_CHARS:
            raise TooLongForForm
        if seat.posting.kind is Kind.DAILY and (seat.attempt is None or seat.attempt.began is None):
            await self.db.write(lambda conn: _begin(conn, posting_id, user_id, self.now()))
        return Form(seat.posting, text, seat.attempt.sureness if seat.attempt is not None else None)

    async def submit(self, user_id: int, posting_id: int, text: str, sureness: Sureness | None, sent: datetime, source: str = "modal") -> Seat:
        """Keep one person's answer to one posting and count it, once; late ones are kept and marked.

        `sent` is when the person sent it, which decides whether it is late. The same text again changes nothing. After the model answer was
        seen a text is kept aside. A draft of theirs for the same posting ends with it. Refused, with the text to give it back: no such posting,
        nothing typed.
        """
        if not text.strip():
            raise Refused(NOTHING_TYPED)

        def work(conn: Connection) -> Seat | None:
            seat = store.seat(conn, posting_id, user_id)
            if seat is None:
                return None
            if seat.attempt is not None and seat.attempt.draft:
                store.drop_draft(conn, user_id)
            aside = seat.attempt is not None and seat.attempt.saw_answer is not None
            version = Version(text, sent, late=sent >= seat.posting.ends, after_answer=aside)
            return keep(conn, seat, user_id, version, sureness, source)

        seat = await self.db.write(work)
        if seat is None:
            raise Refused(NOT_KEPT, typed=text)
        wake_for(self.alarm, seat, sent)
        return seat


def _begin(conn: Connection, posting_id: int, user_id: int, at: datetime) -> None:
    seat = store.seat(conn, posting_id, user_id)
    if seat is not None:
        began(conn, seat, user_id, at)

"""Looking back on an answer: hints before it, and the debrief, self-check, model answer and follow-ups after it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.bank.bank import Bank
from bot.bank.schema import Question
from bot.errors import Refused
from bot.matching.matcher import match
from bot.practice import store
from bot.practice.model import Attempt, Debrief, Hints, Recall, Rewritten, Seat, SecondLook, State
from bot.practice.service.opening import GONE, LEFT_THE_BANK
from bot.storage.database import Database

NOT_ANSWERED = "You have not answered this question yet. Press `Answer` on its card while it is open."
NOT_ANSWERED_IN_TIME = "You have not answered this question. `Model answer` on its card shows how it can be answered."
STAYS_HIDDEN = "The model answer opens when you have answered, or when the time is up."
CHECK_FIRST = "First say which points your answer covered: press `Self-check`. Then one that you left open can be written again."
ALL_TICKED = "You ticked every point, so there is none to write again. `Self-check` changes what you ticked."
NOTHING_REWRITTEN = "There was no text, so nothing was saved. Press `Rewrite one point` and type it again."
NO_SUCH_POINT = "The question has changed and no longer has that point, so your text could not be kept beside it."
KEPT_WITHOUT_DEBRIEF = "Your answer is saved. The question has left the bank since, so there is no rubric to show."


class Debriefing:
    """What a person may see of a question once they have answered it, and what they say about their answer."""

    def __init__(self, db: Database, bank: Bank, now: Callable[[], datetime]) -> None:
        self.db = db
        self.bank = bank
        self.now = now

    async def hint(self, user_id: int, posting_id: int) -> Hints:
        """One more hint than before, counted in the debrief; all of them, uncounted, once the answer is in. Refused: posting or question is gone."""

        def work(conn: Connection) -> Attempt | None:
            seat = store.seat(conn, posting_id, user_id)
            question = None if seat is None else self.bank.question(seat.posting.question_id)
            if seat is None or question is None:
                return None
            attempt = seat.attempt or store.begin(conn, seat.posting, user_id, self.now())
            if attempt.state is State.SUBMITTED:
                return replace(attempt, hints=len(question.hints))
            taken = replace(attempt, hints=min(attempt.hints + 1, len(question.hints)))
            store.update_attempt(conn, attempt.id, hints=taken.hints)
            return taken

        attempt = await self.db.write(work)
        if attempt is None:
            raise Refused(GONE)
        hints = self._question(attempt.question_id).hints
        return Hints(posting_id, hints[: attempt.hints], len(hints))

    async def debrief(self, user_id: int, posting_id: int) -> Debrief:
        """A person's own debrief, as often as they like. Refused: no answer of theirs, or no such posting."""
        return self.of(await self._seat(user_id, posting_id))

    def of(self, seat: Seat) -> Debrief:
        """The debrief of an answer. Refused: there is none, or its question has left the bank."""
        answer = seat.answer or seat.aside
        if seat.attempt is None or answer is None:
            raise Refused(NOT_ANSWERED if seat.posting.open else NOT_ANSWERED_IN_TIME)
        question = self.bank.question(seat.posting.question_id)
        if question is None:
            raise Refused(KEPT_WITHOUT_DEBRIEF)
        aside = seat.aside if seat.aside is not answer else None
        newest = sorted({look.point: look for look in seat.looks if look.point < len(question.rubric)}.items())  # it may have lost points since
        rewritten = tuple(_compared(question, look) for _, look in newest)
        return Debrief(seat.posting, question, seat.attempt, answer, match(question, answer.text), aside, rewritten)

    async def self_check(self, user_id: int, posting_id: int, ticked: Collection[int], rating: Recall | None) -> Debrief:
        """Keep what a person ticks and how well they knew it; this is what statistics count. Refused: no answer of theirs."""
        points = tuple(sorted(set(ticked)))
        seat = await self._seat(user_id, posting_id)
        debrief = self.of(seat)
        await self.db.write(lambda conn: store.update_attempt(conn, debrief.attempt.id, ticked=points, rating=rating))
        return replace(debrief, attempt=replace(debrief.attempt, ticked=points, rating=rating))

    async def to_rewrite(self, user_id: int, posting_id: int) -> Debrief:
        """The debrief whose open points may be written again. Refused: no answer of theirs, no self-check yet, or all is ticked."""
        debrief = await self.debrief(user_id, posting_id)
        if debrief.attempt.ticked is None:
            raise Refused(CHECK_FIRST)
        if not debrief.unticked:
            raise Refused(ALL_TICKED)
        return debrief

    async def rewrite(self, user_id: int, posting_id: int, point: int, text: str) -> Debrief:
        """Keep a rubric point that was written again, beside the answer; no count and no version changes. The same text again changes nothing.

        Refused: nothing typed, no answer of theirs, no self-check yet, or the question has no such point any more.
        """
        if not text.strip():
            raise Refused(NOTHING_REWRITTEN)
        look = SecondLook(point, text, self.now())

        def work(conn: Connection) -> tuple[Seat | None, bool]:
            seat = store.seat(conn, posting_id, user_id)
            question = None if seat is None else self.bank.question(seat.posting.question_id)
            fits = seat is not None and seat.attempt is not None and seat.attempt.ticked is not None
            if seat is None or seat.attempt is None or question is None or not fits or not 0 <= point < len(question.rubric):
                return seat, False
            before = {each.point: each.text for each in seat.looks}
            if before.get(point) != text:
                store.add_second_look(conn, seat.attempt.id, look)
                seat = replace(seat, looks=(*seat.looks, look))
            return seat, True

        seat, kept = await self.db.write(work)
        if seat is None:
            raise Refused(GONE)
        debrief = self.of(seat)
        if not kept:
            raise Refused(CHECK_FIRST if debrief.attempt.ticked is None else NO_SUCH_POINT)
        return debrief

    async def model_answer(self, user_id: int, posting_id: int) -> Question:
        """The question with its model answer; from now on the person's own answer is frozen.

        Refused: neither answered nor closed yet, or gone.
        """

        def work(conn: Connection) -> tuple[Seat, bool] | None:
            seat = store.seat(conn, posting_id, user_id)
            if seat is None:
                return None
            attempt = seat.attempt
            if not (attempt is not None and attempt.state is State.SUBMITTED) and self.now() < seat.posting.ends:
                return seat, False
            attempt = attempt or store.begin(conn, seat.posting, user_id, self.now())
            if attempt.saw_answer is None:
                store.update_attempt(conn, attempt.id, saw_answer=self.now())
            return seat, True

        found = await self.db.write(work)
        if found is None:
            raise Refused(GONE)
        seat, allowed = found
        if not allowed:
            raise Refused(STAYS_HIDDEN)
        return self._question(seat.posting.question_id)

    async def question_seen(self, user_id: int, posting_id: int) -> Question:
        """A question whose model answer the person has seen, for its further pages and follow-ups. Refused: not seen, or gone."""
        seat = await self._seat(user_id, posting_id)
        if seat.attempt is None or seat.attempt.saw_answer is None:
            raise Refused("Follow-ups come after the model answer: press `Model answer` first.")
        return self._question(seat.posting.question_id)

    async def report(self, user_id: int, posting_id: int, text: str) -> None:
        """Keep what a person finds wrong with a question. Refused, with the text: nothing typed, or the posting is gone."""
        if not text.strip():
            raise Refused("There was no text in your report, so nothing was sent.")
        seat = await self._seat(user_id, posting_id)
        await self.db.write(lambda conn: store.add_report(conn, seat.posting.question_id, user_id, text, self.now()))

    async def shown(self, attempt: Attempt, channel_id: int, message_id: int) -> bool:
        """A lasting message of ours holds a person's text, and goes when they want everything erased. False: that was meanwhile."""
        return await self.db.write(lambda conn: store.add_text_message(conn, message_id, channel_id, attempt))

    async def _seat(self, user_id: int, posting_id: int) -> Seat:
        seat = await self.db.read(lambda conn: store.seat(conn, posting_id, user_id))
        if seat is None:
            raise Refused(GONE)
        return seat

    def _question(self, question_id: str) -> Question:
        question = self.bank.question(question_id)
        if question is None:
            raise Refused(LEFT_THE_BANK)
        return question


def _compared(question: Question, look: SecondLook) -> Rewritten:
    found = match(question, look.text)
    return Rewritten(look.point, look.text, None if found.reason is not None else found.points[look.point].level)

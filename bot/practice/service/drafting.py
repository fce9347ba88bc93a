"""The DM draft: what a person types in their direct messages is their answer, message by message, until it is sent."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from enum import Enum

from sqlalchemy import Connection

from bot import timers
from bot.errors import Refused
from bot.practice import store
from bot.practice.model import ANSWER_CHARS, Card, Draft, Part, Posting, Seat, State
from bot.practice.service.answering import FROZEN, TimeIsUp
from bot.practice.service.keeping import NUDGE, end_draft, keep_draft
from bot.practice.service.opening import GONE, Opening
from bot.preferences import preferences
from bot.storage.database import Database
from bot.timers import Timer, Timers

NUDGE_WITH_LEFT = 5  # the nudge comes when a fifth of the time is left
NOTHING_TYPED = "There is nothing to send yet. Type your answer here, in as many messages as you like, and press `Done`."
SENT_ALREADY = "You have sent your answer to this question. `My debrief` on its card shows it, and `Edit answer` there changes it."


class AnotherDraft(Exception):  # noqa: N818 - not a fault: the person is asked
    """A person is still typing another answer; `card` is that one."""

    def __init__(self, card: Card) -> None:
        super().__init__("another draft is open")
        self.card = card


class Heard(Enum):
    """What became of a direct message."""

    KEPT = "kept"
    TOO_LONG = "too long"  # the answer would be longer than `ANSWER_CHARS`
    NOTHING_OPEN = "nothing open"


class Drafting:
    """Takes what people type in their direct messages."""

    def __init__(self, db: Database, opening: Opening, alarm: Timers, now: Callable[[], datetime]) -> None:
        self.db = db
        self.opening = opening
        self.alarm = alarm
        self.now = now

    async def other(self, user_id: int, posting_id: int | None = None) -> None:
        """AnotherDraft: the person is typing the answer to another question, whose time is not up."""
        draft = await self.db.read(lambda conn: store.draft_of(conn, user_id))
        if draft is not None and draft.posting.id != posting_id and self.now() < draft.posting.ends:
            raise AnotherDraft(self.opening.card(draft.posting))

    async def begin(self, user_id: int, posting_id: int, dm_channel_id: int, *, again: bool = False) -> Card:
        """From now on what the person types in their direct messages is their answer to this posting. Another draft of theirs is sent as it is.

        `again` opens an answer that was sent, to change it. Refused: gone, frozen, or sent already. TimeIsUp.
        """
        now = self.now()

        def work(conn: Connection) -> tuple[Seat | None, datetime | None]:
            seat = store.seat(conn, posting_id, user_id)
            if seat is None or now >= seat.posting.ends or _settled(seat, again=again):
                return seat, None
            other = store.draft_of(conn, user_id)
            if other is not None and other.posting.closed is None and other.posting.id != posting_id:
                end_draft(conn, other, now)
            store.drop_draft(conn, user_id)
            attempt = seat.attempt or store.begin(conn, seat.posting, user_id, now)
            store.set_draft(conn, attempt.id, dm_channel_id)
            nudge = seat.posting.closes - (seat.posting.closes - now) / NUDGE_WITH_LEFT
            if preferences(conn, user_id).nudges:
                timers.add(conn, Timer(NUDGE, str(attempt.id), nudge, {}))
            return seat, nudge

        seat, nudge = await self.db.write(work)
        if seat is None:
            raise Refused(GONE)
        if now >= seat.posting.ends:
            raise TimeIsUp(seat.posting)
        if nudge is None:
            raise Refused(FROZEN if seat.attempt is not None and seat.attempt.saw_answer is not None else SENT_ALREADY)
        self.alarm.wake(min(now, nudge))
        return self.opening.card(seat.posting)

    async def card_sent(self, user_id: int, posting_id: int, message_id: int) -> None:
        """Discord has confirmed the card in the person's direct messages."""

        def work(conn: Connection) -> None:
            seat = store.seat(conn, posting_id, user_id)
            if seat is not None and seat.attempt is not None:
                store.set_card(conn, seat.attempt.id, message_id)

        await self.db.write(work)

    async def give_up(self, user_id: int) -> None:
        """The card could not be sent, so that there is nothing to type under."""
        await self.db.write(lambda conn: store.drop_draft(conn, user_id))

    async def heard(self, user_id: int, message_id: int, text: str, at: datetime) -> Heard:
        """A person has sent a direct message, at a time that decides whether it is late."""

        def work(conn: Connection) -> Heard:
            draft = store.draft_of(conn, user_id)
            if draft is None or at >= draft.until or draft.attempt.saw_answer is not None:
                return Heard.NOTHING_OPEN
            others = [part for part in draft.parts if part.message_id != message_id]
            if len("\n".join([*(part.text for part in others), text])) > ANSWER_CHARS:
                return Heard.TOO_LONG
            store.put_part(conn, draft.attempt.id, Part(message_id, text, at, late=at >= draft.posting.ends))
            _keep_if_closed(conn, draft, at)
            return Heard.KEPT

        return await self.db.write(work)

    async def edited(self, message_id: int, text: str, at: datetime) -> None:
        """A message was changed; if it is part of a draft, so is the draft."""

        def work(conn: Connection) -> None:
            draft = store.draft_with(conn, message_id)
            if draft is None or at >= draft.until:
                return
            before = next(part for part in draft.parts if part.message_id == message_id)
            length = len(draft.text) - len(before.text) + len(text)
            if before.text != text and length <= ANSWER_CHARS:
                store.put_part(conn, draft.attempt.id, Part(message_id, text, before.at, late=before.late or at >= draft.posting.ends))
                _keep_if_closed(conn, draft, at)

        await self.db.write(work)

    async def deleted(self, message_ids: Collection[int], at: datetime) -> None:
        """Messages were deleted; what was sent as an answer before stays sent."""

        def work(conn: Connection) -> None:
            drafts = {draft.attempt.id: draft for message_id in message_ids if (draft := store.draft_with(conn, message_id)) is not None}
            store.drop_parts(conn, [part.message_id for draft in drafts.values() for part in draft.parts if part.message_id in message_ids])
            for draft in drafts.values():
                _keep_if_closed(conn, draft, at)

        await self.db.write(work)

    async def done(self, user_id: int, posting_id: int) -> Seat:
        """`Done`: send what was typed. A second press changes nothing. Refused: nothing typed, or gone."""
        now = self.now()

        def work(conn: Connection) -> Seat | None:
            draft = store.draft_of(conn, user_id)
            if draft is not None and draft.posting.id == posting_id and draft.text.strip():
                seat = keep_draft(conn, draft, now if now < draft.posting.ends else max(part.at for part in draft.parts))
                store.drop_draft(conn, user_id)
                timers.cancel(conn, NUDGE, str(draft.attempt.id))
                return seat
            return store.seat(conn, posting_id, user_id)

        seat = await self.db.write(work)
        if seat is None:
            raise Refused(GONE)
        if seat.attempt is None or seat.attempt.state is not State.SUBMITTED:
            raise Refused(NOTHING_TYPED)
        return seat

    async def end(self, user_id: int, posting_id: int) -> Seat | None:
        """`End now` under a draft: what was typed is sent. A posting that stands in direct messages only closes with it. None: nothing was typed."""
        now = self.now()

        def work(conn: Connection) -> tuple[Posting | None, Seat | None]:
            draft = store.draft_of(conn, user_id)
            if draft is None or draft.posting.id != posting_id:
                return store.posting(conn, posting_id), None
            seat = keep_draft(conn, draft, now)
            store.drop_draft(conn, user_id)
            timers.cancel(conn, NUDGE, str(draft.attempt.id))
            return draft.posting, seat

        posting, seat = await self.db.write(work)
        if posting is None:
            raise Refused(GONE)
        await self.opening.end_own(user_id, posting)
        return seat

    async def typing(self, user_id: int) -> Draft | None:
        """The draft to which a person's messages belong now."""
        draft = await self.db.read(lambda conn: store.draft_of(conn, user_id))
        return None if draft is None or self.now() >= draft.until or draft.attempt.saw_answer is not None else draft

    async def drafts(self, posting_id: int | None = None) -> list[Draft]:
        """Everybody's drafts, of one posting or all, those whose time is up first."""
        return await self.db.read(lambda conn: store.all_drafts(conn) if posting_id is None else store.drafts_at(conn, posting_id))

    async def draft(self, attempt_id: int) -> tuple[Draft, Seat] | None:
        """One draft, ended or not. None: it is gone."""

        def look(conn: Connection) -> tuple[Draft, Seat] | None:
            draft = store.draft(conn, attempt_id)
            seat = None if draft is None else store.seat(conn, draft.posting.id, draft.attempt.user_id)
            return None if draft is None or seat is None else (draft, seat)

        return await self.db.read(look)

    async def reread(self, draft: Draft, messages: Sequence[Part]) -> list[int]:
        """Bring a draft in line with the messages that stand in the person's direct messages now. Returns those that were not known before."""

        def work(conn: Connection) -> list[int]:
            now = store.draft(conn, draft.attempt.id)
            if now is None or not now.attempt.draft or now.attempt.saw_answer is not None:
                return []
            known = {part.message_id: part for part in now.parts}
            there = {part.message_id for part in messages}
            first = now.attempt.dm_card_id or 0
            gone = [message_id for message_id in known if message_id > first and message_id not in there]
            store.drop_parts(conn, gone)
            length = sum(len(part.text) + 1 for part in now.parts if part.message_id not in gone)
            new: list[int] = []
            for part in messages:
                before = known.get(part.message_id)
                length += len(part.text) - len(before.text) if before is not None else len(part.text) + 1
                if part.at >= now.until or length > ANSWER_CHARS + 1 or (before is not None and before.text == part.text):
                    continue
                store.put_part(
                    conn, now.attempt.id, part if before is None else Part(part.message_id, part.text, before.at, before.late or part.late)
                )
                if before is None:
                    new.append(part.message_id)
            if gone or new:
                _keep_if_closed(conn, now, self.now())
            return new

        return await self.db.write(work)


def _settled(seat: Seat, *, again: bool) -> bool:
    attempt = seat.attempt
    return attempt is not None and (attempt.saw_answer is not None or (attempt.state is State.SUBMITTED and not again))


def _keep_if_closed(conn: Connection, draft: Draft, at: datetime) -> None:
    """After its deadline a draft has been sent, so every change of it is another version of the answer."""
    if draft.posting.closed is None:
        return
    changed = store.draft(conn, draft.attempt.id)
    if changed is not None:
        keep_draft(conn, changed, at)

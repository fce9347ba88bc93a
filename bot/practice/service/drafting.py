"""The DM draft: what a person types in their direct messages is their answer, message by message, until it is sent."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from sqlalchemy import Connection

from bot import timers
from bot.errors import Refused
from bot.practice import store
from bot.practice.model import ANSWER_CHARS, Card, Draft, Part, Seat, State
from bot.practice.service.answering import FROZEN, TimeIsUp
from bot.practice.service.keeping import NUDGE, began, end_draft, keep_draft, stop_draft, wake_for
from bot.practice.service.opening import GONE, Opening
from bot.preferences import preferences
from bot.storage.database import Database
from bot.timers import Timer, Timers

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # the ids of messages hold their time as milliseconds since then (Discord, "Snowflakes")
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
            attempt = began(conn, seat, user_id, now)
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

        def work(conn: Connection) -> None:
            draft = store.draft_of(conn, user_id)
            if draft is not None:
                stop_draft(conn, draft)

        await self.db.write(work)

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

    async def edited(self, user_id: int, message_id: int, text: str, sent: datetime, at: datetime) -> Heard | None:
        """A message was changed. One that was no part before, because it was too long or had no text, becomes one. None: there is nothing to say."""

        def work(conn: Connection) -> Heard | None:
            draft = store.draft_of(conn, user_id)
            if draft is None or at >= draft.until:
                return None
            before = next((part for part in draft.parts if part.message_id == message_id), None)
            if before is None and (draft.attempt.saw_answer is not None or message_id < (draft.attempt.dm_card_id or message_id + 1)):
                return None
            if before is not None and before.text == text:
                return None
            others = [part.text for part in draft.parts if part is not before]
            if len("\n".join([*others, text])) > ANSWER_CHARS:
                return Heard.TOO_LONG
            late = at >= draft.posting.ends or (before is not None and before.late)
            store.put_part(conn, draft.attempt.id, Part(message_id, text, sent, late))
            _keep_if_closed(conn, draft, at)
            return Heard.KEPT if before is None else None

        return await self.db.write(work)

    async def deleted(self, message_ids: Collection[int], at: datetime) -> None:
        """Messages were deleted. What was sent before stays; without them it is another version, as late as their going."""

        def work(conn: Connection) -> None:
            drafts = {draft.attempt.id: draft for message_id in message_ids if (draft := store.draft_with(conn, message_id)) is not None}
            drafts = {attempt_id: draft for attempt_id, draft in drafts.items() if draft.attempt.saw_answer is None}
            store.drop_parts(conn, [part.message_id for draft in drafts.values() for part in draft.parts if part.message_id in message_ids])
            for draft in drafts.values():
                _keep_if_closed(conn, draft, at, late=True)

        await self.db.write(work)

    async def done(self, user_id: int, posting_id: int) -> Seat:
        """`Done`: send what was typed. A second press changes nothing. Refused: nothing typed, or gone."""
        now = self.now()

        def work(conn: Connection) -> Seat | None:
            draft = store.draft_of(conn, user_id)
            if draft is not None and draft.posting.id == posting_id and draft.text.strip():
                return _send(conn, draft, now)
            return store.seat(conn, posting_id, user_id)

        seat = await self.db.write(work)
        if seat is None:
            raise Refused(GONE)
        if seat.attempt is None or seat.attempt.state is not State.SUBMITTED:
            raise Refused(NOTHING_TYPED)
        wake_for(self.alarm, seat, now)
        return seat

    async def end(self, user_id: int, posting_id: int) -> Seat:
        """`End now` under a draft: what was typed is sent. A posting that stands in direct messages only closes with it.

        Without an answer when nothing was typed. Refused: gone, or no draft of theirs.
        """
        now = self.now()

        def work(conn: Connection) -> Seat | None:
            draft = store.draft_of(conn, user_id)
            seat = store.seat(conn, posting_id, user_id)
            if draft is None or draft.posting.id != posting_id or seat is None:
                return seat
            return _send(conn, draft, now) or seat

        seat = await self.db.write(work)
        if seat is None or seat.attempt is None:
            raise Refused(GONE)
        wake_for(self.alarm, seat, now)
        await self.opening.end_own(user_id, seat.posting)
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

    async def reread(self, draft: Draft, messages: Sequence[Part]) -> tuple[list[int], list[int]]:
        """Bring a draft in line with the messages that stand in the person's direct messages now.

        Returns those that were not known before, and those for which there is no room. The last reading, an hour after the deadline, ends it.
        """
        at = self.now()

        def work(conn: Connection) -> tuple[list[int], list[int]]:
            now = store.draft(conn, draft.attempt.id)
            if now is None or not now.attempt.draft or now.attempt.saw_answer is not None:
                return [], []
            there = {part.message_id for part in messages}
            first = now.attempt.dm_card_id or 0
            gone = {part.message_id for part in now.parts if part.message_id > first and part.message_id not in there and _typed_here(part)}
            store.drop_parts(conn, gone)
            known = {part.message_id: part for part in now.parts if part.message_id not in gone}
            new: list[int] = []
            no_room: list[int] = []
            edited = False
            for part in messages:
                before = known.get(part.message_id)
                if part.at >= now.until or (before is not None and before.text == part.text):
                    continue
                others = [other.text for other in known.values() if other is not before]
                if len("\n".join([*others, part.text])) > ANSWER_CHARS:
                    no_room.append(part.message_id)
                    continue
                known[part.message_id] = part if before is None else replace(before, text=part.text, late=before.late or part.late)
                store.put_part(conn, now.attempt.id, known[part.message_id])
                if before is None:
                    new.append(part.message_id)
                else:
                    edited = True
            if gone or edited or new:
                _keep_if_closed(conn, now, at if gone or edited else max(known[message_id].at for message_id in new), late=bool(gone))
            if now.posting.closed is not None and at >= now.until:
                store.drop_draft(conn, now.attempt.user_id)
            return new, no_room

        return await self.db.write(work)


def _typed_here(part: Part) -> bool:
    """Whether it is a direct message. One that was chosen with `Use as my answer` stands elsewhere, and has the time of the choice, not its own."""
    return part.at == EPOCH + timedelta(milliseconds=part.message_id >> 22)


def _send(conn: Connection, draft: Draft, now: datetime) -> Seat | None:
    """What was typed is the answer, and nothing more is taken. None: nothing was typed."""
    at = now if now < draft.posting.ends else max((part.at for part in draft.parts), default=now)
    seat = keep_draft(conn, draft, at)
    stop_draft(conn, draft)
    return seat


def _settled(seat: Seat, *, again: bool) -> bool:
    attempt = seat.attempt
    return attempt is not None and (attempt.saw_answer is not None or (attempt.state is State.SUBMITTED and not again))


def _keep_if_closed(conn: Connection, draft: Draft, at: datetime, *, late: bool = False) -> None:
    """After its deadline a draft has been sent, so every change of it is another version of the answer."""
    if draft.posting.closed is None:
        return
    changed = store.draft(conn, draft.attempt.id)
    if changed is not None:
        keep_draft(conn, changed, at, late=late)

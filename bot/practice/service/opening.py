"""Opening and closing: drawing a question, the limit of three, ending early, the deadline."""

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import timers
from bot.bank.bank import Bank, Filters
from bot.bank.schema import Question
from bot.errors import Refused
from bot.practice import store
from bot.practice.model import NOBODY, OPEN_AT_MOST, Card, Ending, Kind, Place, Posting, Spot
from bot.practice.service.drawing import drawn
from bot.practice.service.keeping import close_drafts
from bot.preferences import preferences
from bot.storage.database import Database
from bot.timers import Timer, Timers

CLOSING = "close-interview"  # kind of the one timer that closes an interview's posting; its key is the posting's id
EDIT_WITHIN = timedelta(seconds=10)  # after `End now`; if the card was not changed by then, the timer does it

GONE = "That question is gone: its posting was erased. Draw a new one with `/interview any`."
CLOSED_ALREADY = "This question is closed already. `My debrief` shows what you sent."
OWNER_GONE = "Whoever drew this question has had their data erased. It stays open to the others until its time is up."
OF_NOBODY = "Nobody drew this question: it is the server's daily one, and stays open until its time is up."
LEFT_THE_BANK = "That question is no longer in the bank. Draw a new one with `/interview any`."


class TooManyOpen(Exception):  # noqa: N818 - not a fault: the person is shown the cards
    """A person already has as many open cards as one may have; `cards` are these."""

    def __init__(self, cards: list[Card]) -> None:
        super().__init__(f"{len(cards)} open cards")
        self.cards = cards


class Opening:
    """Puts questions in front of people, and takes them away when their time is up."""

    def __init__(self, db: Database, bank: Bank, alarm: Timers, now: Callable[[], datetime], rng: random.Random) -> None:
        self.db = db
        self.bank = bank
        self.alarm = alarm
        self.now = now
        self.rng = rng

    async def start(self, user_id: int, spot: Spot, filters: Filters, minutes: int | None = None, place: Place = Place.CHANNEL) -> Card:
        """Draw a question by the rule of the draw and keep its posting, ready to be sent.

        Refused: nothing fits. TooManyOpen: this person has three open cards already.
        """
        pool = self.pool(filters)

        def look(conn: Connection) -> tuple[Question, int | None]:
            return drawn(conn, pool, spot.channel_id, user_id, self.rng), preferences(conn, user_id).minutes

        question, own_minutes = await self.db.read(look)
        return await self._post(user_id, place, spot, filters, question, minutes or own_minutes or question.minutes)

    async def repeat(self, user_id: int, posting_id: int, place: Place, spot: Spot) -> Card:
        """The same question once more, for as long as before; after a daily for as long as the question says.

        Refused: it is gone. TooManyOpen: as for `start`.
        """
        before = await self.before(posting_id)
        question = self.question(before)
        minutes = question.minutes if before.kind is Kind.DAILY else before.length // timedelta(minutes=1)
        return await self._post(user_id, place, spot, before.filters, question, minutes)

    async def next(self, user_id: int, posting_id: int, place: Place, spot: Spot) -> Card:
        """Another question by the same filters. Refused: the posting is gone."""
        return await self.start(user_id, spot, (await self.before(posting_id)).filters, place=place)

    async def go_private(self, user_id: int, posting_id: int, spot: Spot) -> Card:
        """Show a question that could not be sent to its owner's direct messages to them in place. Refused: it is closed, gone or somebody else's."""
        card = await self.open_card(user_id, posting_id)
        await self.db.write(lambda conn: store.move_posting(conn, posting_id, Place.PRIVATE, spot))
        return replace(card, posting=replace(card.posting, place=Place.PRIVATE, spot=spot))

    async def sent(self, posting_id: int, message_id: int) -> None:
        """Discord has confirmed the card."""
        await self.db.write(lambda conn: store.set_message(conn, posting_id, message_id))

    async def unconfirmed(self) -> list[Card]:
        """Open postings whose card may or may not have arrived before a crash."""
        return [self.card(posting) for posting in await self.db.read(store.unconfirmed)]

    async def withdraw(self, posting_id: int) -> None:
        """Forget a posting whose card can never appear, with its deadline; one that somebody has answered is kept and closes in its time."""

        def work(conn: Connection) -> None:
            if store.drop_posting(conn, posting_id):
                timers.cancel(conn, CLOSING, str(posting_id))

        await self.db.write(work)

    async def open_card(self, user_id: int, posting_id: int) -> Card:
        """One of a person's own open cards, to show it again. Refused: it is closed, gone or somebody else's."""
        posting = await self.db.read(lambda conn: store.posting(conn, posting_id))
        if posting is None or posting.owner_id != user_id or not posting.open:
            raise Refused("That card is closed. Draw a new question with `/interview any`.")
        self.question(posting)
        return self.card(posting)

    async def end_now(self, user_id: int, posting_id: int, *, sure: bool) -> Ending:
        """Close a card before its time. With others at it and not `sure`, nothing happens but the question whether to.

        Refused: not the person who drew it, or closed already.
        """

        def look(conn: Connection) -> tuple[Posting | None, int]:
            return store.posting(conn, posting_id), store.others_at_it(conn, posting_id, user_id)

        posting, others = await self.db.read(look)
        if posting is None:
            raise Refused(GONE)
        if posting.kind is Kind.DAILY:
            raise Refused(OF_NOBODY)
        if posting.owner_id == NOBODY:
            raise Refused(OWNER_GONE)
        if posting.owner_id != user_id:
            raise Refused(f"Only <@{posting.owner_id}>, who drew this question, can end it. `Answer` is open to you until then.")
        if self.now() >= posting.ends:
            raise Refused(CLOSED_ALREADY)
        card = self.card(posting)
        if others and not sure:
            return Ending(card, closed=False, others=others)
        won, closed = await self._close(posting_id, self.now(), early=True)
        if not won:
            raise Refused(CLOSED_ALREADY)
        return Ending(closed or card, closed=True, others=others)

    async def close_due(self, posting_id: int) -> Card | None:
        """Close a posting whose time is up; its answers are late from its deadline on, however late this runs. None: it is gone."""
        posting = await self.db.read(lambda conn: store.posting(conn, posting_id))
        if posting is None:
            return None
        return (await self._close(posting_id, posting.closes, early=False))[1]

    async def end_own(self, user_id: int, posting: Posting) -> None:
        """Close a posting that stands in its owner's direct messages; any other stays open for the others."""
        if posting.place is Place.DM and posting.owner_id == user_id:
            await self._close(posting.id, self.now(), early=True)
            await self.shown_closed(posting.id)

    async def shown_closed(self, posting_id: int) -> None:
        """The card of a posting that was ended early has been changed, so nothing is left for its timer."""
        await self.db.write(lambda conn: timers.cancel(conn, CLOSING, str(posting_id)))

    async def _close(self, posting_id: int, at: datetime, *, early: bool) -> tuple[bool, Card | None]:
        """Whether this call closed it, and the card as it is now."""

        def work(conn: Connection) -> tuple[bool, Posting | None, bool]:
            won = store.close_posting(conn, posting_id, at, early=early)
            if won and early:  # its timer now stands for the card that is still to be changed, and is cancelled when that is done
                timers.add(conn, Timer(CLOSING, str(posting_id), at + EDIT_WITHIN, {}))
            posting = store.posting(conn, posting_id)
            return won, posting, won and posting is not None and close_drafts(conn, posting)

        won, posting, drafts = await self.db.write(work)
        if drafts:
            self.alarm.wake(at)
        if won and early:
            self.alarm.wake(at + EDIT_WITHIN)
        return won, None if posting is None else self.card(posting)

    async def _post(self, user_id: int, place: Place, spot: Spot, filters: Filters, question: Question, minutes: int) -> Card:
        opened = self.now()
        closes = opened + timedelta(minutes=minutes)
        new = new_posting(Kind.INTERVIEW, question, filters, spot, opened, closes, place=place, owner_id=user_id)

        def work(conn: Connection) -> Posting | list[Posting]:
            already = store.open_unanswered(conn, user_id)  # here and not before, or somebody quick would have a fourth
            if len(already) >= OPEN_AT_MOST:
                return already
            posting = store.add_posting(conn, new)
            store.drop_late_draft(conn, user_id)
            timers.add(conn, Timer(CLOSING, str(posting.id), closes, {}))
            return posting

        posting = await self.db.write(work)
        if isinstance(posting, list):
            raise TooManyOpen([self.card(each) for each in posting])
        self.alarm.wake(closes)
        return self.card(posting)

    def pool(self, filters: Filters) -> Sequence[Question]:
        """All questions that fit. Refused: there are none, with what to loosen."""
        pool = self.bank.pool(filters)
        if not pool:
            raise Refused(self._nothing_fits(filters))
        return pool

    async def before(self, posting_id: int) -> Posting:
        """A posting, open or not. Refused: it is gone."""
        posting = await self.db.read(lambda conn: store.posting(conn, posting_id))
        if posting is None:
            raise Refused(GONE)
        return posting

    def card(self, posting: Posting) -> Card:
        """A posting with its question, without it when that has left the bank since."""
        question = self.bank.question(posting.question_id)
        return Card(posting, question, "" if question is None else self.bank.topic_of(question.id).name)

    def question(self, posting: Posting) -> Question:
        """The question of a posting. Refused: it has left the bank since."""
        question = self.bank.question(posting.question_id)
        if question is None:
            raise Refused(LEFT_THE_BANK)
        return question

    def _nothing_fits(self, filters: Filters) -> str:
        looser = self.bank.loosened(filters)
        asked = " ".join(part for part in (filters.difficulty, filters.type) if part)
        topic = f" in {self._topic_name(filters.topic)}" if filters.topic else ""
        offers = "; ".join(f"without the {name} there {'is 1' if count == 1 else f'are {count}'}" for name, count in looser)
        return f"There is no {asked} question{topic} yet" + (f": {offers}." if offers else f". `/interview any` draws from all {len(self.bank)}.")

    def _topic_name(self, topic_id: str) -> str:
        return next((topic.name for topic in self.bank.topics if topic.id == topic_id), topic_id)


def new_posting(
    kind: Kind, question: Question, filters: Filters, spot: Spot, opened: datetime, closes: datetime, *, place: Place, owner_id: int
) -> Posting:
    """A posting that is neither kept nor sent yet, and so has no id."""
    return Posting(
        id=0,
        kind=kind,
        question_id=question.id,
        place=place,
        filters=filters,
        spot=spot,
        message_id=None,
        owner_id=owner_id,
        practised_before=0,
        opened=opened,
        closes=closes,
        closed=None,
        ended_early=False,
        nonce=secrets.token_hex(8),
    )

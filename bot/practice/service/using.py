"""`Use as my answer`: a message that a person has sent anywhere becomes their answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.errors import Refused
from bot.practice import store
from bot.practice.model import ANSWER_CHARS, Card, Posting, Seat
from bot.practice.service.answering import NOT_KEPT, Answering
from bot.practice.service.drafting import Drafting, Heard
from bot.practice.service.opening import Opening
from bot.storage.database import Database

NO_TEXT = "There is no text in that message, and no text file of up to 64 KiB, so there is nothing to use."
TOO_LONG = f"That is longer than {ANSWER_CHARS:,} characters, which is what an answer may have. Shorten it and try again."
NOTHING_OPEN = "There is no open question that this could answer. `/interview any` draws one; then use the message again."
NO_LONGER_ON_OFFER = "I no longer have the text of that message. Open its menu again and choose `Use as my answer`."


@dataclass(frozen=True, slots=True)
class Choice:
    """The text waits for its author to say which of these it answers, or, with `replace`, whether it replaces what they sent to the only one."""

    message_id: int
    cards: tuple[Card, ...]
    replace: bool


class Using:
    """Finds out which question a message answers."""

    def __init__(self, db: Database, opening: Opening, answering: Answering, drafting: Drafting, now: Callable[[], datetime]) -> None:
        self.db = db
        self.opening = opening
        self.answering = answering
        self.drafting = drafting
        self.now = now

    async def use(self, user_id: int, channel_id: int, message_id: int, text: str, sent: datetime) -> Seat | Card | Choice:
        """Use a text where there is one question it can be for: the answer that it became, or the card of the draft that it was added to.

        `sent` is when the command was used, which decides whether the answer is late. Refused: no text, too long, or nothing that it could answer.
        """
        if not text.strip():
            raise Refused(NO_TEXT)
        if len(text) > ANSWER_CHARS:
            raise Refused(TOO_LONG)
        now = self.now()

        def look(conn: Connection) -> tuple[list[Posting], Posting | None]:
            return store.awaiting(conn, user_id, channel_id, now), store.newest_editable(conn, user_id, now)

        awaiting, editable = await self.db.read(look)
        if len(awaiting) == 1:
            return await self._use(user_id, awaiting[0], message_id, text, sent)
        if not awaiting:
            draft = await self.drafting.typing(user_id)
            if draft is not None and now < draft.posting.ends:  # of an answer that was sent and is being changed
                return await self._use(user_id, draft.posting, message_id, text, sent)
        if not awaiting and editable is None:
            raise Refused(NOTHING_OPEN)
        await self.db.write(lambda conn: store.offer(conn, message_id, user_id, text, now))
        choices = awaiting or ([editable] if editable is not None else [])
        return Choice(message_id, tuple(map(self.opening.card, choices)), replace=not awaiting)

    async def use_for(self, user_id: int, message_id: int, posting_id: int, sent: datetime) -> Seat | Card:
        """The author has chosen. Refused: the text is no longer on offer; with the text: the posting is gone."""

        def look(conn: Connection) -> tuple[Posting | None, str | None]:
            return store.posting(conn, posting_id), store.offered(conn, message_id, user_id)

        posting, text = await self.db.read(look)
        if text is None:
            raise Refused(NO_LONGER_ON_OFFER)
        if posting is None:
            raise Refused(NOT_KEPT, typed=text)
        used = await self._use(user_id, posting, message_id, text, sent)
        await self.db.write(lambda conn: store.drop_offer(conn, message_id))
        return used

    async def _use(self, user_id: int, posting: Posting, message_id: int, text: str, sent: datetime) -> Seat | Card:
        draft = await self.drafting.typing(user_id)
        if draft is not None and draft.posting.id == posting.id:
            heard = await self.drafting.heard(user_id, message_id, text, sent)
            if heard is Heard.TOO_LONG:
                raise Refused(TOO_LONG)
            if heard is Heard.KEPT:
                return self.opening.card(posting)
        return await self.answering.submit(user_id, posting.id, text, None, sent, source="message")

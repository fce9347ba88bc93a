"""Drafts in direct messages: their cards, what is typed, what was missed, nudges, and the debrief of what the deadline has sent."""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import discord
from discord import ui

from bot.errors import Refused
from bot.practice.cards import debrief as debrief_cards
from bot.practice.cards import question as cards
from bot.practice.delivery.channel import Delivery, passes
from bot.practice.model import ANSWER_CHARS, Card, Draft, Part, Seat, State
from bot.practice.service.debriefing import Debriefing
from bot.practice.service.drafting import Drafting, Heard
from bot.timers import Timer
from bot.ui import replies
from bot.ui.replies import NO_ANSWER

log = logging.getLogger(__name__)

SAVED = "✅"  # on every message that is stored
FILE_BYTES = 64 << 10  # of a text attachment; a long paste becomes a file by itself
TOO_LONG = f"That message is **not** in your answer: all parts together may have {ANSWER_CHARS:,} characters. Shorten it and send it again."
NOT_CHANGED = f"That change is **not** in your answer: all parts together may have {ANSWER_CHARS:,} characters. The message counts as it was before."
NOT_READ = "I read text and text files of up to 64 KiB; the rest of that message is **not** in your answer."


class DmsClosed(Exception):  # noqa: N818 - not a fault: the person is offered another way
    """A person's direct messages are closed."""


class Direct:
    """The bot's side of people's direct messages."""

    def __init__(
        self, client: discord.Client, drafting: Drafting, debriefing: Debriefing, delivery: Delivery, nothing_open: Callable[[], ui.LayoutView]
    ) -> None:
        self.client = client
        self.drafting = drafting
        self.debriefing = debriefing
        self.delivery = delivery
        self.nothing_open = nothing_open
        self._hearing: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)  # by channel; what happens in one is taken in its order
        self._unread: set[int] | None = None  # channels with drafts of which events may have been missed; None: nobody has looked yet

    # Cards

    async def channel_of(self, user: discord.abc.Snowflake) -> int:
        """The id of a person's direct messages with the bot. DmsClosed: Discord does not let us."""
        try:
            return (await self.client.create_dm(user)).id
        except discord.HTTPException as error:
            if passes(error):
                raise
            raise DmsClosed from None  # also when there is no such account any more

    async def send_card(self, user_id: int, channel_id: int, card: Card) -> str:
        """Send the card of a draft that has begun. Returns a link to it. DmsClosed: the draft is given up."""
        async with self._hearing[channel_id]:  # two presses find each other's card
            try:
                message_id = await self.delivery.find(channel_id, f"end-draft:{card.posting.id}", card.posting.opened)
                if message_id is None:  # a nonce of its own for each: Discord would give back the first card when its answer is opened again
                    message_id = await self._send(channel_id, cards.draft(card), nonce=secrets.token_hex(8))
            except discord.Forbidden:
                await self.drafting.give_up(user_id)
                raise DmsClosed from None
            await self.drafting.card_sent(user_id, card.posting.id, message_id)
        return f"https://discord.com/channels/@me/{channel_id}/{message_id}"

    async def show_ended(self, draft: Draft, *, sent: bool) -> None:
        """Change the card under which somebody typed. One that is gone is left alone."""
        attempt = draft.attempt
        if attempt.dm_channel_id is None or attempt.dm_card_id is None:
            return
        view = cards.draft_ended(self.delivery.opening.card(draft.posting), sent=sent)
        view.stop()
        try:
            await self.client.get_partial_messageable(attempt.dm_channel_id).get_partial_message(attempt.dm_card_id).edit(view=view)
        except (discord.NotFound, discord.Forbidden) as error:  # others are tried again
            log.info("card of draft %d cannot be changed: %s", attempt.id, error, extra={"action": "card-gone"})

    async def recover(self) -> None:
        """At start, and whenever events may have been missed: send cards that never arrived, and read every draft again."""
        drafts = await self.drafting.drafts()
        self._unread = {draft.attempt.dm_channel_id for draft in drafts if draft.attempt.dm_channel_id is not None}
        for draft in drafts:
            try:
                if draft.attempt.dm_card_id is None and draft.attempt.dm_channel_id is not None and draft.posting.closed is None:
                    await self.send_card(draft.attempt.user_id, draft.attempt.dm_channel_id, self.delivery.opening.card(draft.posting))
                await self.read_again(draft)
            except DmsClosed:
                continue
            except (discord.HTTPException, *NO_ANSWER) as error:
                log.warning("draft %d cannot be read again now: %s", draft.attempt.id, error, extra={"action": "draft-unread"})

    async def write(self, user_id: int, view: ui.LayoutView, nonce: str) -> None:
        """A message of another room. DmsClosed: the person takes none."""
        try:
            await self._send(await self.channel_of(discord.Object(user_id)), view, nonce=nonce)
        except discord.Forbidden:
            raise DmsClosed from None

    # Typing

    async def on_message(self, message: discord.Message) -> None:
        """A person has sent a direct message."""
        async with self._hearing[message.channel.id]:
            text, left_out = await text_of(message)
            heard = Heard.KEPT
            if text.strip():
                heard = await self.drafting.heard(message.author.id, message.id, text, message.created_at)
            elif await self.drafting.typing(message.author.id) is None:
                heard = Heard.NOTHING_OPEN
        if heard is Heard.NOTHING_OPEN:
            await self._send(message.channel.id, self.nothing_open())
            return
        if heard is Heard.TOO_LONG:
            await self._send(message.channel.id, replies.sentence(TOO_LONG))
        elif text.strip():
            await self._saved(message)
        if left_out:
            await self._send(message.channel.id, replies.sentence(NOT_READ))

    async def on_edit(self, message: discord.Message) -> None:
        """A person has changed a direct message."""
        if message.edited_at is None:  # Discord has added a preview of a link
            return
        async with self._hearing[message.channel.id]:
            text, _ = await text_of(message)
            heard = None
            if text.strip():
                heard = await self.drafting.edited(message.author.id, message.id, text, message.created_at, message.edited_at)
            else:
                await self.drafting.deleted([message.id], message.edited_at)
        if heard is Heard.TOO_LONG:
            await self._send(message.channel.id, replies.sentence(NOT_CHANGED))
        elif heard is Heard.KEPT:
            await self._saved(message)

    async def on_delete(self, channel_id: int, message_ids: set[int]) -> None:
        """Direct messages were deleted."""
        async with self._hearing[channel_id]:
            await self.drafting.deleted(message_ids, self.drafting.now())

    def behind(self, channel_id: int) -> bool:
        """Whether something that was typed there may not be stored yet, so that `all_heard` takes a while."""
        return self._unread is None or channel_id in self._unread or self._hearing[channel_id].locked()

    async def all_heard(self, user_id: int, channel_id: int) -> None:
        """Wait until what a person sent before now is stored, be it a file on its way or what came while the bot was down."""
        if self._unread is None or channel_id in self._unread:
            draft = await self.drafting.typing(user_id)
            if draft is not None:
                await self.read_again(draft)
        async with self._hearing[channel_id]:
            return

    async def _saved(self, message: discord.Message | discord.PartialMessage) -> None:
        try:
            await message.add_reaction(SAVED)
        except (discord.HTTPException, *NO_ANSWER) as error:  # it is stored all the same
            log.info("message %d cannot be marked as saved: %s", message.id, error, extra={"action": "not-marked"})

    # Missed messages

    async def read_again(self, draft: Draft) -> None:
        """Bring a draft in line with what stands in the direct messages now. Discord's errors are raised, but for a channel that is gone."""
        channel_id = draft.attempt.dm_channel_id
        if channel_id is None:
            return
        async with self._hearing[channel_id]:  # nothing may come between reading the messages and comparing them with what is stored
            found = await self.drafting.draft(draft.attempt.id)
            if found is not None and found[0].attempt.dm_card_id is not None:
                await self._read(found[0], channel_id, found[0].attempt.dm_card_id)
            if self._unread is not None:
                self._unread.discard(channel_id)

    async def _read(self, draft: Draft, channel_id: int, card_id: int) -> None:
        channel = self.client.get_partial_messageable(channel_id)
        parts: list[Part] = []
        unread: list[int] = []
        last_word = 0  # of ours: what came before it was answered then
        try:
            async for message in channel.history(limit=None, after=discord.Object(card_id), oldest_first=True):
                if message.author.id != draft.attempt.user_id:
                    last_word = message.id
                    continue
                if message.is_system():
                    continue
                text, left_out = await text_of(message)
                moment = message.edited_at or message.created_at
                if text.strip():
                    parts.append(Part(message.id, text, message.created_at, late=moment >= draft.posting.ends))
                if left_out:
                    unread.append(message.id)
        except (discord.NotFound, discord.Forbidden):
            return
        new, no_room = await self.drafting.reread(draft, parts)
        for message_id in new:
            await self._saved(channel.get_partial_message(message_id))
        for message_ids, text in ((no_room, TOO_LONG), (unread, NOT_READ)):
            if any(message_id > last_word for message_id in message_ids):
                await self._send(channel_id, replies.sentence(text))

    # Timers

    async def before_closing(self, posting_id: int) -> None:
        """Whatever was typed in time is read before the deadline sends it, also what no event told of."""
        for draft in await self.drafting.drafts(posting_id):
            await self.read_again(draft)

    async def sent(self, timer: Timer) -> None:
        """The handler behind a draft that its deadline, or another draft, has sent: its card changes, and the debrief comes."""
        found = await self.drafting.draft(int(timer.key))
        if found is None:
            return
        draft, seat = found
        answered = seat.answer is not None or seat.aside is not None
        if not answered and draft.posting.open:  # another draft was begun, and here nothing was typed
            await self.delivery.opening.end_own(draft.attempt.user_id, draft.posting)
            draft = replace(draft, posting=await self.delivery.opening.before(draft.posting.id))
        await self.show_ended(draft, sent=answered)
        if not answered or draft.attempt.dm_channel_id is None:
            return
        try:
            view, files = self._debrief(seat)
            message_id = await self._send(draft.attempt.dm_channel_id, view, files=files, nonce=f"{draft.attempt.id}-{int(timer.due.timestamp())}")
        except discord.Forbidden as error:
            log.info("debrief of attempt %d cannot be sent: %s", draft.attempt.id, error, extra={"action": "debrief-unsent"})
            return
        await self.remember(seat, draft.attempt.dm_channel_id, message_id)

    async def remember(self, seat: Seat, channel_id: int, message_id: int) -> None:
        """A lasting message holds a person's text: it goes when they have everything erased, now if that was meanwhile."""
        if seat.attempt is not None and not await self.debriefing.shown(seat.attempt, channel_id, message_id):
            await self.client.get_partial_messageable(channel_id).get_partial_message(message_id).delete()

    def _debrief(self, seat: Seat) -> tuple[ui.LayoutView, list[discord.File]]:
        try:
            return debrief_cards.debrief(self.debriefing.of(seat))
        except Refused as gone:  # the question has left the bank: there is nothing to compare with
            return replies.sentence(gone.text), []

    async def nudge(self, timer: Timer) -> None:
        """The handler of the nudge: nothing is said any more once the answer is sent or the time is up."""
        found = await self.drafting.draft(int(timer.key))
        if found is None:
            return
        draft, _ = found
        if not draft.attempt.draft or draft.attempt.state is State.SUBMITTED or self.drafting.now() >= draft.posting.ends:
            return
        if draft.attempt.dm_channel_id is not None:
            view = cards.nudge(self.delivery.opening.card(draft.posting), len(draft.text.split()))
            try:
                await self._send(draft.attempt.dm_channel_id, view, nonce=f"nudge-{draft.attempt.id}")
            except discord.Forbidden as error:
                log.info("draft %d cannot be nudged: %s", draft.attempt.id, error, extra={"action": "nudge-unsent"})

    async def _send(self, channel_id: int, view: ui.LayoutView, *, files: list[discord.File] | None = None, nonce: str | None = None) -> int:
        view.stop()
        channel = self.client.get_partial_messageable(channel_id)
        message = await (channel.send(view=view, files=files or []) if nonce is None else channel.send(view=view, files=files or [], nonce=nonce))
        return message.id


async def text_of(message: discord.Message) -> tuple[str, bool]:
    """What a message says, its text files included, and whether something in it could not be read."""
    texts = [message.content]
    left_out = bool(message.stickers) or not (message.content or message.attachments)  # a forwarded message, a poll
    for attachment in message.attachments:
        written = await _written(attachment)
        left_out |= written is None
        texts.append(written or "")
    return "\n".join(text for text in texts if text), left_out


async def _written(attachment: discord.Attachment) -> str | None:
    """The text of a file. None: it is no text, or too long."""
    kind = attachment.content_type or ""
    if attachment.size > FILE_BYTES or not (kind.startswith("text/") or attachment.filename.lower().endswith((".txt", ".md"))):
        return None
    try:
        return (await attachment.read()).decode("utf-8-sig")
    except (UnicodeDecodeError, discord.NotFound, discord.Forbidden):
        return None

"""What practice does unasked: closes cards when their time is up, and finds out after a crash which cards had arrived."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import discord
from discord import ui

from bot.practice.cards import question as cards
from bot.practice.model import Card, Place
from bot.practice.service.opening import Opening
from bot.timers import Timer
from bot.ui.replies import NO_ANSWER

log = logging.getLogger(__name__)

SERVER_ERROR, TOO_MANY_REQUESTS = 500, 429  # HTTP status codes of what passes; all others say no for good
LOOK_BACK = timedelta(seconds=30)  # before the opening: Discord's clock and ours need not agree to the second
LOOK_AT = 100  # messages of a channel, in one request; an uncertain card is among the newest


class Delivery:
    """Sends and changes cards in channels, where no interaction is there to answer."""

    def __init__(self, client: discord.Client, opening: Opening) -> None:
        self.client = client
        self.opening = opening
        self.before_closing: Callable[[int], Awaitable[None]] = _nothing_before  # set where direct messages are

    async def close(self, timer: Timer) -> None:
        """The handler of the closing timer. Twice does no harm."""
        await self.before_closing(int(timer.key))
        card = await self.opening.close_due(int(timer.key))
        if card is not None:
            await self.show_closed(card)

    async def show_closed(self, card: Card) -> None:
        """Change a card in a channel to its closed look. One that is gone, no longer ours to change or in an archived thread is left alone.

        Raised: what may be over when it is tried again.
        """
        if card.posting.place is not Place.CHANNEL:  # private ones are out of reach, those in direct messages change with their draft
            return
        message_id = card.posting.message_id or await self._find(card)
        if message_id is None:
            return
        view = cards.closed(card)
        view.stop()
        try:
            await self._channel(card).get_partial_message(message_id).edit(view=view)
        except discord.HTTPException as error:
            if passes(error):
                raise
            log.warning("card of posting %d cannot be closed: %s", card.posting.id, error, extra={"action": "card-gone"})

    async def make_sure(self, card: Card) -> int | None:
        """After a send of which nobody knows whether it arrived: find the card in its channel, else send it. Discord's errors are raised.

        Returns the message's id. None: it is not there, and its time is up, so that it is not sent any more.
        """
        message_id = await self._find(card)
        if message_id is None and self.opening.now() >= card.posting.closes:
            await self.opening.withdraw(card.posting.id)
            return None
        if message_id is None:
            view = cards.opened(card)
            view.stop()
            message_id = (await self._channel(card).send(view=view, nonce=card.posting.nonce)).id
        await self.opening.sent(card.posting.id, message_id)
        return message_id

    async def recover(self) -> None:
        """At start: settle every card that a crash left uncertain. One that cannot be settled does not keep the others from it."""
        for card in await self.opening.unconfirmed():
            try:
                await self.make_sure(card)
            except NO_ANSWER as error:
                log.warning("posting %d stays uncertain: %s", card.posting.id, error, extra={"action": "card-uncertain"})
            except discord.HTTPException as error:
                log.warning("posting %d cannot be shown and is withdrawn: %s", card.posting.id, error, extra={"action": "card-withdrawn"})
                await self.opening.withdraw(card.posting.id)

    async def _find(self, card: Card) -> int | None:
        """Our own message whose buttons carry the posting's id."""
        return await self.find(card.posting.spot.channel_id, f"answer:{card.posting.id}", card.posting.opened)

    async def find(self, channel_id: int, wanted: str, opened: datetime) -> int | None:
        """Our own message in a channel, sent since `opened`, that has a button with this custom_id."""
        own = self.client.user.id if self.client.user is not None else None
        try:
            async for message in self.client.get_partial_messageable(channel_id).history(limit=LOOK_AT, after=opened - LOOK_BACK):
                if message.author.id == own and wanted in _custom_ids(message):
                    return message.id
        except (discord.NotFound, discord.Forbidden):
            return None
        return None

    def _channel(self, card: Card) -> discord.PartialMessageable:
        return self.client.get_partial_messageable(card.posting.spot.channel_id, guild_id=card.posting.spot.guild_id)


def passes(error: discord.HTTPException) -> bool:
    """Whether it may be over when it is tried again."""
    return error.status >= SERVER_ERROR or error.status == TOO_MANY_REQUESTS


async def _nothing_before(_posting_id: int) -> None:
    return


def _custom_ids(message: discord.Message) -> set[str]:
    return {
        item.custom_id for item in ui.LayoutView.from_message(message, timeout=None).walk_children() if isinstance(item, ui.Button) and item.custom_id
    }

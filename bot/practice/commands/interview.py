"""`/interview`, and everything else that puts a question into a channel."""

import zlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import discord
from discord import app_commands, ui

from bot.bank.bank import Bank, Filters
from bot.bank.schema import DIFFICULTIES, TYPES
from bot.practice.cards import question as cards
from bot.practice.commands.places import in_own_dm, place_of, spot
from bot.practice.delivery.channel import Delivery
from bot.practice.delivery.direct import Direct, DmsClosed
from bot.practice.model import Card, Kind, Place, Posting, Spot
from bot.practice.service.drafting import AnotherDraft, Drafting
from bot.practice.service.opening import Opening, TooManyOpen
from bot.ui import replies
from bot.ui.buttons import PRIMARY, ButtonHandler, button
from bot.ui.choices import fitting
from bot.ui.replies import NO_ANSWER, Interaction

LONGEST_MINUTES = 180
SWITCH = "Send it and begin"
DESCRIPTIONS = {
    "easy": "An easy question, some 10 minutes",
    "medium": "A medium question, some 20 minutes",
    "hard": "A hard question, some 30 minutes",
}
KINDS = [app_commands.Choice(name=name.capitalize(), value=name) for name in TYPES]
WHERE = [
    app_commands.Choice(name="here", value=Place.CHANNEL.value),
    app_commands.Choice(name="private", value=Place.PRIVATE.value),
    app_commands.Choice(name="dm", value=Place.DM.value),
]

Draw = Callable[[Place, Spot], Awaitable[Card]]
"""Draws a question for a place and keeps its posting."""


class InterviewCommands:
    """Draws questions and posts them as the answer to an interaction."""

    def __init__(self, opening: Opening, drafting: Drafting, delivery: Delivery, direct: Direct, bank: Bank) -> None:
        self.opening = opening
        self.drafting = drafting
        self.direct = direct
        self.delivery = delivery
        self.bank = bank

    def commands(self) -> list[app_commands.Group]:
        """`/interview` with a command for each difficulty."""
        group = app_commands.Group(
            name="interview",
            description="Practise one interview question",
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        for difficulty, description in DESCRIPTIONS.items():
            group.add_command(self._command(difficulty, description))
        group.add_command(self._command("any", "A question of any difficulty"))
        return [group]

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those that draw a question."""
        return {
            "first-question": self.first,
            "again": self.again,
            "next": self.next,
            "show": self.show,
            "draw-in-dm": self.draw_in_dm,
            "again-in-dm": self.again_in_dm,
            "next-in-dm": self.next_in_dm,
        }

    def _command(self, difficulty: str, description: str) -> app_commands.Command[Any, ..., None]:
        @app_commands.command(name=difficulty, description=description)
        @app_commands.describe(
            topic="Only from this topic",
            kind="Only questions of this type",
            minutes="Time to answer; else as long as the question says",
            where="In this channel for everybody, for you alone, or in our direct messages",
        )
        @app_commands.rename(kind="type")
        @app_commands.choices(kind=KINDS, where=WHERE)
        @app_commands.autocomplete(topic=self.topics)
        async def draw(
            itx: Interaction,
            topic: str | None = None,
            kind: app_commands.Choice[str] | None = None,
            minutes: app_commands.Range[int, 1, LONGEST_MINUTES] | None = None,
            where: app_commands.Choice[str] | None = None,
        ) -> None:
            filters = Filters(
                None if difficulty == "any" else difficulty,
                None if topic is None else self.bank.topic_named(topic).id,
                None if kind is None else kind.value,
            )
            await self._draw(itx, filters, minutes, Place.CHANNEL if where is None else Place(where.value))

        return draw

    async def topics(self, _itx: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Topics whose name or id contains what was typed, those with a word that begins so first."""
        return fitting([(topic.name, topic.id) for topic in self.bank.topics], typed)

    async def first(self, itx: Interaction) -> None:
        """`First question` for a newcomer: an easy one."""
        filters = Filters("easy") if self.bank.pool(Filters("easy")) else Filters()
        await self._draw(itx, filters, None, Place.CHANNEL)

    async def draw_in_dm(self, itx: Interaction, difficulty: int, topic: int, kind: int, minutes: int) -> None:
        """The question whether to send another draft as it is was answered with yes."""
        filters = Filters(_at(DIFFICULTIES, difficulty), self._topic_of_number(topic), _at(TYPES, kind))
        await self.post(itx, lambda place, at: self.opening.start(itx.user.id, at, filters, minutes or None, place), Place.DM)

    async def again(self, itx: Interaction, posting_id: int) -> None:
        before = await self.opening.before(posting_id)
        proceed = button(SWITCH, "again-in-dm", posting_id, style=PRIMARY)
        await self.post(itx, lambda place, at: self.opening.repeat(itx.user.id, posting_id, place, at), _as_before(before), proceed)

    async def again_in_dm(self, itx: Interaction, posting_id: int) -> None:
        await self.post(itx, lambda place, at: self.opening.repeat(itx.user.id, posting_id, place, at), Place.DM)

    async def next(self, itx: Interaction, posting_id: int) -> None:
        before = await self.opening.before(posting_id)
        proceed = button(SWITCH, "next-in-dm", posting_id, style=PRIMARY)
        await self.post(itx, lambda place, at: self.opening.next(itx.user.id, posting_id, place, at), _as_before(before), proceed)

    async def next_in_dm(self, itx: Interaction, posting_id: int) -> None:
        await self.post(itx, lambda place, at: self.opening.next(itx.user.id, posting_id, place, at), Place.DM)

    async def draw(self, itx: Interaction, filters: Filters) -> None:
        """A question for other rooms' buttons."""
        await self._draw(itx, filters, None, Place.CHANNEL)

    async def _draw(self, itx: Interaction, filters: Filters, minutes: int | None, wanted: Place) -> None:
        numbers = (_number(DIFFICULTIES, filters.difficulty), _topic_number(filters.topic), _number(TYPES, filters.type), minutes or 0)
        proceed = button(SWITCH, "draw-in-dm", *numbers, style=PRIMARY)
        await self.post(itx, lambda place, at: self.opening.start(itx.user.id, at, filters, minutes, place), wanted, proceed)

    async def show(self, itx: Interaction, posting_id: int) -> None:
        """`Show again`: the card once more, for its owner alone, so that it need not be searched for."""
        await replies.send(itx, cards.opened(await self.opening.open_card(itx.user.id, posting_id)))

    async def post(self, itx: Interaction, draw: Draw, wanted: Place, proceed: ui.Button[Any] | None = None) -> None:
        """Draw a card and send it to where it was wanted, if it can go there; list the open ones instead if there are too many.

        `proceed` is the button that goes on after the question whether to send another draft as it is; None: it was answered.
        """
        place, why = place_of(itx, wanted)
        try:
            if place is Place.DM:
                await self._to_dm(itx, draw, proceed)
                return
            card = await draw(place, spot(itx))
        except TooManyOpen as full:
            await replies.send(itx, cards.open_cards(full.cards))
            return
        if place is Place.PRIVATE:
            await replies.send(itx, cards.opened(card, why))
            return
        await self._to_channel(itx, card)

    async def _to_dm(self, itx: Interaction, draw: Draw, proceed: ui.Button[Any] | None) -> None:
        if proceed is not None:
            try:
                await self.drafting.other(itx.user.id)
            except AnotherDraft as other:
                await replies.send(itx, cards.ask_to_switch(other.card, proceed))
                return
        here = in_own_dm(itx)
        await itx.response.defer(ephemeral=not here, thinking=True)
        try:
            channel_id = await self.direct.channel_of(itx.user)
        except DmsClosed:
            await replies.send(itx, cards.dms_closed((await draw(Place.DM, spot(itx))).posting))
            return
        card = await draw(Place.DM, Spot(None, channel_id))
        await self.drafting.begin(itx.user.id, card.posting.id, channel_id)
        if here:  # the answer to the command is the card itself
            message_id = await replies.send(itx, cards.draft(card), ephemeral=False)
            if message_id is not None:
                await self.drafting.card_sent(itx.user.id, card.posting.id, message_id)
            return
        try:
            link = await self.direct.send_card(itx.user.id, channel_id, card)
        except DmsClosed:
            await replies.send(itx, cards.dms_closed(card.posting))
        else:
            await replies.send(itx, cards.in_dm(link))

    async def _to_channel(self, itx: Interaction, card: Card) -> None:
        try:
            message_id = await replies.send(itx, cards.opened(card), ephemeral=False)
        except (discord.HTTPException, *NO_ANSWER):
            message_id = None  # nobody knows whether it arrived
        if message_id is not None:
            await self.opening.sent(card.posting.id, message_id)
            return
        try:
            message_id = await self.delivery.make_sure(card)
        except NO_ANSWER:
            raise  # still nobody knows, so the posting stays: its buttons work if it is there, and the next start looks again
        except discord.HTTPException:
            await self.opening.withdraw(card.posting.id)
            raise
        # The command itself may still wait for its answer. Where the card was that answer after all, nobody sees a second one.
        where = f"https://discord.com/channels/{itx.guild_id}/{itx.channel_id}/{message_id}"
        with suppress(discord.HTTPException, *NO_ANSWER):
            await replies.send(itx, replies.sentence(f"Your question is here: {where}"))

    def _topic_of_number(self, number: int) -> str | None:
        return next((topic.id for topic in self.bank.topics if number and _topic_number(topic.id) == number), None)


def _as_before(posting: Posting) -> Place:
    """Where a further question goes. After a daily one that is its answerer's own affair, and nothing for the channel of dailies."""
    return Place.PRIVATE if posting.kind is Kind.DAILY else posting.place


def _topic_number(topic_id: str | None) -> int:
    """A topic as a number for a custom_id, the same after every restart. 0: any."""
    return 0 if topic_id is None else zlib.crc32(topic_id.encode())


def _number(values: Sequence[str], value: str | None) -> int:
    return 0 if value is None else values.index(value) + 1


def _at(values: Sequence[str], number: int) -> str | None:
    return values[number - 1] if 0 < number <= len(values) else None

"""`/interview`, and everything else that puts a question into a channel."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import discord
from discord import app_commands

from bot.bank.bank import Bank, Filters
from bot.errors import Refused
from bot.practice.cards import question as cards
from bot.practice.delivery import NO_ANSWER, Delivery
from bot.practice.model import Card, Spot
from bot.practice.service.opening import Opening, TooManyOpen
from bot.ui import replies
from bot.ui.buttons import ButtonHandler
from bot.ui.replies import Interaction
from bot.ui.text import plain

LONGEST_MINUTES = 180
MOST_CHOICES = 25  # of one autocomplete (Discord, "Application Commands")
DIFFICULTIES = {
    "easy": "An easy question, some 10 minutes",
    "medium": "A medium question, some 20 minutes",
    "hard": "A hard question, some 30 minutes",
}
TYPES = [app_commands.Choice(name=name.capitalize(), value=name) for name in ("technical", "system design", "behavioral")]


class InterviewCommands:
    """Draws questions and posts them as the answer to an interaction."""

    def __init__(self, opening: Opening, delivery: Delivery, bank: Bank) -> None:
        self.opening = opening
        self.delivery = delivery
        self.bank = bank

    def commands(self) -> list[app_commands.Group]:
        """`/interview` with a command for each difficulty."""
        group = app_commands.Group(
            name="interview",
            description="Practise one interview question",
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        for difficulty, description in DIFFICULTIES.items():
            group.add_command(self._command(difficulty, description))
        group.add_command(self._command("any", "A question of any difficulty"))
        return [group]

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those that draw a question."""
        return {"first-question": self.first, "again": self.again, "next": self.next, "show": self.show}

    def _command(self, difficulty: str, description: str) -> app_commands.Command[Any, ..., None]:
        @app_commands.command(name=difficulty, description=description)
        @app_commands.describe(
            topic="Only from this topic", kind="Only questions of this type", minutes="Time to answer; else as long as the question says"
        )
        @app_commands.rename(kind="type")
        @app_commands.choices(kind=TYPES)
        @app_commands.autocomplete(topic=self.topics)
        async def draw(
            itx: Interaction,
            topic: str | None = None,
            kind: app_commands.Choice[str] | None = None,
            minutes: app_commands.Range[int, 1, LONGEST_MINUTES] | None = None,
        ) -> None:
            filters = Filters(None if difficulty == "any" else difficulty, self._topic_id(topic), None if kind is None else kind.value)
            await self.post(itx, lambda: self.opening.start(itx.user.id, spot(itx), filters, minutes))

        return draw

    async def topics(self, _itx: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Topics whose name or id contains what was typed, those with a word that begins so first."""
        part = typed.strip().casefold()
        found = [topic for topic in self.bank.topics if part in topic.name.casefold() or part in topic.id]
        found.sort(key=lambda topic: not any(word.startswith(part) for word in f"{topic.name} {topic.id}".casefold().replace("-", " ").split()))
        return [app_commands.Choice(name=topic.name[:100], value=topic.id) for topic in found[:MOST_CHOICES]]

    async def first(self, itx: Interaction) -> None:
        """`First question` for a newcomer: an easy one."""
        filters = Filters("easy") if self.bank.pool(Filters("easy")) else Filters()
        await self.post(itx, lambda: self.opening.start(itx.user.id, spot(itx), filters))

    async def again(self, itx: Interaction, posting_id: int) -> None:
        await self.post(itx, lambda: self.opening.repeat(itx.user.id, posting_id))

    async def next(self, itx: Interaction, posting_id: int) -> None:
        await self.post(itx, lambda: self.opening.next(itx.user.id, posting_id))

    async def show(self, itx: Interaction, posting_id: int) -> None:
        """`Show again`: the card once more, for its owner alone, so that it need not be searched for."""
        await replies.send(itx, cards.opened(await self.opening.open_card(itx.user.id, posting_id)))

    async def post(self, itx: Interaction, draw: Callable[[], Awaitable[Card]]) -> None:
        """Draw a card and send it; list the open ones instead if there are too many."""
        check_permissions(itx)
        try:
            card = await draw()
        except TooManyOpen as full:
            await replies.send(itx, cards.open_cards(full.cards))
            return
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

    def _topic_id(self, typed: str | None) -> str | None:
        """The id for what was chosen, or typed without choosing. Refused: there is no such topic."""
        if typed is None:
            return None
        wanted = typed.strip().casefold()
        for topic in self.bank.topics:
            if wanted in (topic.id, topic.name.casefold()):
                return topic.id
        names = ", ".join(topic.name for topic in self.bank.topics)
        raise Refused(f"There is no topic called “{plain(typed[:80])}”. There are: {names}.")


def spot(itx: Interaction) -> Spot:
    """Where a command was used."""
    assert itx.channel_id is not None  # noqa: S101 - commands and buttons always have a channel
    return Spot(itx.guild_id, itx.channel_id)


def check_permissions(itx: Interaction) -> None:
    """Refused where the bot could answer now but never close the card: it must see the channel, post there, and find its cards again."""
    has = itx.app_permissions
    in_thread = isinstance(itx.channel, discord.Thread)
    sending = ("Send Messages in Threads", has.send_messages_in_threads) if in_thread else ("Send Messages", has.send_messages)
    needed = dict([("View Channel", has.view_channel), sending, ("Read Message History", has.read_message_history)])
    missing = [name for name, given in needed.items() if not given]
    if missing:
        raise Refused(
            f"I cannot post questions here: I am missing **{', '.join(missing)}** in this channel. "
            "Ask somebody who manages the server to allow it, or use `/interview` in another channel."
        )

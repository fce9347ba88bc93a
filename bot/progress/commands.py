"""`/stats`, `/topics` and `/history`."""

from collections.abc import Awaitable, Callable
from typing import Any

from discord import app_commands
from discord.app_commands import Choice

from bot.bank.bank import Bank, Filters
from bot.errors import Refused
from bot.practice.cards import debrief as debrief_cards
from bot.practice.service.debriefing import Debriefing
from bot.progress import cards
from bot.progress.model import NO_LONGER_ASKED
from bot.progress.service import History, Progress
from bot.ui import replies
from bot.ui.buttons import ButtonHandler
from bot.ui.choices import fitting
from bot.ui.replies import Interaction
from bot.ui.selects import SelectHandler

Draw = Callable[[Interaction, Filters], Awaitable[None]]
"""Puts a question that fits in front of whoever asked, as `/interview` does."""


class StatsCommands:
    """A person's own progress, shown to them alone, and questions of a topic."""

    def __init__(self, progress: Progress, draw: Draw) -> None:
        self.progress = progress
        self.draw = draw

    def commands(self) -> list[app_commands.Command[Any, ..., None]]:
        """`/stats` and `/topics`."""

        @app_commands.command(name="stats", description="What you have practised, and your streak")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def stats(itx: Interaction) -> None:
            await replies.send(itx, cards.stats(await self.progress.stats(itx.user.id)))

        @app_commands.command(name="topics", description="What is in the bank, and how much of it you have practised")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def topics(itx: Interaction) -> None:
            await replies.send(itx, cards.topics(await self.progress.topics(itx.user.id), 0))

        return [stats, topics]

    def buttons(self) -> dict[str, ButtonHandler]:
        """The pages of `/topics`."""
        return {"topics": self.turn}

    def selects(self) -> dict[str, SelectHandler]:
        """A question of the chosen topic."""
        return {"topic": self.draw_of}

    async def turn(self, itx: Interaction, page: int, _which: int) -> None:
        await replies.edit(itx, cards.topics(await self.progress.topics(itx.user.id), page))

    async def draw_of(self, itx: Interaction, values: tuple[str, ...]) -> None:
        await self.draw(itx, Filters(topic=values[0]))


class HistoryCommands:
    """A person's own answers, every one of them, shown to them alone."""

    def __init__(self, history: History, debriefing: Debriefing, bank: Bank) -> None:
        self.history = history
        self.debriefing = debriefing
        self.bank = bank

    def commands(self) -> list[app_commands.Command[Any, ..., None]]:
        """`/history`."""

        @app_commands.command(name="history", description="Your answers, the newest first, each with its debrief")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        @app_commands.describe(topic="Only answers to questions of this topic", question="Only answers to this question")
        @app_commands.autocomplete(topic=self.topics, question=self.questions)
        async def history(itx: Interaction, topic: str | None = None, question: str | None = None) -> None:
            chosen = 0 if topic is None else self.history.topic_number(topic)
            asked = 0 if question is None else self.history.question_number(question)
            await replies.send(itx, cards.history(await self.history.page(itx.user.id, 0, chosen, asked)))

        return [history]

    def buttons(self) -> dict[str, ButtonHandler]:
        """The pages, and two answers side by side."""
        return {"history": self.turn, "compare": self.compare}

    def selects(self) -> dict[str, SelectHandler]:
        """The debrief of the chosen attempt."""
        return {"attempt": self.open}

    async def topics(self, itx: Interaction, typed: str) -> list[Choice[str]]:
        """Topics of questions that the person has answered, in the order of the bank."""
        answered = {self.bank.topic_of(each).id for each in await self.history.answered(itx.user.id) if self.bank.question(each) is not None}
        return fitting([(topic.name, topic.id) for topic in self.bank.topics if topic.id in answered], typed)

    async def questions(self, itx: Interaction, typed: str) -> list[Choice[str]]:
        """Questions that the person has answered, the newest first."""
        named = []
        for question_id in await self.history.answered(itx.user.id):
            question = self.bank.question(question_id)
            named.append((f"{NO_LONGER_ASKED}: {question_id}" if question is None else question.title, question_id))
        return fitting(named, typed)

    async def turn(self, itx: Interaction, page: int, topic: int, question: int, _which: int) -> None:
        await replies.edit(itx, cards.history(await self.history.page(itx.user.id, page, topic, question)))

    async def compare(self, itx: Interaction, question: int) -> None:
        view, files = cards.comparison(await self.history.compare(itx.user.id, question))
        await replies.send(itx, view, files=files)

    async def open(self, itx: Interaction, values: tuple[str, ...]) -> None:
        """The debrief; the answer alone when its question has left the bank."""
        posting_id = int(values[0])
        try:
            view, files = debrief_cards.debrief(await self.debriefing.debrief(itx.user.id, posting_id))
        except Refused:  # there may be a text of theirs all the same
            kept = await self.history.kept(itx.user.id, posting_id)
            if kept is None:
                raise
            view, files = cards.kept(kept)
        await replies.send(itx, view, files=files)

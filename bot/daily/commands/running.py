"""`/daily` for schedules that are there: listed, removed, paused, run at once, their queues, and roles for streaks."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.daily.cards import post as post_cards
from bot.daily.cards import schedules as cards
from bot.daily.commands.offers import Offers, schedule_id
from bot.daily.commands.permissions import Channel, check_channel, check_role, managed
from bot.daily.delivery.posting import Posts
from bot.daily.model import STREAKS, Trouble
from bot.daily.service.posting import Dailies
from bot.daily.service.scheduling import Scheduling
from bot.errors import Refused
from bot.ui import replies
from bot.ui.buttons import ButtonHandler
from bot.ui.replies import Interaction

NO_ROLE = "Choose a `role` for those `days`; @everyone means that there is none any more."
NO_DAYS = "Choose the `days` of the streak for which {role} is given."
NO_QUESTION = "Choose the `question` that is to be taken out."

Act = Callable[[Interaction, discord.Guild, int], Awaitable[None]]
"""Does something with one schedule of a server, by its number."""


class RunningCommands:
    """Runs a server's schedules."""

    def __init__(self, scheduling: Scheduling, dailies: Dailies, posts: Posts, offers: Offers) -> None:
        self.scheduling = scheduling
        self.dailies = dailies
        self.posts = posts
        self.offers = offers

    def commands(self) -> list[app_commands.Command[Any, ..., None]]:
        """For the group."""
        return [*self._running(), self._queue(), self._roles()]

    def buttons(self) -> dict[str, ButtonHandler]:
        """`Undo` after a removal."""
        return {"daily-undo": self.undo}

    def _running(self) -> list[app_commands.Command[Any, ..., None]]:
        @app_commands.command(name="list", description="This server's schedules, and when they post next")
        async def list_(itx: Interaction) -> None:
            for view in cards.schedules(await self.scheduling.all(managed(itx).id)):
                await replies.send(itx, view)

        return [
            list_,
            self._command("remove", "Remove a schedule", self.remove),
            self._command("pause", "Post nothing until it is resumed", self.pause),
            self._command("resume", "Let a paused schedule post again", self.resume),
            self._command("now", "Post today's question at once", self.now),
            self._command("preview", "See what a post looks like, alone", self.preview),
        ]

    def _command(self, name: str, description: str, act: Act) -> app_commands.Command[Any, ..., None]:
        """A command that takes a schedule and nothing else."""

        @app_commands.command(name=name, description=description)
        @app_commands.describe(schedule="Which one")
        @app_commands.autocomplete(schedule=self.offers.schedules)
        async def command(itx: Interaction, schedule: str) -> None:
            await act(itx, managed(itx), schedule_id(schedule))

        return command

    async def remove(self, itx: Interaction, guild: discord.Guild, number: int) -> None:
        await replies.send(itx, cards.removed(await self.scheduling.remove(guild.id, number)))

    async def pause(self, itx: Interaction, guild: discord.Guild, number: int) -> None:
        await replies.send(itx, cards.changed("Paused", await self.scheduling.pause(guild.id, number)))

    async def resume(self, itx: Interaction, guild: discord.Guild, number: int) -> None:
        plan = (await self.scheduling.one(guild.id, number)).schedule.plan
        channel = guild.get_channel(plan.channel_id)
        if channel is None:
            raise Refused(cards.trouble(Trouble.CHANNEL).capitalize())
        if isinstance(channel, Channel):
            check_channel(itx, channel, plan)
        await replies.send(itx, cards.changed("It posts again", await self.scheduling.resume(guild.id, number)))

    async def now(self, itx: Interaction, guild: discord.Guild, number: int) -> None:
        await itx.response.defer(ephemeral=True, thinking=True)
        post, before = await self.posts.post_now(guild.id, number)
        await replies.send(itx, cards.posted(post, before=before))

    async def preview(self, itx: Interaction, guild: discord.Guild, number: int) -> None:
        await replies.send(itx, post_cards.post(await self.dailies.example(guild.id, number), real=False))

    async def undo(self, itx: Interaction, schedule_id: int) -> None:
        await replies.edit(itx, cards.changed("It is back", await self.scheduling.restore(managed(itx).id, schedule_id)))

    def _queue(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.command(name="queue", description="Choose questions that a schedule asks before it draws")
        @app_commands.describe(schedule="Which one", question="The question to ask next, after those that are queued", remove="Take it out instead")
        @app_commands.autocomplete(schedule=self.offers.schedules, question=self.offers.questions)
        async def queue(itx: Interaction, schedule: str, question: str | None = None, remove: bool = False) -> None:
            guild, number = managed(itx), schedule_id(schedule)
            if question is None:
                if remove:
                    raise Refused(NO_QUESTION)
                await replies.send(itx, cards.queue(await self.scheduling.one(guild.id, number)))
            elif remove:
                now, there = await self.scheduling.unqueue(guild.id, number, self.dailies.bank.id_of(question))
                await replies.send(itx, cards.queue(now, "Taken out." if there else "It was not in the queue."))
            else:
                now, new = await self.scheduling.enqueue(guild.id, number, self.dailies.bank.id_of(question))
                await replies.send(itx, cards.queue(now, "Queued." if new else "It is in the queue already."))

        return queue

    def _roles(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.command(name="roles", description="Give a role to those with a streak")
        @app_commands.describe(days="The length of the streak, in days", role="The role for it; @everyone: none any more")
        @app_commands.choices(days=[Choice(name=f"{days} days", value=days) for days in STREAKS])
        async def roles(itx: Interaction, days: int | None = None, role: discord.Role | None = None) -> None:
            guild = managed(itx)
            if days is None and role is None:
                await replies.send(itx, cards.roles(await self.scheduling.roles(guild.id)))
                return
            if days is None or role is None:
                raise Refused(NO_ROLE if role is None else NO_DAYS.format(role=role.mention))
            if not role.is_default():
                check_role(itx, role)
            await replies.send(itx, cards.roles(await self.scheduling.set_role(guild.id, days, None if role.is_default() else role.id)))

        return roles

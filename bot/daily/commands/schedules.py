"""`/daily schedule` and `/daily edit`: what those who manage a server ask of its daily questions."""

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.bank.schema import TYPES
from bot.daily import options
from bot.daily.calendar import Rhythm
from bot.daily.cards import schedules as cards
from bot.daily.commands.offers import Offers, schedule_id
from bot.daily.commands.permissions import NEVER_EVERYONE, Channel, check_channel, managed
from bot.daily.commands.running import RunningCommands
from bot.daily.model import ANY, Plan
from bot.daily.service.scheduling import Scheduling
from bot.errors import Refused
from bot.ui import replies
from bot.ui.buttons import ButtonHandler
from bot.ui.replies import Interaction

LONGEST_HOURS = 168  # until the model answer is revealed: a week
KINDS = [Choice(name="Any type", value=ANY), *(Choice(name=name.capitalize(), value=name) for name in TYPES)]
NOBODY_PINGED = "Nobody is pinged: I never ping @everyone."
DESCRIPTIONS = {
    "channel": "Where: a text, announcement or forum channel",
    "time": "When, as HH:MM",
    "timezone": "Its time zone, or a city in it; yours if you leave it out",
    "days": "daily, weekdays, weekends, or some: mon,wed,fri",
    "difficulty": "any, easy, medium, hard, or by day: mon=easy,fri=hard",
    "topic": "Only from this topic",
    "kind": "Only questions of this type",
    "role": "A role to ping with each question",
    "reveal_after": "Hours until the model answer is revealed; 12 if you leave it out",
    "thread": "Reveal it in a thread; else in the channel, behind a spoiler",
    "schedule": "Which one",
}

Hours = app_commands.Range[int, 1, LONGEST_HOURS]


class DailyCommands:
    """Makes, changes and runs a server's schedules. What Discord shows to whom is checked again here."""

    def __init__(self, scheduling: Scheduling, running: RunningCommands, offers: Offers) -> None:
        self.scheduling = scheduling
        self.running = running
        self.offers = offers

    def commands(self) -> list[app_commands.Group]:
        """`/daily` with its commands."""
        group = app_commands.Group(
            name="daily",
            description="Daily questions for this server",
            default_permissions=discord.Permissions(manage_guild=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
        )
        for command in (self._schedule(), self._edit(), *self.running.commands()):
            group.add_command(command)
        return [group]

    def buttons(self) -> dict[str, ButtonHandler]:
        """`Confirm`."""
        return {"daily-confirm": self.confirm}

    def _schedule(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.command(name="schedule", description="Post a question on this server's rhythm")
        @app_commands.describe(**{name: text for name, text in DESCRIPTIONS.items() if name != "schedule"})
        @app_commands.rename(kind="type")
        @app_commands.choices(kind=KINDS)
        @app_commands.autocomplete(timezone=self.offers.zones, days=self.offers.days, difficulty=self.offers.levels, topic=self.offers.topics)
        async def schedule(
            itx: Interaction,
            channel: Channel,
            time: str,
            timezone: str | None = None,
            days: str = "daily",
            difficulty: str = ANY,
            topic: str = ANY,
            kind: str = ANY,
            role: discord.Role | None = None,
            reveal_after: Hours = 12,
            thread: bool = True,
        ) -> None:
            guild = managed(itx)
            if role is not None and role.is_default():
                raise Refused(NEVER_EVERYONE)
            minute = options.minute_of_day(time)
            zone = options.zone(timezone or await self.scheduling.zone_of(itx.user.id))
            plan = Plan(
                channel_id=channel.id,
                rhythm=Rhythm(minute, zone, options.days(days)),
                levels=options.levels(difficulty),
                topic=self.offers.topic_id(topic),
                type=None if kind == ANY else kind,
                role_id=None if role is None else role.id,
                reveal_after=reveal_after,
                thread=thread,
            )
            check_channel(itx, channel, plan)
            await replies.send(itx, cards.proposal(await self.scheduling.propose(guild.id, itx.user.id, plan)))

        return schedule

    async def confirm(self, itx: Interaction, schedule_id: int) -> None:
        guild = managed(itx)
        await replies.edit(itx, cards.confirmed(await self.scheduling.confirm(guild.id, schedule_id)))

    def _edit(self) -> app_commands.Command[Any, ..., None]:
        @app_commands.command(name="edit", description="Change a schedule; what you leave out stays")
        @app_commands.describe(**DESCRIPTIONS)
        @app_commands.rename(kind="type")
        @app_commands.choices(kind=KINDS)
        @app_commands.autocomplete(
            schedule=self.offers.schedules, timezone=self.offers.zones, days=self.offers.days, difficulty=self.offers.levels, topic=self.offers.topics
        )
        async def edit(
            itx: Interaction,
            schedule: str,
            channel: Channel | None = None,
            time: str | None = None,
            timezone: str | None = None,
            days: str | None = None,
            difficulty: str | None = None,
            topic: str | None = None,
            kind: str | None = None,
            role: discord.Role | None = None,
            reveal_after: Hours | None = None,
            thread: bool | None = None,
        ) -> None:
            guild = managed(itx)
            number = schedule_id(schedule)
            rhythm = _given(
                minute=None if time is None else options.minute_of_day(time),
                zone=None if timezone is None else options.zone(timezone),
                days=None if days is None else options.days(days),
            )
            values = _given(
                channel_id=None if channel is None else channel.id,
                levels=None if difficulty is None else options.levels(difficulty),
                reveal_after=reveal_after,
                thread=thread,
            )
            if topic is not None:
                values["topic"] = self.offers.topic_id(topic)
            if kind is not None:
                values["type"] = None if kind == ANY else kind
            if role is not None:
                values["role_id"] = None if role.is_default() else role.id

            def changed(plan: Plan) -> Plan:
                return replace(plan, rhythm=replace(plan.rhythm, **rhythm), **values)

            before = (await self.scheduling.one(guild.id, number)).schedule.plan
            there = channel or guild.get_channel(before.channel_id)
            if isinstance(there, Channel):
                check_channel(itx, there, changed(before))
            note = NOBODY_PINGED if role is not None and role.is_default() else None
            await replies.send(itx, cards.changed("Changed", await self.scheduling.edit(guild.id, number, changed), note))

        return edit


def _given(**values: Any) -> dict[str, Any]:
    """What was not left out."""
    return {name: value for name, value in values.items() if value is not None}

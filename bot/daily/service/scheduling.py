"""Schedules: proposed, confirmed, changed, paused and removed, and the questions that they ask first."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection

from bot import timers
from bot.bank.bank import Bank
from bot.daily import store
from bot.daily.calendar import DAY, Occasion, occasions, today
from bot.daily.model import MOST_SCHEDULES, Listed, Plan, Schedule, Trouble
from bot.errors import Refused
from bot.practice.service.opening import Opening
from bot.preferences import preferences
from bot.storage.database import Database
from bot.timers import Timer, Timers

DUE = "daily-post"  # kind of the one timer of a schedule that posts; its key is the schedule's id
PROPOSAL_LASTS = timedelta(days=1)
SHOWN_TIMES = 3  # of a schedule, ahead

NO_SUCH = "There is no such schedule here (any more). Choose one from the list that `schedule` offers; `/daily list` shows all of them."
NO_PROPOSAL = "That proposal is gone: it was not confirmed within a day, or has been removed. `/daily schedule` makes a new one."
TOO_MANY = f"This server has {MOST_SCHEDULES} schedules, which is as many as there can be. `/daily remove` makes room, `/daily edit` changes one."
NOT_PAUSED = "That schedule is not paused. It posts next {when}."
PAUSED_ALREADY = "That schedule is paused already. `/daily resume` lets it post again."


class Scheduling:
    """What those who manage a server say about its daily questions."""

    def __init__(self, db: Database, bank: Bank, opening: Opening, alarm: Timers, now: Callable[[], datetime]) -> None:
        self.db = db
        self.bank = bank
        self.opening = opening
        self.alarm = alarm
        self.now = now

    async def zone_of(self, user_id: int) -> str:
        """A person's own zone, for a schedule that names none."""
        own = await self.db.read(lambda conn: preferences(conn, user_id))
        return own.zone.key

    async def propose(self, guild_id: int, maker_id: int, plan: Plan) -> Listed:
        """Keep a plan until it is confirmed. Refused: the server has as many as it can have, or no question fits."""
        now = self.now()
        self._check(plan, now)

        def work(conn: Connection) -> Listed | str:
            if store.count(conn, guild_id) >= MOST_SCHEDULES:
                return TOO_MANY
            store.drop_old_proposals(conn, guild_id, now - PROPOSAL_LASTS)
            return self._listed(conn, store.add_schedule(conn, guild_id, maker_id, plan, now))

        return await self._changed(work)

    async def confirm(self, guild_id: int, schedule_id: int) -> Listed:
        """From now on it posts. A second press changes nothing. Refused: it is gone, or there are too many by now."""

        def work(conn: Connection) -> Listed | str:
            store.drop_old_proposals(conn, guild_id, self.now() - PROPOSAL_LASTS)
            schedule = store.schedule(conn, schedule_id)
            if schedule is None or schedule.guild_id != guild_id or schedule.removed is not None:
                return NO_PROPOSAL
            if schedule.confirmed is not None:
                return self._listed(conn, schedule)
            return self._taken_in(conn, replace(schedule, confirmed=self.now()))

        return await self._changed(work)

    async def all(self, guild_id: int) -> list[Listed]:
        """A server's schedules, the oldest first."""
        return await self.db.read(lambda conn: [self._listed(conn, each) for each in store.schedules(conn, guild_id)])

    async def one(self, guild_id: int, schedule_id: int) -> Listed:
        """One of them. Refused: there is none."""

        def look(conn: Connection) -> Listed | None:
            schedule = store.schedule_in(conn, guild_id, schedule_id)
            return None if schedule is None else self._listed(conn, schedule)

        found = await self.db.read(look)
        if found is None:
            raise Refused(NO_SUCH)
        return found

    async def edit(self, guild_id: int, schedule_id: int, changed: Callable[[Plan], Plan]) -> Listed:
        """Change a plan; it holds from the next post, and one that is being sent now goes out as it is. Refused: it is gone, or no question fits."""
        self._check(changed((await self.one(guild_id, schedule_id)).schedule.plan), self.now())

        def work(conn: Connection) -> Listed | str:
            before = store.schedule_in(conn, guild_id, schedule_id)
            if before is None:
                return NO_SUCH
            schedule = replace(before, plan=changed(before.plan))
            store.set_plan(conn, schedule_id, schedule.plan)
            self._set_timer(conn, schedule)
            return self._listed(conn, schedule)

        return await self._changed(work)

    async def pause(self, guild_id: int, schedule_id: int) -> Listed:
        """Post no more until it is resumed. What is open stays open. Refused: it is gone, or paused already."""

        def work(conn: Connection) -> Listed | str:
            schedule = store.schedule_in(conn, guild_id, schedule_id)
            if schedule is None or schedule.paused is not None:
                return NO_SUCH if schedule is None else PAUSED_ALREADY
            now = self.now()
            store.change(conn, schedule_id, paused=now, trouble=None, failures=0)
            _drop_timer(conn, schedule_id)
            return self._listed(conn, replace(schedule, paused=now, trouble=None, failures=0))

        return await self._changed(work)

    async def resume(self, guild_id: int, schedule_id: int) -> Listed:
        """Post again, from the next time on; nothing is made up for. Refused: it is gone, or not paused."""

        def work(conn: Connection) -> Listed | str:
            schedule = store.schedule_in(conn, guild_id, schedule_id)
            if schedule is None:
                return NO_SUCH
            if schedule.paused is None:
                at = self._listed(conn, schedule).next[0].at
                return NOT_PAUSED.format(when=f"<t:{int(at.timestamp())}:R>")
            return self._listed(conn, self._resumed(conn, schedule))

        return await self._changed(work)

    async def missed(self) -> list[int]:
        """The servers whose schedules are paused because the bot was not there."""
        return await self.db.read(store.paused_by_absence)

    async def resume_after_absence(self, guild_id: int) -> None:
        """The bot is back in a server: what was paused because it was away goes on."""

        def work(conn: Connection) -> list[Schedule]:
            paused = [each for each in store.schedules(conn, guild_id) if each.paused is not None and each.trouble is Trouble.SERVER]
            return [self._resumed(conn, each) for each in paused]

        for each in await self.db.write(work):
            self.alarm.wake(next(occasions(each.plan.rhythm, self.now())).at)

    async def remove(self, guild_id: int, schedule_id: int) -> Listed:
        """Post no more for ever. What is open is still revealed. Refused: it is gone already."""

        def work(conn: Connection) -> Listed | str:
            schedule = store.schedule_in(conn, guild_id, schedule_id)
            if schedule is None:
                return NO_SUCH
            store.change(conn, schedule_id, removed=self.now())
            _drop_timer(conn, schedule_id)
            return self._listed(conn, schedule)

        return await self._changed(work)

    async def restore(self, guild_id: int, schedule_id: int) -> Listed:
        """Bring a removed schedule back, as it was. Refused: it is gone for good, or there are too many by now."""

        def work(conn: Connection) -> Listed | str:
            schedule = store.schedule(conn, schedule_id)
            if schedule is None or schedule.guild_id != guild_id or schedule.confirmed is None:
                return NO_SUCH
            return self._listed(conn, schedule) if schedule.removed is None else self._taken_in(conn, replace(schedule, removed=None))

        return await self._changed(work)

    async def enqueue(self, guild_id: int, schedule_id: int, question_id: str) -> tuple[Listed, bool]:
        """Ask a question before others are drawn. False: it was in the queue already. Refused: no such schedule or question."""
        question = self.bank.named(question_id)
        return await self._queued(guild_id, schedule_id, lambda conn: store.enqueue(conn, schedule_id, question.id))

    async def unqueue(self, guild_id: int, schedule_id: int, question_id: str) -> tuple[Listed, bool]:
        """Take a question out of the queue, also one that has left the bank. False: it was not in it. Refused: no such schedule."""
        return await self._queued(guild_id, schedule_id, lambda conn: store.unqueue(conn, schedule_id, question_id))

    async def _queued(self, guild_id: int, schedule_id: int, change: Callable[[Connection], bool]) -> tuple[Listed, bool]:
        def work(conn: Connection) -> tuple[Listed, bool] | None:
            schedule = store.schedule_in(conn, guild_id, schedule_id)
            if schedule is None:
                return None
            done = change(conn)
            return self._listed(conn, schedule), done

        found = await self.db.write(work)
        if found is None:
            raise Refused(NO_SUCH)
        return found

    async def roles(self, guild_id: int) -> dict[int, int]:
        """The roles that a server gives, by the days of the streak."""
        return await self.db.read(lambda conn: store.streak_roles_of(conn, guild_id))

    async def set_role(self, guild_id: int, days: int, role_id: int | None) -> dict[int, int]:
        """The role for a streak of so many days; None: none any more. Returns all of them."""

        def work(conn: Connection) -> dict[int, int]:
            store.set_streak_role(conn, guild_id, days, role_id)
            return store.streak_roles_of(conn, guild_id)

        return await self.db.write(work)

    async def _changed(self, work: Callable[[Connection], Listed | str]) -> Listed:
        """Write, and wake the timers for what was set. Refused: with the sentence that came instead."""
        found = await self.db.write(work)
        if isinstance(found, str):
            raise Refused(found)
        if found.schedule.active:
            self.alarm.wake(found.next[0].at)
        return found

    def _check(self, plan: Plan, now: datetime) -> None:
        """Refused: on one of its days no question fits."""
        for each in islice(occasions(plan.rhythm, now), len(plan.rhythm.days)):
            self.opening.pool(plan.filters(each.day))

    def _taken_in(self, conn: Connection, schedule: Schedule) -> Listed | str:
        """A schedule is one of its server's from now on, for the first time or again, if there is room."""
        if store.count(conn, schedule.guild_id) >= MOST_SCHEDULES:
            return TOO_MANY
        store.change(conn, schedule.id, confirmed=schedule.confirmed, removed=schedule.removed)
        self._set_timer(conn, schedule)
        return self._listed(conn, schedule)

    def _resumed(self, conn: Connection, schedule: Schedule) -> Schedule:
        """A paused schedule posts again."""
        store.change(conn, schedule.id, paused=None, trouble=None, failures=0)
        schedule = replace(schedule, paused=None, trouble=None, failures=0)
        self._set_timer(conn, schedule)
        return schedule

    def _set_timer(self, conn: Connection, schedule: Schedule) -> None:
        """Post next from now on; a post that is on its way sets the next one itself when it has arrived."""
        if not store.on_its_way(conn, schedule.id):
            set_timer(conn, schedule, self.now())

    def _listed(self, conn: Connection, schedule: Schedule) -> Listed:
        topic = next((each.name for each in self.bank.topics if each.id == schedule.plan.topic), schedule.plan.topic)
        queued = [(question_id, self.bank.question(question_id)) for question_id in store.queue(conn, schedule.id)]
        last = store.last_post(conn, schedule.id)
        return Listed(
            schedule=schedule,
            topic_name=topic,
            next=tuple(islice(upcoming(conn, schedule, self.now()), SHOWN_TIMES)),
            queued=tuple(question_id if question is None else question.title for question_id, question in queued),
            last=None if last is None else self.opening.card(last.posting),
        )


def upcoming(conn: Connection, schedule: Schedule, after: datetime) -> Iterator[Occasion]:
    """A schedule's occasions later than a moment, without the dates for which there is a post."""
    rhythm = schedule.plan.rhythm
    return occasions(rhythm, after, store.taken(conn, schedule.id, today(rhythm, after) - 2 * DAY))


def set_timer(conn: Connection, schedule: Schedule, after: datetime) -> None:
    """Post next at the first occasion later than a moment, if the schedule posts at all."""
    if schedule.active:
        found = next(upcoming(conn, schedule, after))
        timers.add(conn, Timer(DUE, str(schedule.id), found.at, {"day": found.day.isoformat()}))


def _drop_timer(conn: Connection, schedule_id: int) -> None:
    """Post no more, but for what is on its way."""
    if not store.on_its_way(conn, schedule_id):
        timers.cancel(conn, DUE, str(schedule_id))

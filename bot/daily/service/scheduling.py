"""Schedules: proposed, confirmed, changed, paused and removed, and the questions that they ask first."""

from collections.abc import Callable
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
from bot.practice.model import Card
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

        def work(conn: Connection) -> Listed | None:
            if store.count(conn, guild_id) >= MOST_SCHEDULES:
                return None
            store.drop_old_proposals(conn, guild_id, now - PROPOSAL_LASTS)
            schedule_id = store.add_schedule(conn, guild_id, maker_id, plan, now)
            return self._listed(conn, _there(store.schedule(conn, schedule_id)))

        proposed = await self.db.write(work)
        if proposed is None:
            raise Refused(TOO_MANY)
        return proposed

    async def confirm(self, guild_id: int, schedule_id: int) -> Listed:
        """From now on it posts. A second press changes nothing. Refused: it is gone, or there are too many by now."""

        def work(conn: Connection) -> tuple[Listed | None, bool]:
            store.drop_old_proposals(conn, guild_id, self.now() - PROPOSAL_LASTS)
            schedule = store.schedule(conn, schedule_id)
            if schedule is None or schedule.guild_id != guild_id or schedule.removed is not None:
                return None, False
            if schedule.confirmed is None:
                if store.count(conn, guild_id) >= MOST_SCHEDULES:
                    return None, True
                store.change(conn, schedule_id, confirmed=self.now())
                schedule = _there(store.schedule(conn, schedule_id))
                set_timer(conn, schedule, self.now())
            return self._listed(conn, schedule), False

        confirmed, too_many = await self.db.write(work)
        if confirmed is None:
            raise Refused(TOO_MANY if too_many else NO_PROPOSAL)
        self.alarm.wake(confirmed.next[0].at)
        return confirmed

    async def all(self, guild_id: int) -> list[Listed]:
        """A server's schedules, the oldest first."""
        return await self.db.read(lambda conn: [self._listed(conn, each) for each in store.schedules(conn, guild_id)])

    async def one(self, guild_id: int, schedule_id: int) -> Listed:
        """One of them. Refused: there is none."""
        found = await self.db.read(lambda conn: self._one(conn, guild_id, schedule_id))
        if found is None:
            raise Refused(NO_SUCH)
        return found

    async def edit(self, guild_id: int, schedule_id: int, changed: Callable[[Plan], Plan]) -> Listed:
        """Change a plan; it holds from the next post, and one that is being sent now goes out as it is. Refused: it is gone, or no question fits."""
        plan = changed((await self.one(guild_id, schedule_id)).schedule.plan)
        self._check(plan, self.now())

        def work(conn: Connection) -> Listed | None:
            found = self._one(conn, guild_id, schedule_id)
            if found is None:
                return None
            store.set_plan(conn, schedule_id, changed(found.schedule.plan))
            schedule = _there(store.schedule(conn, schedule_id))
            if not store.on_its_way(conn, schedule_id):  # else that sets the next one when it has arrived
                set_timer(conn, schedule, self.now())
            return self._listed(conn, schedule)

        return await self._changed(work)

    async def pause(self, guild_id: int, schedule_id: int) -> Listed:
        """Post no more until it is resumed. What is open stays open. Refused: it is gone, or paused already."""

        def work(conn: Connection) -> Listed | None:
            found = self._one(conn, guild_id, schedule_id)
            if found is not None and found.schedule.paused is None:
                store.change(conn, schedule_id, paused=self.now(), trouble=None, failures=0)
                drop_timer(conn, schedule_id)
            return found

        before = await self.db.write(work)
        if before is None:
            raise Refused(NO_SUCH)
        if before.schedule.paused is not None:
            raise Refused(PAUSED_ALREADY)
        return await self.one(guild_id, schedule_id)

    async def resume(self, guild_id: int, schedule_id: int) -> Listed:
        """Post again, from the next time on; nothing is made up for. Refused: it is gone, or not paused."""

        def work(conn: Connection) -> Listed | None:
            found = self._one(conn, guild_id, schedule_id)
            if found is None or found.schedule.paused is None:
                return found
            return self._listed(conn, resumed(conn, found.schedule, self.now()))

        before = await self.one(guild_id, schedule_id)
        if before.schedule.paused is None:
            raise Refused(NOT_PAUSED.format(when=f"<t:{int(before.next[0].at.timestamp())}:R>"))
        return await self._changed(work)

    async def missed(self) -> list[int]:
        """The servers whose schedules are paused because the bot was not there."""
        return await self.db.read(store.paused_by_absence)

    async def resume_after_absence(self, guild_id: int) -> None:
        """The bot is back in a server: what was paused because it was away goes on."""

        def work(conn: Connection) -> list[Schedule]:
            paused = [each for each in store.schedules(conn, guild_id) if each.paused is not None and each.trouble is Trouble.SERVER]
            return [resumed(conn, each, self.now()) for each in paused]

        for each in await self.db.write(work):
            self.alarm.wake(self._next(each, set())[0].at)

    async def remove(self, guild_id: int, schedule_id: int) -> Listed:
        """Post no more for ever. What is open is still revealed. Refused: it is gone already."""

        def work(conn: Connection) -> Listed | None:
            found = self._one(conn, guild_id, schedule_id)
            if found is not None:
                store.change(conn, schedule_id, removed=self.now())
                drop_timer(conn, schedule_id)
            return found

        return await self._changed(work)

    async def restore(self, guild_id: int, schedule_id: int) -> Listed:
        """Bring a removed schedule back, as it was. Refused: it is gone for good, or there are too many by now."""

        def work(conn: Connection) -> tuple[Listed | None, bool]:
            schedule = store.schedule(conn, schedule_id)
            if schedule is None or schedule.guild_id != guild_id or schedule.confirmed is None:
                return None, False
            if schedule.removed is not None:
                if store.count(conn, guild_id) >= MOST_SCHEDULES:
                    return None, True
                store.change(conn, schedule_id, removed=None)
                schedule = replace(schedule, removed=None)
                if not store.on_its_way(conn, schedule_id):
                    set_timer(conn, schedule, self.now())
            return self._listed(conn, schedule), False

        restored, too_many = await self.db.write(work)
        if restored is None:
            raise Refused(TOO_MANY if too_many else NO_SUCH)
        self.alarm.wake(restored.next[0].at)
        return restored

    async def enqueue(self, guild_id: int, schedule_id: int, question_id: str) -> tuple[Listed, bool]:
        """Ask a question before others are drawn. False: it was in the queue already. Refused: no such schedule or question."""
        question = self.bank.named(question_id)

        def work(conn: Connection) -> tuple[Listed, bool] | None:
            if self._one(conn, guild_id, schedule_id) is None:
                return None
            new = store.enqueue(conn, schedule_id, question.id)
            return self._listed(conn, _there(store.schedule(conn, schedule_id))), new

        found = await self.db.write(work)
        if found is None:
            raise Refused(NO_SUCH)
        return found

    async def unqueue(self, guild_id: int, schedule_id: int, question_id: str) -> tuple[Listed, bool]:
        """Take a question out of the queue, also one that has left the bank. False: it was not in it. Refused: no such schedule."""

        def work(conn: Connection) -> tuple[Listed, bool] | None:
            if self._one(conn, guild_id, schedule_id) is None:
                return None
            there = store.unqueue(conn, schedule_id, question_id)
            return self._listed(conn, _there(store.schedule(conn, schedule_id))), there

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

    async def _changed(self, work: Callable[[Connection], Listed | None]) -> Listed:
        found = await self.db.write(work)
        if found is None:
            raise Refused(NO_SUCH)
        if found.schedule.active:
            self.alarm.wake(found.next[0].at)
        return found

    def _check(self, plan: Plan, now: datetime) -> None:
        """Refused: on one of its days no question fits."""
        for each in islice(occasions(plan.rhythm, now), len(plan.rhythm.days)):
            self.opening.pool(plan.filters(each.day))

    def _one(self, conn: Connection, guild_id: int, schedule_id: int) -> Listed | None:
        """A server's schedule that is confirmed and not removed."""
        found = store.schedule(conn, schedule_id)
        there = found is not None and found.guild_id == guild_id and found.confirmed is not None and found.removed is None
        return self._listed(conn, found) if found is not None and there else None

    def _listed(self, conn: Connection, schedule: Schedule) -> Listed:
        topic = next((each.name for each in self.bank.topics if each.id == schedule.plan.topic), schedule.plan.topic)
        queued = [(question_id, self.bank.question(question_id)) for question_id in store.queue(conn, schedule.id)]
        last = store.last_post(conn, schedule.id)
        return Listed(
            schedule=schedule,
            topic_name=topic,
            next=self._next(schedule, taken_days(conn, schedule, self.now())),
            queued=tuple(question_id if question is None else question.title for question_id, question in queued),
            last=None if last is None else self._card(last),
        )

    def _next(self, schedule: Schedule, taken: set[object]) -> tuple[Occasion, ...]:
        return tuple(islice((each for each in occasions(schedule.plan.rhythm, self.now()) if each.day not in taken), SHOWN_TIMES))

    def _card(self, kept: store.Kept) -> Card:
        return self.opening.card(kept.posting)


def taken_days(conn: Connection, schedule: Schedule, now: datetime) -> set[object]:
    """The dates about now for which there is a post."""
    return set(store.taken(conn, schedule.id, today(schedule.plan.rhythm, now) - 2 * DAY))


def set_timer(conn: Connection, schedule: Schedule, after: datetime) -> None:
    """Post next at the first occasion later than a moment, if the schedule posts at all."""
    if not schedule.active:
        return
    taken = taken_days(conn, schedule, after)
    found = next(each for each in occasions(schedule.plan.rhythm, after) if each.day not in taken)
    timers.add(conn, Timer(DUE, str(schedule.id), found.at, {"day": found.day.isoformat()}))


def drop_timer(conn: Connection, schedule_id: int) -> None:
    """Post no more, but for what is on its way."""
    if not store.on_its_way(conn, schedule_id):
        timers.cancel(conn, DUE, str(schedule_id))


def resumed(conn: Connection, schedule: Schedule, now: datetime) -> Schedule:
    """A paused schedule posts again."""
    store.change(conn, schedule.id, paused=None, trouble=None, failures=0)
    schedule = replace(schedule, paused=None, trouble=None, failures=0)
    if not store.on_its_way(conn, schedule.id):
        set_timer(conn, schedule, now)
    return schedule


def _there(schedule: Schedule | None) -> Schedule:
    assert schedule is not None  # noqa: S101 - it was written in this transaction
    return schedule

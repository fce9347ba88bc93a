"""Posting: the question of a day is claimed before it is sent, so that it comes once whatever happens in between."""

import logging
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot import timers
from bot.bank.bank import Bank
from bot.bank.schema import Question
from bot.daily import store
from bot.daily.calendar import today
from bot.daily.model import FAILURES, LATE_UP_TO, REMIND_BEFORE, Claim, Post, Schedule, Trouble
from bot.daily.service.scheduling import DUE, NO_SUCH, set_timer, upcoming
from bot.errors import Refused
from bot.practice import draw
from bot.practice import store as practice
from bot.practice.model import NOBODY, Kind, Place, Posting, Spot
from bot.practice.service.opening import Opening, new_posting
from bot.storage.database import Database
from bot.timers import Timer, Timers

log = logging.getLogger(__name__)

REVEAL = "daily-reveal"  # kind of the one timer that closes a daily posting; its key is the posting's id
REMIND = "daily-remind"  # kind of the timer that reminds those who have not answered; its key is the posting's id
PAUSED = "daily-paused"  # kind of the timer that tells a schedule's maker why it was paused; its key is the schedule's id
SETTLE_AFTER = timedelta(minutes=1)  # `/daily now` that a crash has interrupted goes on by the timer

IS_PAUSED = "That schedule is paused. `/daily resume` lets it post again."
NOTHING_LEFT = "Every question that fits has been posted today by another schedule of this server. `/daily edit` can widen the filter."


class Dailies:
    """Puts each day's question in front of a server."""

    def __init__(self, db: Database, bank: Bank, opening: Opening, alarm: Timers, now: Callable[[], datetime], rng: random.Random) -> None:
        self.db = db
        self.bank = bank
        self.opening = opening
        self.alarm = alarm
        self.now = now
        self.rng = rng

    async def claim(self, schedule_id: int, day: date, due: datetime) -> Claim | None:
        """The post of a day that is due: drawn and kept, or found as a crash has left it.

        None: there is nothing (more) to send, and the next is set.
        """
        now = self.now()

        def work(conn: Connection) -> tuple[Claim | None, str]:
            schedule = store.schedule(conn, schedule_id)
            if schedule is None:
                return None, ""
            kept = store.post_on(conn, schedule_id, day)
            late = now - due > LATE_UP_TO
            if kept is not None and kept.posting.message_id is None:
                return Claim(schedule, as_post(self.opening, kept), due, sure=False, late=late or now >= kept.posting.closes), ""
            if kept is None and schedule.active and not late:
                claim = self._claim(conn, schedule, day, due)
                if claim is not None:
                    return claim, ""
            why = "there by now" if kept is not None else "too late" if late else "nothing left to ask" if schedule.active else ""
            set_timer(conn, schedule, _not_before(due, now))
            return None, why

        claim, why = await self.db.write(work)
        if why:
            extra = {"action": "daily-skipped", "schedule_id": schedule_id}
            log.warning("no daily post of schedule %d on %s: %s", schedule_id, day, why, extra=extra)
        return claim

    async def claim_now(self, guild_id: int, schedule_id: int) -> Claim | Post:
        """Today's post, before its time; one that is there is returned as it is.

        Refused: no such schedule, it is paused, or nothing is left to ask.
        """
        now = self.now()

        def work(conn: Connection) -> Claim | Post | str:
            schedule = store.schedule_in(conn, guild_id, schedule_id)
            if schedule is None:
                return NO_SUCH
            if not schedule.active:
                return IS_PAUSED
            day = today(schedule.plan.rhythm, now)
            kept = store.post_on(conn, schedule_id, day)
            if kept is not None:
                post = as_post(self.opening, kept)
                return post if kept.posting.message_id is not None else Claim(schedule, post, now, sure=False, late=False)
            claim = self._claim(conn, schedule, day, now)
            timers.add(conn, Timer(DUE, str(schedule_id), now + SETTLE_AFTER, {"day": day.isoformat()}))
            return claim or NOTHING_LEFT

        found = await self.db.write(work)
        if isinstance(found, str):
            raise Refused(found)
        if isinstance(found, Claim):
            self.alarm.wake(now + SETTLE_AFTER)
        return found

    async def example(self, guild_id: int, schedule_id: int) -> Post:
        """What the next post looks like: the question that is queued, else one that could be drawn. Nothing is kept.

        Refused: no such schedule, or nothing is left to ask.
        """
        now = self.now()

        def look(conn: Connection) -> tuple[Schedule, date, Question | None] | None:
            schedule = store.schedule_in(conn, guild_id, schedule_id)
            if schedule is None:
                return None
            day = next(upcoming(conn, schedule, now)).day
            return schedule, day, self._draw(conn, schedule, day)

        found = await self.db.read(look)
        if found is None:
            raise Refused(NO_SUCH)
        schedule, day, question = found
        if question is None:
            raise Refused(NOTHING_LEFT)
        return self._post(schedule, self._new(schedule, day, question), day)

    async def sent(self, claim: Claim, message_id: int, channel_id: int) -> None:
        """Discord has confirmed the card, in the channel or in a post of its own in the forum; the next post is set."""
        posting = claim.post.posting
        at = self.now()

        def work(conn: Connection) -> None:
            practice.set_message(conn, posting.id, message_id)
            if channel_id != posting.spot.channel_id:
                practice.move_posting(conn, posting.id, Place.CHANNEL, Spot(posting.spot.guild_id, channel_id))
                store.set_own_thread(conn, posting.id)
            store.unqueue(conn, claim.schedule.id, posting.question_id)
            store.change(conn, claim.schedule.id, failures=0, trouble=None)
            self._set_next(conn, claim, at)
            if posting.closes <= at:  # its time was up before anybody knew that it is there
                timers.add(conn, Timer(REVEAL, str(posting.id), at, {}))

        await self.db.write(work)
        self.alarm.wake(posting.closes)

    async def give_up(self, claim: Claim) -> Claim | None:
        """It has not arrived, and its time is up by now. Another takes its place while that is not too late; else the next post is set."""
        now = self.now()

        def work(conn: Connection) -> Claim | None:
            self._drop(conn, claim.post.posting)
            schedule = store.schedule(conn, claim.schedule.id)
            again = None
            if schedule is not None and schedule.active and now - claim.due <= LATE_UP_TO:
                again = self._claim(conn, schedule, claim.post.day, claim.due)
            if again is None:
                self._set_next(conn, claim, now)
            return again

        return await self.db.write(work)

    async def failed(self, claim: Claim, trouble: Trouble) -> bool:
        """It cannot be sent. The next post is set, or with the third failure in a row none, and whoever made the schedule is told: True."""
        now = self.now()

        def work(conn: Connection) -> bool:
            self._drop(conn, claim.post.posting)
            schedule = store.schedule(conn, claim.schedule.id)
            if schedule is None:
                return False
            failures = schedule.failures + 1
            pausing = failures >= FAILURES and schedule.active
            store.change(conn, schedule.id, failures=failures, trouble=trouble, **({"paused": now} if pausing else {}))
            if pausing:
                timers.add(conn, Timer(PAUSED, str(schedule.id), now, {}))
            else:
                set_timer(conn, schedule, _not_before(claim.due, now))
            return pausing

        paused = await self.db.write(work)
        if paused:
            self.alarm.wake(now)
        return paused

    async def paused(self, schedule_id: int) -> Schedule | None:
        """A schedule that was paused because it could not post, to tell its maker. None: it goes on by now, or is gone."""
        schedule = await self.db.read(lambda conn: store.schedule(conn, schedule_id))
        told = schedule is not None and schedule.paused is not None and schedule.trouble is not None and schedule.removed is None
        return schedule if told else None

    def _set_next(self, conn: Connection, claim: Claim, now: datetime) -> None:
        schedule = store.schedule(conn, claim.schedule.id)
        if schedule is not None:
            set_timer(conn, schedule, _not_before(claim.due, now))

    def _drop(self, conn: Connection, posting: Posting) -> None:
        if practice.drop_posting(conn, posting.id):
            timers.cancel(conn, REVEAL, str(posting.id))
            timers.cancel(conn, REMIND, str(posting.id))

    def _claim(self, conn: Connection, schedule: Schedule, day: date, due: datetime) -> Claim | None:
        question = self._draw(conn, schedule, day)
        if question is None:
            return None
        posting = practice.add_posting(conn, self._new(schedule, day, question))
        store.add_post(conn, schedule.id, day, posting.id, thread=schedule.plan.thread)
        timers.add(conn, Timer(REVEAL, str(posting.id), posting.closes, {}))
        if posting.length > REMIND_BEFORE:
            timers.add(conn, Timer(REMIND, str(posting.id), posting.closes - REMIND_BEFORE, {}))
        return Claim(schedule, self._post(schedule, posting, day), due, sure=True, late=False)

    def _draw(self, conn: Connection, schedule: Schedule, day: date) -> Question | None:
        """What is queued, else by the rule of the draw; nothing that another schedule of the server asks on the same date. None: nothing is left."""
        elsewhere = store.asked_elsewhere(conn, schedule.id, schedule.guild_id, day)
        for question_id in store.queue(conn, schedule.id):
            question = self.bank.question(question_id)
            if question is not None and question_id not in elsewhere:
                return question
        pool = [question for question in self.bank.pool(schedule.plan.filters(day)) if question.id not in elsewhere]
        return draw.choose(pool, store.asked(conn, schedule.id), self.rng) if pool else None

    def _new(self, schedule: Schedule, day: date, question: Question) -> Posting:
        opened = self.now()
        plan = schedule.plan
        closes = opened + timedelta(hours=plan.reveal_after)
        spot = Spot(schedule.guild_id, plan.channel_id)
        return new_posting(Kind.DAILY, question, plan.filters(day), spot, opened, closes, place=Place.CHANNEL, owner_id=NOBODY)

    def _post(self, schedule: Schedule, posting: Posting, day: date) -> Post:
        plan = schedule.plan
        return Post(self.opening.card(posting), day, plan.role_id, plan.thread, own_thread=False, answered=0, shown=0, shown_at=None, revealed=None)


def as_post(opening: Opening, kept: store.Kept) -> Post:
    """A stored post with its question."""
    card = opening.card(kept.posting)
    return Post(card, kept.day, kept.role_id, kept.thread, kept.own_thread, kept.answered, kept.shown, kept.shown_at, kept.revealed)


def _not_before(due: datetime, now: datetime) -> datetime:
    """The next post is later than the one that was due; of those that were missed since, one that is not too late is still made."""
    return max(due, now - LATE_UP_TO)

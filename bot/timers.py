"""Durable deadlines: rows that survive a crash, and one alarm set for the earliest of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot.storage.database import Database
from bot.storage.tables import timers

log = logging.getLogger(__name__)

LONGEST_SLEEP_S = 60.0  # seconds; a machine that was suspended or whose clock was set is late by no more than this
AT_ONCE = 50  # handlers that may run side by side: Discord's limit of requests per second for one bot
FIRST_RETRY_S = 5.0  # seconds; doubled with each failure in a row
MOST_DOUBLINGS = 7  # so 640 s at most between tries, however many weeks it fails


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline. `kind` says whose it is, `key` which row; the two together are unique."""

    kind: str
    key: str
    due: datetime
    payload: Mapping[str, Any]

    @property
    def name(self) -> tuple[str, str]:
        """What it is known by."""
        return self.kind, self.key


TimerHandler = Callable[[Timer], Awaitable[None]]
"""Does the work of a timer that is due. It may run twice, since the row goes only after it returned, so it must be idempotent."""

_new = insert(timers).values(kind=bindparam("kind"), key=bindparam("key"), due=bindparam("due"), payload=bindparam("payload"))
_moved = {"due": _new.excluded.due, "payload": _new.excluded.payload}
_add = _new.on_conflict_do_update(index_elements=["kind", "key"], set_=_moved)
# A timer that is due may be at work already, having seen less than what is added for.
_add_unless_later = _new.on_conflict_do_update(index_elements=["kind", "key"], set_=_moved, where=timers.c.due <= _new.excluded.due)
_this_one = (timers.c.kind == bindparam("of_kind")) & (timers.c.key == bindparam("of_key"))


def add(conn: Connection, timer: Timer) -> None:
    """Set a deadline, or move it, in the transaction that writes its row. Call `Timers.wake` after the commit."""
    conn.execute(_add, {"kind": timer.kind, "key": timer.key, "due": timer.due, "payload": dict(timer.payload)})


def add_unless_later(conn: Connection, timer: Timer) -> None:
    """Like `add`, but one that is set for later stays as it is."""
    conn.execute(_add_unless_later, {"kind": timer.kind, "key": timer.key, "due": timer.due, "payload": dict(timer.payload)})


def cancel(conn: Connection, kind: str, key: str) -> None:
    """Forget a deadline, in the transaction that makes it pointless."""
    conn.execute(delete(timers).where(_this_one), {"of_kind": kind, "of_key": key})


class Timers:
    """Fires every timer that is due, overdue ones at the start. `handlers` maps each kind to the one function that does its work."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self.db = db
        self.now = now
        self.handlers: dict[str, TimerHandler] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: datetime | None = None
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        # Times in a row, and when to try again. The due time belongs to the name: one that was moved since starts anew.
        self._failed: dict[tuple[tuple[str, str], datetime], tuple[int, datetime]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._look_again = False
        self._started = False

    def start(self) -> None:
        """Begin to fire. Before this, timers are only kept."""
        self._started = True
        self._look()

    def wake(self, due: datetime) -> None:
        """Tell of a timer that was added: the alarm is moved if it was set for later."""
        if self._started and (self._alarm_at is None or due < self._alarm_at):
            self._set_alarm(due)

    async def stop(self, within_s: float) -> None:
        """Stop firing and wait up to `within_s` seconds for the handlers at work. Those that take longer are cut off and fire at the next start."""
        self._started = False
        self._drop_alarm()
        running = [*self._running.values(), *([self._looking] if self._looking else [])]
        if running:
            _, cut_off = await asyncio.wait(running, timeout=within_s)
            for task in cut_off:
                task.cancel()

    # An alarm of the loop and not a task that sleeps: nothing waits while nothing is due.
    def _set_alarm(self, at: datetime) -> None:
        self._drop_alarm()
        self._alarm_at = at
        wait_s = min(max(0.0, (at - self.now()).total_seconds()), LONGEST_SLEEP_S)
        self._alarm = asyncio.get_running_loop().call_later(wait_s, self._look)

    def _drop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._alarm_at = None

    def _look(self) -> None:
        self._drop_alarm()  # also when another reason than the alarm led here; it is set again for whatever is next
        if self._looking is not None:
            self._look_again = True
        elif self._started:
            self._looking = asyncio.create_task(self._fire_due(), name="timers")
            self._looking.add_done_callback(self._looked)

    def _looked(self, task: asyncio.Task[None]) -> None:
        self._looking = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("timers cannot be read; trying again", exc_info=error, extra={"action": "timers-unreadable"})
            self.wake(self.now() + timedelta(seconds=FIRST_RETRY_S))
        if self._look_again:
            self._look_again = False
            self._look()

    async def _fire_due(self) -> None:
        if len(self._running) >= AT_ONCE:
            return  # whoever finishes looks again
        now = self.now()
        at_work = set(self._running)  # before the read, which may still see the row of one that is done when it returns
        count = AT_ONCE + len(at_work) + len(self._failed)  # those at work and those to be tried later may all come first
        found = await self.db.read(lambda conn: _earliest(conn, count))
        if not self._started:
            return
        there = {(timer.name, timer.due) for timer in found}
        self._failed = {which: failed for which, failed in self._failed.items() if which in there or failed[1] > now}
        for timer in found:
            if timer.name in at_work:
                continue
            if timer.due > now:
                self.wake(timer.due)
                return
            _, again = self._failed.get((timer.name, timer.due), (0, now))
            if again > now:
                self.wake(again)
            elif len(self._running) < AT_ONCE:
                self._running[timer.name] = asyncio.create_task(self._fire(timer), name=f"timer-{timer.kind}-{timer.key}")

    async def _fire(self, timer: Timer) -> None:
        try:
            await self.handlers[timer.kind](timer)
            await self.db.write(lambda conn: _done(conn, timer))
            self._failed.pop((timer.name, timer.due), None)
        except Exception:
            wait_s = self._try_later(timer)
            log.exception("timer %s %s failed; again in %d s", timer.kind, timer.key, wait_s, extra={"action": "timer-failed"})
        except asyncio.CancelledError:
            self._try_later(timer)  # else it would be begun again at once, for ever if the handler does this itself
            raise
        finally:
            del self._running[timer.name]
            self._look()

    def _try_later(self, timer: Timer) -> float:
        """Count a failure. Returns in how many seconds it is tried again."""
        failures, _ = self._failed.get((timer.name, timer.due), (0, timer.due))
        wait_s: float = FIRST_RETRY_S * 2 ** min(failures, MOST_DOUBLINGS)
        self._failed[timer.name, timer.due] = failures + 1, self.now() + timedelta(seconds=wait_s)
        return wait_s


def _earliest(conn: Connection, count: int) -> list[Timer]:
    rows = conn.execute(select(timers.c.kind, timers.c.key, timers.c.due, timers.c.payload).order_by(timers.c.due).limit(count))
    return [Timer(row.kind, row.key, row.due, row.payload) for row in rows]


def _done(conn: Connection, timer: Timer) -> None:
    # A handler may have set its own timer anew, for later; that one stays.
    conn.execute(delete(timers).where(_this_one, timers.c.due == timer.due), {"of_kind": timer.kind, "of_key": timer.key})

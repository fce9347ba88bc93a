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
LONGEST_RETRY_S = 600.0


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline. `kind` says whose it is, `key` which row; the two together are unique."""

    kind: str
    key: str
    due: datetime
    payload: Mapping[str, Any]


TimerHandler = Callable[[Timer], Awaitable[None]]
"""Does the work of a timer that is due. It may run twice, since the row goes only after it returned, so it must be idempotent."""

_add = insert(timers).values(kind=bindparam("kind"), key=bindparam("key"), due=bindparam("due"), payload=bindparam("payload"))
_add = _add.on_conflict_do_update(index_elements=["kind", "key"], set_={"due": _add.excluded.due, "payload": _add.excluded.payload})
_this_one = (timers.c.kind == bindparam("of_kind")) & (timers.c.key == bindparam("of_key"))


def add(conn: Connection, timer: Timer) -> None:
    """Set a deadline, or move it, in the transaction that writes its row. Call `Timers.wake` after the commit."""
    conn.execute(_add, {"kind": timer.kind, "key": timer.key, "due": timer.due, "payload": dict(timer.payload)})


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
        self._failed: dict[tuple[str, str], tuple[int, datetime]] = {}  # times in a row, and when to try again
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
        """Stop firing and wait up to `within_s` seconds for the handlers at work; the timers of those that are cut off stay in the database."""
        self._started = False
        if self._alarm is not None:
            self._alarm.cancel()
        running = [*self._running.values(), *([self._looking] if self._looking else [])]
        if running:
            await asyncio.wait(running, timeout=within_s)

    # An alarm of the loop and not a task that sleeps: nothing waits while nothing is due.
    def _set_alarm(self, at: datetime) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        wait_s = min(max(0.0, (at - self.now()).total_seconds()), LONGEST_SLEEP_S)
        self._alarm = asyncio.get_running_loop().call_later(wait_s, self._look)

    def _look(self) -> None:
        self._alarm = self._alarm_at = None
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
        for timer in await self.db.read(lambda conn: _earliest(conn, AT_ONCE + len(self._running) + len(self._failed))):
            name = (timer.kind, timer.key)
            if name in self._running:
                continue
            if timer.due > now:
                self.wake(timer.due)
                return
            if name in self._failed and self._failed[name][1] > now:
                self.wake(self._failed[name][1])
            elif len(self._running) < AT_ONCE:
                self._running[name] = asyncio.create_task(self._fire(timer), name=f"timer-{timer.kind}-{timer.key}")

    async def _fire(self, timer: Timer) -> None:
        name = (timer.kind, timer.key)
        try:
            await self.handlers[timer.kind](timer)
            await self.db.write(lambda conn: _done(conn, timer))
            self._failed.pop(name, None)
        except Exception:
            failures = self._failed.get(name, (0, timer.due))[0] + 1
            wait_s = min(FIRST_RETRY_S * 2 ** (failures - 1), LONGEST_RETRY_S)
            self._failed[name] = failures, self.now() + timedelta(seconds=wait_s)
            log.exception("timer %s %s failed; again in %d s", timer.kind, timer.key, wait_s, extra={"action": "timer-failed"})
        finally:
            del self._running[name]
            self._look()


def _earliest(conn: Connection, count: int) -> list[Timer]:
    rows = conn.execute(select(timers.c.kind, timers.c.key, timers.c.due, timers.c.payload).order_by(timers.c.due).limit(count))
    return [Timer(row.kind, row.key, row.due, row.payload) for row in rows]


def _done(conn: Connection, timer: Timer) -> None:
    # A handler may have set its own timer anew, for later; that one stays.
    conn.execute(delete(timers).where(_this_one, timers.c.due == timer.due), {"of_kind": timer.kind, "of_key": timer.key})

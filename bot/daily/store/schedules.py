"""The statements of schedules and their queues."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.daily.calendar import Rhythm
from bot.daily.model import Levels, Plan, Schedule, Trouble
from bot.storage.tables import daily_queue, daily_schedules

_schedule_id: BindParameter[int] = bindparam("of_schedule")
_guild_id: BindParameter[int] = bindparam("of_guild")


def add_schedule(conn: Connection, guild_id: int, maker_id: int, plan: Plan, at: datetime) -> Schedule:
    """Keep a plan until its maker confirms it."""
    values = {"guild_id": guild_id, "maker_id": maker_id, "made": at, "failures": 0, **_plan_values(plan)}
    return to_schedule(conn.execute(insert(daily_schedules).returning(daily_schedules), values).one())


def schedule(conn: Connection, schedule_id: int) -> Schedule | None:
    """One schedule, confirmed or not."""
    row = conn.execute(_one, {"of_schedule": schedule_id}).one_or_none()
    return None if row is None else to_schedule(row)


_one = select(daily_schedules).where(daily_schedules.c.id == _schedule_id)


def schedules(conn: Connection, guild_id: int) -> list[Schedule]:
    """A server's schedules, the oldest first, paused ones too."""
    return [to_schedule(row) for row in conn.execute(_of_guild, {"of_guild": guild_id})]


_there = (daily_schedules.c.guild_id == _guild_id, daily_schedules.c.confirmed.is_not(None), daily_schedules.c.removed.is_(None))
_of_guild = select(daily_schedules).where(*_there).order_by(daily_schedules.c.id)


def schedule_in(conn: Connection, guild_id: int, schedule_id: int) -> Schedule | None:
    """One of these. None: it is another server's, not confirmed, or removed."""
    row = conn.execute(_in_guild, {"of_guild": guild_id, "of_schedule": schedule_id}).one_or_none()
    return None if row is None else to_schedule(row)


_in_guild = select(daily_schedules).where(*_there, daily_schedules.c.id == _schedule_id)


def count(conn: Connection, guild_id: int) -> int:
    """How many schedules a server has, paused ones too."""
    return int(conn.execute(_count, {"of_guild": guild_id}).scalar_one())


_count = select(func.count()).where(*_there)


def paused_by_absence(conn: Connection) -> list[int]:
    """The servers of schedules that are paused because the bot was removed."""
    return list(conn.execute(_absent).scalars())


_absent = (
    select(daily_schedules.c.guild_id)
    .distinct()
    .where(daily_schedules.c.trouble == Trouble.SERVER, daily_schedules.c.paused.is_not(None), daily_schedules.c.removed.is_(None))
)


def set_plan(conn: Connection, schedule_id: int, plan: Plan) -> None:
    """What its maker, or another, has changed."""
    change(conn, schedule_id, **_plan_values(plan))


def change(conn: Connection, schedule_id: int, **values: object) -> None:
    """Change columns of one schedule."""
    conn.execute(update(daily_schedules).where(daily_schedules.c.id == schedule_id).values(**values))


def drop_old_proposals(conn: Connection, guild_id: int, before: datetime) -> None:
    """Forget plans of a server that nobody has confirmed."""
    old = (daily_schedules.c.guild_id == guild_id) & daily_schedules.c.confirmed.is_(None) & (daily_schedules.c.made < before)
    conn.execute(delete(daily_schedules).where(old))


def queue(conn: Connection, schedule_id: int) -> list[str]:
    """The ids of the questions that come first, in their order."""
    return list(conn.execute(_queue, {"of_schedule": schedule_id}).scalars())


_queue = select(daily_queue.c.question_id).where(daily_queue.c.schedule_id == _schedule_id).order_by(daily_queue.c.id)


def enqueue(conn: Connection, schedule_id: int, question_id: str) -> bool:
    """Put a question at the end of the queue. False: it is in it already."""
    return conn.execute(_enqueue, {"schedule_id": schedule_id, "question_id": question_id}).rowcount == 1


_enqueue = upsert(daily_queue).on_conflict_do_nothing()


def unqueue(conn: Connection, schedule_id: int, question_id: str) -> bool:
    """Take a question out of the queue. False: it was not in it."""
    return conn.execute(_unqueue, {"of_schedule": schedule_id, "of_question": question_id}).rowcount == 1


_unqueue = delete(daily_queue).where(daily_queue.c.schedule_id == _schedule_id, daily_queue.c.question_id == bindparam("of_question"))


def _plan_values(plan: Plan) -> dict[str, Any]:
    return {
        "channel_id": plan.channel_id,
        "minute": plan.rhythm.minute,
        "zone": plan.rhythm.zone.key,
        "days": ",".join(plan.rhythm.days),
        "difficulty": str(plan.levels),
        "topic": plan.topic,
        "type": plan.type,
        "role_id": plan.role_id,
        "reveal_after": plan.reveal_after,
        "thread": plan.thread,
    }


def to_schedule(row: Row[Any]) -> Schedule:
    """A row of `daily_schedules`."""
    plan = Plan(
        channel_id=row.channel_id,
        rhythm=Rhythm(row.minute, ZoneInfo(row.zone), tuple(row.days.split(","))),
        levels=Levels.parse(row.difficulty),
        topic=row.topic,
        type=row.type,
        role_id=row.role_id,
        reveal_after=row.reveal_after,
        thread=row.thread,
    )
    return Schedule(
        id=row.id,
        guild_id=row.guild_id,
        maker_id=row.maker_id,
        plan=plan,
        confirmed=row.confirmed,
        paused=row.paused,
        trouble=None if row.trouble is None else Trouble(row.trouble),
        failures=row.failures,
        removed=row.removed,
    )

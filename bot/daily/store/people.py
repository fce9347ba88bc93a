"""The statements of those who follow a server's dailies, and of roles for streaks."""

from sqlalchemy import BindParameter, Connection, and_, bindparam, delete, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.practice.model import Posting, State
from bot.storage.tables import attempts, daily_follows, daily_reminders, streak_roles, user_settings

_guild_id: BindParameter[int] = bindparam("of_guild")
_user_id: BindParameter[int] = bindparam("of_user")


def follow(conn: Connection, guild_id: int, user_id: int) -> bool:
    """Somebody wants to be reminded of a server's dailies. False: they did already."""
    return conn.execute(_follow, {"guild_id": guild_id, "user_id": user_id}).rowcount == 1


_follow = upsert(daily_follows).on_conflict_do_nothing()


def drop_follow(conn: Connection, guild_id: int, user_id: int) -> bool:
    """They do not any more. False: they did not before."""
    return conn.execute(_drop_follow, {"of_guild": guild_id, "of_user": user_id}).rowcount == 1


_drop_follow = delete(daily_follows).where(daily_follows.c.guild_id == _guild_id, daily_follows.c.user_id == _user_id)


def waiting(conn: Connection, posting: Posting) -> list[int]:
    """Who follows a server, has not answered this posting, wants reminders and has had none of this."""
    return list(conn.execute(_waiting, {"of_guild": posting.spot.guild_id, "of_posting": posting.id}).scalars())


_posting_id: BindParameter[int] = bindparam("of_posting")
_waiting = (
    select(daily_follows.c.user_id)
    .outerjoin(
        attempts, and_(attempts.c.posting_id == _posting_id, attempts.c.user_id == daily_follows.c.user_id, attempts.c.state == State.SUBMITTED)
    )
    .outerjoin(daily_reminders, and_(daily_reminders.c.posting_id == _posting_id, daily_reminders.c.user_id == daily_follows.c.user_id))
    .outerjoin(user_settings, user_settings.c.user_id == daily_follows.c.user_id)
    .where(daily_follows.c.guild_id == _guild_id, attempts.c.id.is_(None), daily_reminders.c.user_id.is_(None))
    .where(or_(user_settings.c.reminders.is_(None), user_settings.c.reminders))
    .order_by(daily_follows.c.user_id)
)


def add_reminder(conn: Connection, posting_id: int, user_id: int) -> bool:
    """Somebody is about to be reminded. False: they were before."""
    return conn.execute(_add_reminder, {"posting_id": posting_id, "user_id": user_id}).rowcount == 1


_add_reminder = upsert(daily_reminders).on_conflict_do_nothing()


def streak_roles_of(conn: Connection, guild_id: int) -> dict[int, int]:
    """The roles that a server gives, by the days of the streak, the shortest first."""
    return {row.days: row.role_id for row in conn.execute(_roles, {"of_guild": guild_id})}


_roles = select(streak_roles.c.days, streak_roles.c.role_id).where(streak_roles.c.guild_id == _guild_id).order_by(streak_roles.c.days)


def set_streak_role(conn: Connection, guild_id: int, days: int, role_id: int | None) -> None:
    """The role for a streak of so many days; None: there is none any more."""
    if role_id is None:
        conn.execute(delete(streak_roles).where(streak_roles.c.guild_id == guild_id, streak_roles.c.days == days))
    else:
        conn.execute(_set_role, {"guild_id": guild_id, "days": days, "role_id": role_id})


_set_role = upsert(streak_roles)
_set_role = _set_role.on_conflict_do_update(index_elements=["guild_id", "days"], set_={"role_id": _set_role.excluded.role_id})


def answerer(conn: Connection, attempt_id: int) -> tuple[int, int] | None:
    """Whose attempt it is, and at which posting."""
    row = conn.execute(_answerer, {"of_attempt": attempt_id}).one_or_none()
    return None if row is None else (row.user_id, row.posting_id)


_answerer = select(attempts.c.user_id, attempts.c.posting_id).where(attempts.c.id == bindparam("of_attempt"))

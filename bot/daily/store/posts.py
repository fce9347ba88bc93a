"""The statements of daily posts: one for each schedule and local date."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, BindParameter, Connection, Select, bindparam, func, insert, select, type_coerce, update

from bot.practice.draw import History, Practised
from bot.practice.model import Posting, State
from bot.practice.store.postings import to_posting
from bot.storage.tables import attempts, daily_posts, daily_schedules, postings

_schedule_id: BindParameter[int] = bindparam("of_schedule")
_posting_id: BindParameter[int] = bindparam("of_posting")
_day: BindParameter[date] = bindparam("of_day", type_=daily_posts.c.local_date.type)


class Kept(NamedTuple):
    """A daily post as it is stored."""

    posting: Posting
    day: date
    role_id: int | None
    thread: bool
    own_thread: bool
    answered: int
    shown: int
    shown_at: datetime | None
    revealed: datetime | None


def add_post(conn: Connection, schedule_id: int, day: date, posting_id: int, *, thread: bool) -> None:
    """The one post of a schedule on a date. IntegrityError: there is one."""
    conn.execute(_add, {"schedule_id": schedule_id, "local_date": day, "posting_id": posting_id, "thread": thread, "own_thread": False, "shown": 0})


_add = insert(daily_posts)


_answered = select(func.count()).where(attempts.c.posting_id == postings.c.id, attempts.c.state == State.SUBMITTED).correlate(postings)
_posts = (
    select(
        postings,
        daily_posts.c.local_date,
        daily_schedules.c.role_id,
        daily_posts.c.thread,
        daily_posts.c.own_thread,
        _answered.scalar_subquery().label("answered"),
        daily_posts.c.shown,
        daily_posts.c.shown_at,
        daily_posts.c.revealed,
    )
    .join(daily_posts, daily_posts.c.posting_id == postings.c.id)
    .join(daily_schedules, daily_schedules.c.id == daily_posts.c.schedule_id)
)


def post(conn: Connection, posting_id: int) -> Kept | None:
    """The daily post of a posting, with how many have answered it."""
    return _kept(conn, _one, of_posting=posting_id)


_one = _posts.where(postings.c.id == _posting_id)


def post_on(conn: Connection, schedule_id: int, day: date) -> Kept | None:
    """The post of a schedule on a date, sent or not."""
    return _kept(conn, _on, of_schedule=schedule_id, of_day=day)


_on = _posts.where(daily_posts.c.schedule_id == _schedule_id, daily_posts.c.local_date == _day)


def last_post(conn: Connection, schedule_id: int) -> Kept | None:
    """The newest post of a schedule that has arrived."""
    return _kept(conn, _last, of_schedule=schedule_id)


_last = _posts.where(daily_posts.c.schedule_id == _schedule_id, postings.c.message_id.is_not(None)).order_by(postings.c.id.desc()).limit(1)


def _kept(conn: Connection, statement: Select[Any], **values: object) -> Kept | None:
    row = conn.execute(statement, values).one_or_none()
    if row is None:
        return None
    return Kept(
        posting=to_posting(row),
        day=row.local_date,
        role_id=row.role_id,
        thread=row.thread,
        own_thread=row.own_thread,
        answered=row.answered,
        shown=row.shown,
        shown_at=row.shown_at,
        revealed=row.revealed,
    )


def on_its_way(conn: Connection, schedule_id: int) -> bool:
    """Whether a schedule has a post of which nobody knows whether it has arrived."""
    return conn.execute(_on_its_way, {"of_schedule": schedule_id}).first() is not None


_on_its_way = (
    select(daily_posts.c.id)
    .join(postings, postings.c.id == daily_posts.c.posting_id)
    .where(daily_posts.c.schedule_id == _schedule_id, postings.c.message_id.is_(None), postings.c.closed.is_(None))
)


def taken(conn: Connection, schedule_id: int, since: date) -> set[date]:
    """The dates, from one on, for which a schedule has a post."""
    return set(conn.execute(_taken, {"of_schedule": schedule_id, "of_day": since}).scalars())


_taken = select(daily_posts.c.local_date).where(daily_posts.c.schedule_id == _schedule_id, daily_posts.c.local_date >= _day)


def asked(conn: Connection, schedule_id: int) -> History:
    """What a schedule has asked so far, as the draw wants it: the newest first, and how often and when last."""
    rows = conn.execute(_asked, {"of_schedule": schedule_id}).all()
    return History([row.question_id for row in rows], {row.question_id: Practised(row.times, row.last) for row in rows})


_newest = func.max(type_coerce(postings.c.opened, BigInteger))
_asked = (
    select(postings.c.question_id, func.count().label("times"), _newest.label("last"))
    .join(daily_posts, daily_posts.c.posting_id == postings.c.id)
    .where(daily_posts.c.schedule_id == _schedule_id)
    .group_by(postings.c.question_id)
    .order_by(_newest.desc())
)


def asked_elsewhere(conn: Connection, schedule_id: int, guild_id: int, day: date) -> set[str]:
    """What the other schedules of a server ask on a date."""
    return set(conn.execute(_elsewhere, {"of_schedule": schedule_id, "of_guild": guild_id, "of_day": day}).scalars())


_elsewhere = (
    select(postings.c.question_id)
    .join(daily_posts, daily_posts.c.posting_id == postings.c.id)
    .join(daily_schedules, daily_schedules.c.id == daily_posts.c.schedule_id)
    .where(daily_schedules.c.guild_id == bindparam("of_guild"), daily_schedules.c.id != _schedule_id, daily_posts.c.local_date == _day)
)


def ticked_at(conn: Connection, posting_id: int) -> list[tuple[int, ...]]:
    """The rubric points, by index, of each self-check that was made of a posting's answers."""
    rows = conn.execute(_ticked, {"of_posting": posting_id}).scalars()
    return [tuple(ticked) for ticked in rows if ticked is not None]  # not in the statement: JSON may hold a null of its own


_ticked = select(attempts.c.ticked).where(attempts.c.posting_id == _posting_id, attempts.c.state == State.SUBMITTED)


def set_own_thread(conn: Connection, posting_id: int) -> None:
    """The card of a post opens a thread of a forum."""
    conn.execute(update(daily_posts).where(daily_posts.c.posting_id == posting_id).values(own_thread=True))


def set_shown(conn: Connection, posting_id: int, answered: int, at: datetime) -> None:
    """The card of a post says how many have answered."""
    conn.execute(update(daily_posts).where(daily_posts.c.posting_id == posting_id).values(shown=answered, shown_at=at))


def set_revealed(conn: Connection, posting_id: int, at: datetime) -> None:
    """The answer has been revealed."""
    conn.execute(update(daily_posts).where(daily_posts.c.posting_id == posting_id).values(revealed=at))

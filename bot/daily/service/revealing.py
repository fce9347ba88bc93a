"""After a post is out: how many have answered, roles for their streaks, and the reveal."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from bot import timers
from bot.bank.bank import Bank
from bot.daily import store
from bot.daily.model import SHOW_EVERY, Post, Reveal, Reward
from bot.daily.service.posting import as_post
from bot.practice.service.opening import Opening
from bot.preferences import preferences
from bot.progress import store as progress
from bot.progress.streak import streak
from bot.storage.database import Database
from bot.timers import Timer, Timers

COUNT = "daily-count"  # kind of the timer that brings the line with the number of answers up to date; its key is the posting's id


class Revealing:
    """What a daily post shows of its answers: their number at once, all the rest when its time is up."""

    def __init__(self, db: Database, bank: Bank, opening: Opening, alarm: Timers, now: Callable[[], datetime]) -> None:
        self.db = db
        self.bank = bank
        self.opening = opening
        self.alarm = alarm
        self.now = now

    async def answered(self, attempt_id: int) -> Reward | None:
        """Somebody has answered: the post will say so, and these are the roles that their streak has earned. None: none."""
        now = self.now()

        def work(conn: Connection) -> Reward | None:
            found = store.answerer(conn, attempt_id)
            kept = None if found is None else store.post(conn, found[1])
            if found is None or kept is None:
                return None
            if kept.posting.open:
                _show_at(conn, kept.posting.id, _may_show(kept.shown_at, now))
            user_id, guild_id = found[0], kept.posting.spot.guild_id
            roles = {} if guild_id is None else store.streak_roles_of(conn, guild_id)
            if guild_id is None or not roles:
                return None
            days = streak(progress.submitted(conn, user_id), preferences(conn, user_id).zone, now).days
            earned = tuple(role_id for needed, role_id in roles.items() if days >= needed)
            return Reward(guild_id, user_id, earned, days) if earned else None

        reward = await self.db.write(work)
        self.alarm.wake(now)
        return reward

    async def to_show(self, posting_id: int) -> Post | None:
        """A post whose card says too few answers. None: it is as it should be, its time is up, or it was changed less than a minute ago."""
        post = await self.post(posting_id)
        if post is None or not post.posting.open or post.posting.message_id is None or post.shown == post.answered:
            return None
        now = self.now()
        due = _may_show(post.shown_at, now)
        if due <= now:
            return post
        await self.db.write(lambda conn: _show_at(conn, posting_id, due))
        return None

    async def shown(self, post: Post) -> None:
        """The card has been changed."""
        await self.db.write(lambda conn: store.set_shown(conn, post.posting.id, post.answered, self.now()))

    async def post(self, posting_id: int) -> Post | None:
        """A daily post as it stands. None: it is gone."""
        kept = await self.db.read(lambda conn: store.post(conn, posting_id))
        return None if kept is None else as_post(self.opening, kept)

    async def reveal(self, posting_id: int) -> Reveal | None:
        """What is to be told of a post whose time is up. None: it was told already, the post is gone, or its question has left the bank."""

        def look(conn: Connection) -> tuple[store.Kept | None, list[tuple[int, ...]]]:
            return store.post(conn, posting_id), store.ticked_at(conn, posting_id)

        kept, checks = await self.db.read(look)
        question = None if kept is None else self.bank.question(kept.posting.question_id)
        if kept is None or question is None or kept.revealed is not None:
            return None
        counted = Counter(index for ticked in checks for index in ticked)
        return Reveal(as_post(self.opening, kept), question, len(checks), tuple(counted[index] for index in range(len(question.rubric))))

    async def revealed(self, posting_id: int) -> None:
        """It has been told."""
        await self.db.write(lambda conn: store.set_revealed(conn, posting_id, self.now()))


def _may_show(shown_at: datetime | None, now: datetime) -> datetime:
    """When the line may be changed next."""
    return now if shown_at is None else max(now, shown_at + SHOW_EVERY)


def _show_at(conn: Connection, posting_id: int, due: datetime) -> None:
    timers.add_unless_later(conn, Timer(COUNT, str(posting_id), due, {}))

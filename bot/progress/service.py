"""A person's own progress."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.bank.bank import Bank
from bot.preferences import Preferences, preferences
from bot.progress import store
from bot.progress.model import Stats
from bot.progress.streak import midnight, streak
from bot.storage.database import Database

NO_LONGER_ASKED = "No longer in the bank"
DIFFICULTIES = ("easy", "medium", "hard")


class Progress:
    """Counts what a person has practised."""

    def __init__(self, db: Database, bank: Bank, now: Callable[[], datetime]) -> None:
        self.db = db
        self.bank = bank
        self.now = now

    async def stats(self, user_id: int) -> Stats:
        """Everything of `/stats`. The week begins on Monday in the person's own zone."""

        def look(conn: Connection) -> tuple[dict[str, int], Sequence[datetime], Preferences]:
            return store.counts(conn, user_id), store.submitted(conn, user_id), preferences(conn, user_id)

        counts, submitted, own = await self.db.read(look)
        now = self.now()
        today = now.astimezone(own.zone).date()
        monday = midnight(today - timedelta(days=today.weekday()), own.zone)
        by_difficulty: Counter[str] = Counter()
        by_type: Counter[str] = Counter()
        by_topic: Counter[str] = Counter()
        for question_id, count in counts.items():
            question = self.bank.question(question_id)
            if question is None:
                by_topic[NO_LONGER_ASKED] += count
                continue
            by_difficulty[question.difficulty] += count
            by_type[question.type] += count
            by_topic[self.bank.topic_of(question_id).name] += count
        return Stats(
            total=sum(counts.values()),
            this_week=sum(moment >= monday for moment in submitted),
            streak=streak(submitted, own.zone, now),
            by_difficulty={name: by_difficulty[name] for name in DIFFICULTIES if by_difficulty[name]},
            by_type=dict(by_type.most_common()),
            by_topic=dict(by_topic.most_common()),
        )

"""A person's own progress: numbers, topics, and every answer they have given."""

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar, get_args

from sqlalchemy import Connection, Row

from bot.bank.bank import Bank, Filters
from bot.bank.schema import DIFFICULTIES, Competence, Topic
from bot.errors import Refused
from bot.preferences import Preferences, preferences
from bot.progress import store
from bot.progress.model import NO_LONGER_ASKED, Comparison, Entry, Kept, Page, Stats, Sureness, Ticks, TopicCount
from bot.progress.streak import midnight, streak
from bot.storage.database import Database

PER_PAGE = 8  # attempts of the history
NOTHING_TO_COMPARE = "There are no two answers of yours to this question to compare. `Try again` in its debrief asks you the same question once more."

Name = TypeVar("Name", bound=str)


class Progress:
    """Counts what a person has practised."""

    def __init__(self, db: Database, bank: Bank, now: Callable[[], datetime]) -> None:
        self.db = db
        self.bank = bank
        self.now = now

    async def stats(self, user_id: int) -> Stats:
        """Everything of `/stats`. The week begins on Monday in the person's own zone."""

        def look(conn: Connection) -> tuple[dict[str, int], Sequence[datetime], Sequence[Row[Any]], Preferences]:
            return store.counts(conn, user_id), store.submitted(conn, user_id), store.self_checks(conn, user_id), preferences(conn, user_id)

        counts, submitted, checks, own = await self.db.read(look)
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
        by_sureness, by_competence = self._ticks(checks)
        return Stats(
            total=sum(counts.values()),
            this_week=sum(moment >= monday for moment in submitted),
            streak=streak(submitted, own.zone, now),
            by_difficulty={name: by_difficulty[name] for name in DIFFICULTIES if by_difficulty[name]},
            by_type=dict(by_type.most_common()),
            by_topic=dict(by_topic.most_common()),
            by_sureness=by_sureness,
            by_competence=by_competence,
        )

    def _ticks(self, checks: Sequence[Row[Any]]) -> tuple[dict[Sureness, Ticks], dict[str, Ticks]]:
        """What self-checks come to, by sureness and by competence. Of a question that has left the bank nobody knows what was asked."""
        sure: dict[Sureness, Ticks] = {}
        competences: dict[str, Ticks] = {}
        for check in checks:
            question = self.bank.question(check.question_id)
            if question is None:
                continue
            asked = Counter(point.competence for point in question.rubric)
            ticked = Counter(point.competence for index, point in enumerate(question.rubric) if index in check.ticked)
            for competence, number in asked.items():
                _add(competences, competence, ticked[competence], number)
            if check.sureness is not None:
                _add(sure, Sureness(check.sureness), ticked.total(), asked.total())
        by_sureness = {level: sure[level] for level in (Sureness.HIGH, Sureness.MEDIUM, Sureness.LOW) if level in sure}
        return by_sureness, {name: competences[name] for name in get_args(Competence) if name in competences}

    async def topics(self, user_id: int) -> list[TopicCount]:
        """Every topic of the bank, in its order, with how much of it a person has practised."""
        practised = await self.db.read(lambda conn: store.counts(conn, user_id))
        return [
            TopicCount(
                id=topic.id,
                name=topic.name,
                by_difficulty={name: len(pool) for name in DIFFICULTIES if (pool := self.bank.pool(Filters(name, topic.id)))},
                total=len(topic.questions),
                practised=sum(question.id in practised for question in topic.questions),
            )
            for topic in self.bank.topics
        ]


class History:
    """Finds a person's own answers again. Topics and questions go by their numbers, which are the same after every restart."""

    def __init__(self, db: Database, bank: Bank) -> None:
        self.db = db
        self.bank = bank

    async def answered(self, user_id: int) -> Sequence[str]:
        """The questions that a person has answered, the newest first."""
        return await self.db.read(lambda conn: store.answered(conn, user_id))

    def topic_number(self, typed: str) -> int:
        """The number of a topic by its id or name. Refused: there is none."""
        return number(self.bank.topic_named(typed).id)

    def question_number(self, typed: str) -> int:
        """The number of a question by its id, of one in the bank also by its title."""
        return number(self.bank.id_of(typed))

    async def page(self, user_id: int, page: int, topic: int = 0, question: int = 0) -> Page:
        """A page of a person's attempts, the newest first; beyond the last it is the last. Refused: the topic has left the bank."""
        chosen = self._topic(topic)

        def look(conn: Connection) -> tuple[Sequence[str] | None, int, int, Sequence[Row[Any]], Preferences]:
            these = None if not topic and not question else self._these(store.answered(conn, user_id), chosen, question)
            total = store.answers(conn, user_id, these)
            at = max(0, min(page, (total - 1) // PER_PAGE))
            return these, total, at, store.entries(conn, user_id, these, at * PER_PAGE, PER_PAGE), preferences(conn, user_id)

        these, total, at, rows, own = await self.db.read(look)
        about = [] if chosen is None else [chosen.name]
        if question and these:
            asked = self.bank.question(these[0])
            about.append(NO_LONGER_ASKED if asked is None else asked.title)
        repeated = next((row.question_id for row in rows if row.attempts > 1), None)
        return Page(
            entries=[self._entry(row) for row in rows],
            first=at * PER_PAGE,
            number=at,
            pages=-(-total // PER_PAGE),
            total=total,
            topic=topic,
            question=question,
            compared=0 if repeated is None else number(repeated),
            about=" · ".join(about),
            zone=own.zone,
        )

    async def kept(self, user_id: int, posting_id: int) -> Kept | None:
        """What a person has answered at a posting, for when there is no debrief of it; None when they have not."""
        row = await self.db.read(lambda conn: store.text(conn, user_id, posting_id))
        return None if row is None else self._kept(row)

    async def compare(self, user_id: int, question: int) -> Comparison:
        """A person's two newest answers to a question. Refused: there are no two."""

        def look(conn: Connection) -> Sequence[Row[Any]]:
            return store.newest_texts(conn, user_id, self._these(store.answered(conn, user_id), None, question), 2)

        rows = await self.db.read(look)
        if len(rows) < 2:
            raise Refused(NOTHING_TO_COMPARE)
        later, earlier = rows
        return Comparison(self._kept(earlier), self._kept(later))

    def _topic(self, topic: int) -> Topic | None:
        if not topic:
            return None
        chosen = next((each for each in self.bank.topics if number(each.id) == topic), None)
        if chosen is None:
            raise Refused("That topic is no longer in the bank. `/history` without it shows all your answers.")
        return chosen

    def _these(self, question_ids: Sequence[str], topic: Topic | None, question: int) -> list[str]:
        """Those of some questions that fit."""
        fitting = [each for each in question_ids if not question or number(each) == question]
        if topic is None:
            return fitting
        return [each for each in fitting if self.bank.question(each) is not None and self.bank.topic_of(each) is topic]

    def _entry(self, row: Row[Any]) -> Entry:
        return Entry(
            posting_id=row.posting_id,
            question_id=row.question_id,
            question=self.bank.question(row.question_id),
            at=row.at,
            late=row.late,
            counted=row.counted,
            ticked=None if row.ticked is None else tuple(row.ticked),
            practised=row.practised,
            attempts=row.attempts,
        )

    def _kept(self, row: Row[Any]) -> Kept:
        ticked = None if row.ticked is None else tuple(row.ticked)
        return Kept(row.question_id, self.bank.question(row.question_id), row.text, row.at, row.late, ticked)


def number(name: str) -> int:
    """A number for the id of a topic or question, the same in every process; never 0, which stands for none."""
    return zlib.crc32(name.encode()) or 1


def _add(sums: dict[Name, Ticks], name: Name, ticked: int, asked: int) -> None:
    before = sums.get(name, Ticks(0, 0, 0))
    sums[name] = Ticks(before.answers + 1, before.ticked + ticked, before.asked + asked)

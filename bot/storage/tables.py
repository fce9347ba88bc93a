"""Every table, and the column type that keeps times aware and in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as whole microseconds since 1970 in UTC, so that it sorts and compares as a number. A naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + value * MICROSECOND


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A question put in front of people at one place. `place` is where its card stands: channel, private or dm.
# `message_id` is empty until Discord has confirmed the card; `nonce` finds it again when nobody knows whether it arrived.
postings = Table(
    "postings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("question_id", String(80), nullable=False),
    Column("place", String(16), nullable=False),
    Column("difficulty", String(16)),
    Column("topic", String(80)),
    Column("type", String(16)),
    Column("guild_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("owner_id", BigInteger, nullable=False),
    Column("practised_before", Integer, nullable=False),
    Column("opened", UtcTime, nullable=False),
    Column("closes", UtcTime, nullable=False),
    Column("closed", UtcTime),
    Column("ended_early", Boolean, nullable=False, default=False),
    Column("nonce", String(25), nullable=False, unique=True),
    Index(None, "channel_id", "question_id", "id"),  # what this channel saw last, answered from the index alone
    Index(None, "owner_id", "closed"),  # the three open ones
    Index(None, "owner_id", "question_id"),
    sqlite_autoincrement=True,  # ids stand in buttons; one that was used is never given to another posting
)

# One person's way through one posting: from the first hint or press (started) to the answer (submitted). `draft` says that what the person types in
# their direct messages belongs to it.
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("posting_id", ForeignKey("postings.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("question_id", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("late", Boolean, nullable=False, default=False),
    Column("source", String(16)),
    Column("sureness", String(8)),
    Column("hints", Integer, nullable=False, default=0),
    Column("started", UtcTime, nullable=False),
    Column("submitted", UtcTime),
    Column("saw_answer", UtcTime),
    Column("ticked", JSON),
    Column("rating", String(8)),
    Column("dm_channel_id", BigInteger),
    Column("dm_card_id", BigInteger),
    Column("began", UtcTime),  # when its author first opened the form or the draft, for a daily question
    Column("draft", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("posting_id", "user_id"),
    CheckConstraint("state in ('started', 'draft', 'submitted')", name="state"),
    Index(None, "user_id", "submitted"),
    Index(None, "user_id", "question_id"),
    Index("uq_attempts_draft_user_id", "user_id", unique=True, sqlite_where=text("draft")),  # a person types one answer at a time
    sqlite_autoincrement=True,
)

# Every text that was ever submitted. `after_answer`: sent after its author had seen the model answer, so it is kept and changes nothing.
answer_versions = Table(
    "answer_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt_id", ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("after_answer", Boolean, nullable=False, default=False),
    Index(None, "attempt_id", "id"),
    sqlite_autoincrement=True,
)

practice_counts = Table(
    "practice_counts",
    metadata,
    Column("user_id", BigInteger, primary_key=True),
    Column("question_id", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)

question_totals = Table(
    "question_totals",
    metadata,
    Column("question_id", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

timers = Table(
    "timers",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("due", UtcTime, nullable=False, index=True),
    Column("payload", JSON, nullable=False),
    sqlite_with_rowid=False,
)

question_reports = Table(
    "question_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question_id", String(80), nullable=False, index=True),
    Column("user_id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

# What was last sent to Discord as the list of commands, so that a start without a change sends nothing. `scope`: "global" or a server's id.
command_syncs = Table(
    "command_syncs",
    metadata,
    Column("application_id", BigInteger, primary_key=True),
    Column("scope", String(24), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_with_rowid=False,
)

# What a person types in a DM, message by message, until it is submitted as one answer.
answer_parts = Table(
    "answer_parts",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("attempt_id", ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("late", Boolean, nullable=False),
)

user_settings = Table(
    "user_settings",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("zone", String(64), nullable=False, default="UTC"),
    Column("minutes", Integer),
    Column("nudges", Boolean, nullable=False, default=True),
    Column("visible", Boolean, nullable=False, default=False),
    Column("reminders", Boolean, nullable=False, default=True, server_default=true()),
)

# A rubric point that was missed, written again after the debrief: kept beside the answer, and counted nowhere.
second_looks = Table(
    "second_looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attempt_id", ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("point", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

# A message that its author wants to use as an answer, until they have said for which question: Discord shows its text to the bot only once.
offered_texts = Table(
    "offered_texts",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

# Lasting messages of the bot that hold a person's text, to be deleted when the person wants everything erased. Ephemeral ones vanish by themselves.
text_messages = Table(
    "text_messages",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False, index=True),
)

# "Every weekday at 09:00 Europe/Berlin in #ml-daily". One that is not confirmed yet is only a proposal; one that was removed stays for its open posts
# and for what it has asked.
daily_schedules = Table(
    "daily_schedules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("maker_id", BigInteger, nullable=False, index=True),
    Column("minute", Integer, nullable=False),  # of the day, in the zone
    Column("zone", String(64), nullable=False),
    Column("days", String(32), nullable=False),  # mon,wed,fri
    Column("difficulty", String(120), nullable=False),  # any, easy, or mon=easy,fri=hard
    Column("topic", String(80)),
    Column("type", String(16)),
    Column("role_id", BigInteger),
    Column("reveal_after", Integer, nullable=False),  # hours
    Column("thread", Boolean, nullable=False),
    Column("made", UtcTime, nullable=False),
    Column("confirmed", UtcTime),
    Column("paused", UtcTime),
    Column("trouble", String(16)),  # why it could not post last time, and so why it is paused if that was not by hand
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("removed", UtcTime),
    sqlite_autoincrement=True,
)

# One day's posting of a schedule, kept with its posting before that is sent. `shown` is how many answers its card shows.
daily_posts = Table(
    "daily_posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("schedule_id", ForeignKey("daily_schedules.id", ondelete="CASCADE"), nullable=False),
    Column("local_date", Date, nullable=False),
    Column("posting_id", ForeignKey("postings.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("thread", Boolean, nullable=False),  # its answer is revealed in one, whatever becomes of the schedule meanwhile
    Column("own_thread", Boolean, nullable=False, default=False),  # a post of a forum: its card opens a thread
    Column("shown", Integer, nullable=False, default=0),
    Column("shown_at", UtcTime),
    Column("revealed", UtcTime),
    UniqueConstraint("schedule_id", "local_date"),
    sqlite_autoincrement=True,
)

# Questions that a schedule asks before it draws, in this order.
daily_queue = Table(
    "daily_queue",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("schedule_id", ForeignKey("daily_schedules.id", ondelete="CASCADE"), nullable=False),
    Column("question_id", String(80), nullable=False),
    UniqueConstraint("schedule_id", "question_id"),
    sqlite_autoincrement=True,
)

# Who wants to be reminded of a server's daily questions.
daily_follows = Table(
    "daily_follows",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# Who was reminded of what, kept before the message is sent: it comes once or, when the bot dies in between, not at all.
daily_reminders = Table(
    "daily_reminders",
    metadata,
    Column("posting_id", ForeignKey("postings.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# The role that a server gives for a streak of so many days.
streak_roles = Table(
    "streak_roles",
    metadata,
    Column("guild_id", BigInteger, primary_key=True),
    Column("days", Integer, primary_key=True),
    Column("role_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

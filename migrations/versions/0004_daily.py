"""Daily questions: schedules, their posts, queues and followers, roles for streaks, and when somebody began to answer."""

import sqlalchemy as sa
from alembic import op

revision = "0004_daily"
down_revision = "0003_everywhere"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what daily questions need."""
    op.create_table(
        "daily_follows",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name=op.f("pk_daily_follows")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_daily_follows_user_id"), "daily_follows", ["user_id"], unique=False)
    op.create_table(
        "daily_schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("days", sa.String(length=32), nullable=False),
        sa.Column("difficulty", sa.String(length=120), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=True),
        sa.Column("type", sa.String(length=16), nullable=True),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("reveal_after", sa.Integer(), nullable=False),
        sa.Column("thread", sa.Boolean(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.Column("paused", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.String(length=16), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_schedules")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_daily_schedules_guild_id"), "daily_schedules", ["guild_id"], unique=False)
    op.create_index(op.f("ix_daily_schedules_maker_id"), "daily_schedules", ["maker_id"], unique=False)
    op.create_table(
        "streak_roles",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "days", name=op.f("pk_streak_roles")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("thread", sa.Boolean(), nullable=False),
        sa.Column("own_thread", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=True),
        sa.Column("revealed", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_daily_posts_posting_id_postings"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["schedule_id"], ["daily_schedules.id"], name=op.f("fk_daily_posts_schedule_id_daily_schedules"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_posts")),
        sa.UniqueConstraint("posting_id", name=op.f("uq_daily_posts_posting_id")),
        sa.UniqueConstraint("schedule_id", "local_date", name=op.f("uq_daily_posts_schedule_id_local_date")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "daily_queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["daily_schedules.id"], name=op.f("fk_daily_queue_schedule_id_daily_schedules"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_queue")),
        sa.UniqueConstraint("schedule_id", "question_id", name=op.f("uq_daily_queue_schedule_id_question_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "daily_reminders",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_daily_reminders_posting_id_postings"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("posting_id", "user_id", name=op.f("pk_daily_reminders")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_daily_reminders_user_id"), "daily_reminders", ["user_id"], unique=False)
    op.add_column("attempts", sa.Column("began", sa.BigInteger(), nullable=True))

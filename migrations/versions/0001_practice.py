"""Practice: postings, attempts, versions of answers, counts, timers and reports."""

import sqlalchemy as sa
from alembic import op

revision = "0001_practice"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of practice."""
    op.create_table(
        "command_syncs",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(length=24), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", "scope", name=op.f("pk_command_syncs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "postings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("question_id", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("difficulty", sa.String(length=16), nullable=True),
        sa.Column("topic", sa.String(length=80), nullable=True),
        sa.Column("type", sa.String(length=16), nullable=True),
        sa.Column("guild_id", sa.BigInteger(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("practised_before", sa.Integer(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("closes", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("ended_early", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(length=25), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("nonce", name=op.f("uq_postings_nonce")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_postings_channel_id_question_id_id"), "postings", ["channel_id", "question_id", "id"], unique=False)
    op.create_index(op.f("ix_postings_owner_id_closed"), "postings", ["owner_id", "closed"], unique=False)
    op.create_index(op.f("ix_postings_owner_id_question_id"), "postings", ["owner_id", "question_id"], unique=False)
    op.create_table(
        "practice_counts",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "question_id", name=op.f("pk_practice_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "question_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_reports")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_question_reports_question_id"), "question_reports", ["question_id"], unique=False)
    op.create_table(
        "question_totals",
        sa.Column("question_id", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_totals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "timers",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_timers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_timers_due"), "timers", ["due"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("question_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=True),
        sa.Column("sureness", sa.String(length=8), nullable=True),
        sa.Column("hints", sa.Integer(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("submitted", sa.BigInteger(), nullable=True),
        sa.Column("saw_answer", sa.BigInteger(), nullable=True),
        sa.Column("ticked", sa.JSON(), nullable=True),
        sa.Column("rating", sa.String(length=8), nullable=True),
        sa.CheckConstraint("state in ('started', 'draft', 'submitted')", name=op.f("ck_attempts_state")),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_attempts_posting_id_postings"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("posting_id", "user_id", name=op.f("uq_attempts_posting_id_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attempts_user_id_question_id"), "attempts", ["user_id", "question_id"], unique=False)
    op.create_index(op.f("ix_attempts_user_id_submitted"), "attempts", ["user_id", "submitted"], unique=False)
    op.create_table(
        "answer_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("after_answer", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_answer_versions_attempt_id_attempts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_versions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_answer_versions_attempt_id_id"), "answer_versions", ["attempt_id", "id"], unique=False)

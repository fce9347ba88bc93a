"""Everywhere a person is: drafts that their messages belong to, second looks, texts on offer, and what the bot has to take back."""

import sqlalchemy as sa
from alembic import op

revision = "0003_everywhere"
down_revision = "0002_drafts_and_settings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what answering in every place, second looks and erasing need."""
    op.add_column("attempts", sa.Column("draft", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("uq_attempts_draft_user_id", "attempts", ["user_id"], unique=True, sqlite_where=sa.text("draft"))
    op.add_column("user_settings", sa.Column("reminders", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "second_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("point", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_second_looks_attempt_id_attempts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_looks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_second_looks_attempt_id"), "second_looks", ["attempt_id"], unique=False)
    op.create_table(
        "offered_texts",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_offered_texts")),
    )
    op.create_index(op.f("ix_offered_texts_user_id"), "offered_texts", ["user_id"], unique=False)
    op.create_table(
        "text_messages",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_text_messages")),
    )
    op.create_index(op.f("ix_text_messages_user_id"), "text_messages", ["user_id"], unique=False)

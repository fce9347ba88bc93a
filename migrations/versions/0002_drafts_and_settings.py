"""Drafts typed in direct messages, and people's settings."""

import sqlalchemy as sa
from alembic import op

revision = "0002_drafts_and_settings"
down_revision = "0001_practice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what answering in a direct message and settings need."""
    op.add_column("attempts", sa.Column("dm_channel_id", sa.BigInteger(), nullable=True))
    op.add_column("attempts", sa.Column("dm_card_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "user_settings",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("nudges", sa.Boolean(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_settings")),
    )
    op.create_table(
        "answer_parts",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_answer_parts_attempt_id_attempts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_answer_parts")),
    )
    op.create_index(op.f("ix_answer_parts_attempt_id"), "answer_parts", ["attempt_id"], unique=False)

"""Answers without their inputs, kept until it is known what became of the people."""

import sqlalchemy as sa
from alembic import op

revision = "state_0013"
down_revision = "state_0012"


def upgrade() -> None:
    """Create the tables and the index by which a version's window is read."""
    op.create_table(
        "answered_people",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("token", sa.String(), nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("inference_id", sa.String()),
        sa.Column("inferred_at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Integer(), index=True),
        sa.Column("risk", sa.Float(), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_answers_version_and_time", "answers", ["model_version", "inferred_at"])

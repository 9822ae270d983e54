"""Runs of jobs that run on a schedule."""

import sqlalchemy as sa
from alembic import op

revision = "state_0011"
down_revision = "state_0010"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "job_runs",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("job", sa.String(), nullable=False, index=True),
        sa.Column("scheduled_for", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("model_version", sa.Integer()),
        sa.UniqueConstraint("job", "scheduled_for", "attempt", name="one_attempt"),
    )

"""Figures over time; alarms with their history, deliveries and acknowledgements."""

import sqlalchemy as sa
from alembic import op

revision = "state_0012"
down_revision = "state_0010"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "metric_series",
        sa.Column("series", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("dimensions", sa.String(), nullable=False),
        sa.UniqueConstraint("name", "dimensions"),
    )
    op.create_table(
        "metric_points",
        sa.Column("series", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("low", sa.Float()),
        sa.Column("high", sa.Float()),
        sa.Column("n", sa.BigInteger()),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alarms",
        sa.Column("alarm", sa.String(), primary_key=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("evaluated_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_table(
        "alarm_transitions",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("transition_id", sa.String(), nullable=False, unique=True),
        sa.Column("alarm", sa.String(), nullable=False, index=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("former", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Float()),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_table(
        "alarm_deliveries",
        sa.Column("transition_id", sa.String(), primary_key=True),
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), index=True),
        sa.Column("problem", sa.String(), nullable=False),
    )
    op.create_table(
        "alarm_acknowledgements",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("alarm", sa.String(), nullable=False, index=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )

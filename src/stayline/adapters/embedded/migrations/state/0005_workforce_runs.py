"""Reasons of batch scores, kept packed, and how far a run over everyone has come."""

import sqlalchemy as sa
from alembic import op

revision = "state_0005"
down_revision = "state_0004"


def upgrade() -> None:
    """Add the columns and create the tables."""
    op.add_column("scores", sa.Column("base_risk", sa.Float()))
    op.add_column("scores", sa.Column("explained", sa.LargeBinary()))
    op.create_table(
        "explained_models",
        sa.Column("model_digest", sa.String(), primary_key=True),
        sa.Column("inputs", sa.String(), nullable=False),
    )
    op.create_table(
        "scoring_runs",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("model_version", sa.Integer(), nullable=False),
        sa.Column("model_digest", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("by_band", sa.String(), nullable=False),
        sa.Column("opted_out", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )

"""Executions of pipelines, their steps, and where each output is kept."""

import sqlalchemy as sa
from alembic import op

revision = "state_0003"
down_revision = "state_0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "pipeline_definitions",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("document", sa.String(), nullable=False),
    )
    op.create_table(
        "pipeline_executions",
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("execution_id", sa.String(), nullable=False, unique=True),
        sa.Column("pipeline_name", sa.String(), nullable=False),
        sa.Column("definition_digest", sa.String(), nullable=False),
        sa.Column("parameters", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("failure", sa.String()),
        sa.Column("resumed_by", sa.String()),
    )
    op.create_table(
        "pipeline_steps",
        sa.Column("execution_id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("cache_key", sa.String()),
        sa.Column("cached_from", sa.String()),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("properties", sa.String(), nullable=False),
        sa.Column("failure", sa.String()),
    )
    op.create_index("ix_pipeline_steps_cache_key", "pipeline_steps", ["cache_key"])
    op.create_table(
        "pipeline_outputs",
        sa.Column("execution_id", sa.String(), primary_key=True),
        sa.Column("uri", sa.String(), primary_key=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )

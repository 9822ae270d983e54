"""Rollouts of versions and the workers that follow them; past deployments become rollouts."""

import sqlalchemy as sa
from alembic import op

revision = "state_0007"
down_revision = "state_0006"


def upgrade() -> None:
    """Create the tables, and take over who was deployed before."""
    op.create_table(
        "rollouts",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("rollout_id", sa.String(), nullable=False, unique=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("from_version", sa.Integer()),
        sa.Column("canary_percent", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("renewed_at", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), index=True),
        sa.Column("outcome", sa.String(), nullable=False),
    )
    op.create_table(
        "workers",
        sa.Column("worker_id", sa.String(), primary_key=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("has_left", sa.Boolean(), nullable=False),
        sa.Column("rollout_id", sa.String(), nullable=False),
        sa.Column("heartbeat", sa.String(), nullable=False),
    )
    op.execute(
        "INSERT INTO rollouts (rollout_id, version, digest, from_version, canary_percent, "
        "started_by, started_at, renewed_at, phase, ended_at, outcome) "
        "SELECT 'before-' || position, version, digest, "
        "lag(version) OVER (ORDER BY position), 100, deployed_by, deployed_at, deployed_at, "
        "'completed', deployed_at, 'deployed before there were rollouts' "
        "FROM deployments JOIN model_packages USING (version) ORDER BY position"
    )

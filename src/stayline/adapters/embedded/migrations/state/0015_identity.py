"""API keys of programs, and roles that were granted here."""

import sqlalchemy as sa
from alembic import op

revision = "state_0015"
down_revision = "state_0014"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("valid_until", sa.BigInteger()),
        sa.Column("last_used_on", sa.String(10)),
    )
    op.create_table(
        "role_grants",
        sa.Column("grant_id", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("granted_by", sa.String()),
        sa.Column("granted_at", sa.BigInteger()),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("revoked_by", sa.String()),
        sa.Column("revoked_at", sa.BigInteger()),
    )
    op.create_index("ix_role_grants_subject", "role_grants", ["subject"])

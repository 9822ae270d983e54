"""Waivers of gates that had too little evidence to judge."""

import sqlalchemy as sa
from alembic import op

revision = "state_0004"
down_revision = "state_0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "waivers",
        sa.Column("waiver_id", sa.String(), primary_key=True),
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("filed_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
    )

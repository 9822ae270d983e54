"""The first tables of the protected database."""

import sqlalchemy as sa
from alembic import op

revision = "protected_0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "protected_attributes",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("event_time", sa.BigInteger(), primary_key=True),
        sa.Column("attributes", sa.String(), nullable=False),
    )
    op.create_table(
        "protected_reads",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )

"""What became of the people who were scored, by event and by person."""

import sqlalchemy as sa
from alembic import op

revision = "state_0010"
down_revision = "state_0009"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "event_outcomes",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("event_id", sa.String(), nullable=False, index=True),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False, index=True),
    )
    op.create_table(
        "person_outcomes",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("token", sa.String(), nullable=False, index=True),
        sa.Column("seen_until", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date()),
        sa.Column("is_voluntary", sa.Boolean(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False, index=True),
    )

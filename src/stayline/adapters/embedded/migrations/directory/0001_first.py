"""The first tables of the directory database."""

import sqlalchemy as sa
from alembic import op

revision = "directory_0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "people",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("event_time", sa.BigInteger(), primary_key=True),
        sa.Column("hr_id", sa.String(), nullable=False),
        sa.Column("display_name", sa.String()),
        sa.Column("manager", sa.String()),
    )

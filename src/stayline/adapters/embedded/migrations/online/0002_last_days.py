"""The last days of people, so that a request can tell who has left."""

import sqlalchemy as sa
from alembic import op

revision = "online_0002"
down_revision = "online_0001"


def upgrade() -> None:
    """Create the table, empty: the feature store fills it from its offline side when opened."""
    op.create_table(
        "last_days",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("write_time", sa.BigInteger(), nullable=False),
        sa.Column("last_day", sa.BigInteger()),
    )

"""Who holds what over all gateways, for when the database is restarted."""

import sqlalchemy as sa
from alembic import op

revision = "state_0021"
down_revision = "state_0020"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "shared_locks",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("holder", sa.String(), primary_key=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
    )

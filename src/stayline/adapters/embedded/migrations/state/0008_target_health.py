"""Since when a target has failed, shared by the processes that ask it."""

import sqlalchemy as sa
from alembic import op

revision = "state_0008"
down_revision = "state_0007"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "target_health",
        sa.Column("target", sa.String(), primary_key=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=False),
        sa.Column("probed_at", sa.BigInteger(), nullable=False),
    )

"""How much of each audit journal is in the chain."""

import sqlalchemy as sa
from alembic import op

revision = "state_0006"
down_revision = "state_0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "audit_journals",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("absorbed", sa.BigInteger(), nullable=False),
    )

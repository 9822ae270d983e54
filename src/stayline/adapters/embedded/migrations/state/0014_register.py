"""What the organisation keeps on record, of every kind in one table."""

import sqlalchemy as sa
from alembic import op

revision = "state_0014"
down_revision = "state_0013"


def upgrade() -> None:
    """Create the table; a newer row of the same kind and id stands for the older ones."""
    op.create_table(
        "register_entries",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
    )
    op.create_index("ix_register_entries_kind_and_id", "register_entries", ["kind", "entry_id"])
    op.create_index("ix_register_entries_kind_and_subject", "register_entries", ["kind", "subject"])

"""Which token key stands, and which tokens people had under earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "state_0016"
down_revision = "state_0015"


def upgrade() -> None:
    """Create both tables; without a row the key at hand is the only one there ever was."""
    op.create_table(
        "token_keys",
        sa.Column("fingerprint", sa.String(32), primary_key=True),
        sa.Column("made_at", sa.BigInteger()),
        sa.Column("current_since", sa.BigInteger()),
        sa.Column("replaced_at", sa.BigInteger()),
        sa.Column("settled_at", sa.BigInteger()),
    )
    op.create_table(
        "token_aliases",
        sa.Column("alias", sa.String(), primary_key=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
    )
    op.create_index("ix_token_aliases_token", "token_aliases", ["token"])

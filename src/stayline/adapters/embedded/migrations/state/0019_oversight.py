"""The stop switch and the pilot; what a decision was taken on; who a run left out for the pilot."""

import sqlalchemy as sa
from alembic import op

revision = "state_0019"
down_revision = "state_0018"


def upgrade() -> None:
    """Create the table of rules, and add columns; of earlier decisions it is not known."""
    op.create_table(
        "scoring_rules",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("is_in_force", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("until", sa.BigInteger()),
    )
    op.create_index("ix_scoring_rules_rule_and_position", "scoring_rules", ["rule", "position"])
    op.add_column("decisions", sa.Column("viewed_at", sa.BigInteger()))
    op.add_column("decisions", sa.Column("seen_band", sa.String()))
    op.add_column("decisions", sa.Column("is_bulk", sa.Boolean()))
    op.add_column("decisions", sa.Column("is_trained", sa.Boolean()))
    op.create_index("ix_decisions_decided_by_and_at", "decisions", ["decided_by", "decided_at"])
    op.add_column("scoring_runs", sa.Column("outside", sa.Integer()))

"""Find kept scores and answers by their age, without reading them all."""

from alembic import op

revision = "state_0022"
down_revision = "state_0021"


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("ix_scores_scored_at", "scores", ["scored_at"])
    op.create_index("ix_answers_inferred_at", "answers", ["inferred_at"])

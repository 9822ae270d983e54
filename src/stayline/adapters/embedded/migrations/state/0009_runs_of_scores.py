"""Of each score, the newest run over everyone there was, so that no clock decides what is old."""

import sqlalchemy as sa
from alembic import op

revision = "state_0009"
down_revision = "state_0008"


def upgrade() -> None:
    """Add the column; scores from before it belong to no run."""
    op.add_column("scores", sa.Column("run", sa.Integer()))

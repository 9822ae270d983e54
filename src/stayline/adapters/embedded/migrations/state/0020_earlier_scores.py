"""Each person's last score of a month before, beside the one that stands."""

import sqlalchemy as sa
from alembic import op

revision = "state_0020"
down_revision = "state_0019"


def upgrade() -> None:
    """Add the columns; they are empty until a month ends."""
    op.add_column("scores", sa.Column("earlier_risk", sa.Float()))
    op.add_column("scores", sa.Column("earlier_version", sa.Integer()))
    op.add_column("scores", sa.Column("earlier_digest", sa.String()))
    op.add_column("scores", sa.Column("earlier_at", sa.BigInteger()))

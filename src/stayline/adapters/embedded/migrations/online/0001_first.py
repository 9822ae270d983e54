"""The first tables of the online database."""

import sqlalchemy as sa
from alembic import op

revision = "online_0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "feature_groups",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("schema_toml", sa.String(), nullable=False),
    )
    op.create_table(
        "online_records",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("write_time", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "applied_versions",
        sa.Column("feature_group", sa.String(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )

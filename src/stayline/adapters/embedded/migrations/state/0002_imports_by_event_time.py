"""Imports are told apart by their event time, too, and tell which token key they used."""

import sqlalchemy as sa
from alembic import op

revision = "state_0002"
down_revision = "state_0001"


def upgrade() -> None:
    """Make the table anew, as SQLite cannot change a primary key."""
    op.rename_table("imports", "earlier_imports")
    if op.get_context().dialect.name == "postgresql":  # else the name of its key is taken
        op.execute("ALTER TABLE earlier_imports RENAME CONSTRAINT imports_pkey TO earlier_pkey")
    op.create_table(
        "imports",
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("schema_digest", sa.String(), nullable=False),
        sa.Column("event_time", sa.BigInteger()),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("completed_at", sa.BigInteger()),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("key_fingerprint", sa.String(32)),
    )
    op.create_index("ix_imports_file_digest", "imports", ["file_digest"])
    op.execute(
        "INSERT INTO imports (file_digest, schema_digest, event_time, started_at, completed_at, "
        "rows, rejected) SELECT file_digest, schema_digest, event_time, started_at, completed_at, "
        "rows, rejected FROM earlier_imports ORDER BY started_at"
    )
    op.drop_table("earlier_imports")

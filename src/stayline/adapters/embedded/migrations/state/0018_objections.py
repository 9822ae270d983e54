"""An objection beside an opt-out, how each came in and why, and when it was put down."""

import sqlalchemy as sa
from alembic import op

revision = "state_0018"
down_revision = "state_0017"


def upgrade() -> None:
    """Make the table anew, its kind part of the key: both kinds may begin at one instant."""
    op.rename_table("opt_outs", "opt_outs_before")
    if op.get_context().dialect.name == "postgresql":  # else the name of its key is taken
        op.execute("ALTER TABLE opt_outs_before RENAME CONSTRAINT opt_outs_pkey TO before_pkey")
    op.create_table(
        "opt_outs",
        sa.Column("token", sa.String(), primary_key=True),
        sa.Column("since", sa.BigInteger(), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True, server_default="opt_out"),
        sa.Column("until", sa.BigInteger()),
        sa.Column("channel", sa.String(), nullable=False, server_default="api"),
        sa.Column("reason", sa.String(), nullable=False, server_default=""),
        sa.Column("recorded_at", sa.BigInteger()),
    )
    op.execute(
        "INSERT INTO opt_outs (token, since, until) SELECT token, since, until FROM opt_outs_before"
    )
    op.drop_table("opt_outs_before")

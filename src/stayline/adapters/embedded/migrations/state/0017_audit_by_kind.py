"""Find audit events by what happened and when, without reading them all."""

from alembic import op

revision = "state_0017"
down_revision = "state_0016"


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_audit_events_kind_and_at", "audit_events", ["kind", "at"])

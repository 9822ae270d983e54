"""Find whom a manager leads without reading everybody."""

from alembic import op

revision = "directory_0002"
down_revision = "directory_0001"


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_people_by_manager", "people", ["manager", "token"])

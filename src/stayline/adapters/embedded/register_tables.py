"""The table of the governance register; each change here needs a migration beside it."""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

register_entries = sa.Table(
    "register_entries",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("entry_id", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("recorded_by", sa.String, nullable=False),
    sa.Column("content", sa.String, nullable=False),
    sa.Index("ix_register_entries_kind_and_id", "kind", "entry_id"),
    sa.Index("ix_register_entries_kind_and_subject", "kind", "subject"),
)

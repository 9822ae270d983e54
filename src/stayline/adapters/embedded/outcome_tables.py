"""The tables of labels; one row each time something new became known."""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

event_outcomes = sa.Table(
    "event_outcomes",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("event_id", sa.String, nullable=False, index=True),
    sa.Column("left", sa.Boolean, nullable=False),
    sa.Column("known_at", Instant, nullable=False, index=True),
)
person_outcomes = sa.Table(
    "person_outcomes",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("token", sa.String, nullable=False, index=True),
    sa.Column("seen_until", sa.Date, nullable=False),
    sa.Column("left_on", sa.Date),
    sa.Column("is_voluntary", sa.Boolean, nullable=False),
    sa.Column("known_at", Instant, nullable=False, index=True),
)

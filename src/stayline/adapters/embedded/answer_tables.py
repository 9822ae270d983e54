"""The tables of answers without their inputs.

Tokens stand in a table of their own that is only ever added to at its end and overwritten in place.
SQLite, when it divides or joins full pages, leaves copies of rows behind that a later deletion does
not reach, ``secure_delete`` or not; so no token may be in an index or in rows that are deleted.
"""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

answered_people = sa.Table(
    "answered_people",
    STATE,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("token", sa.String, nullable=False),
)
answers = sa.Table(
    "answers",
    STATE,
    sa.Column("event_id", sa.String, primary_key=True),
    sa.Column("inference_id", sa.String),
    sa.Column("inferred_at", Instant, nullable=False, index=True),
    sa.Column("person", sa.Integer, index=True),
    sa.Column("risk", sa.Float, nullable=False),
    sa.Column("model_version", sa.Integer, nullable=False),
    sa.Index("ix_answers_version_and_time", "model_version", "inferred_at"),
)

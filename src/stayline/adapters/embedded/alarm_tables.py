"""The tables of figures over time and of alarms; part of the state database."""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

metric_series = sa.Table(
    "metric_series",
    STATE,
    sa.Column("series", sa.Integer, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("dimensions", sa.String, nullable=False),
    sa.UniqueConstraint("name", "dimensions"),
)
metric_points = sa.Table(
    "metric_points",
    STATE,
    sa.Column("series", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("low", sa.Float),
    sa.Column("high", sa.Float),
    sa.Column("n", sa.BigInteger),
    sqlite_with_rowid=False,
)
alarms = sa.Table(
    "alarms",
    STATE,
    sa.Column("alarm", sa.String, primary_key=True),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("evaluated_at", Instant, nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("reason", sa.String, nullable=False),
)
alarm_transitions = sa.Table(
    "alarm_transitions",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("transition_id", sa.String, nullable=False, unique=True),
    sa.Column("alarm", sa.String, nullable=False, index=True),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("former", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("reason", sa.String, nullable=False),
)
alarm_deliveries = sa.Table(
    "alarm_deliveries",
    STATE,
    sa.Column("transition_id", sa.String, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Column("ended_at", Instant, index=True),
    sa.Column("problem", sa.String, nullable=False),
)
alarm_acknowledgements = sa.Table(
    "alarm_acknowledgements",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("alarm", sa.String, nullable=False, index=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

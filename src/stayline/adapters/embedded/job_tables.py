"""The tables of job runs and of who holds what; each change here needs a migration beside it."""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

job_runs = sa.Table(
    "job_runs",
    STATE,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("job", sa.String, nullable=False, index=True),
    sa.Column("scheduled_for", Instant, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("started_by", sa.String, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("message", sa.String, nullable=False),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("model_version", sa.Integer),
    sa.UniqueConstraint("job", "scheduled_for", "attempt", name="one_attempt"),
)
shared_locks = sa.Table(
    "shared_locks",
    STATE,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("holder", sa.String, primary_key=True),
    sa.Column("is_shared", sa.Boolean, nullable=False),
)

"""The tables of the embedded databases; each change here needs a migration beside it."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970 so that it sorts and keeps its zone."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Turn an aware instant into microseconds."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:
        """Turn microseconds into an instant in UTC."""
        return None if value is None else instant(value)


def microseconds(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """Return microseconds since 1970 as an instant in UTC."""
    return _EPOCH + number * _MICROSECOND


LONG_COUNT = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
"""SQLite's own whole numbers have room for any count, and are its row numbers."""

STATE = sa.MetaData()
DIRECTORY = sa.MetaData()
PROTECTED = sa.MetaData()
ONLINE = sa.MetaData()

audit_events = sa.Table(
    "audit_events",
    STATE,
    sa.Column("position", LONG_COUNT, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False, index=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("details", sa.String, nullable=False),
    sa.Column("link", sa.String(64), nullable=False),
    sa.Index("ix_audit_events_kind_and_at", "kind", "at"),
)
audit_journals = sa.Table(
    "audit_journals",
    STATE,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("absorbed", sa.BigInteger, nullable=False),
)
decisions = sa.Table(
    "decisions",
    STATE,
    sa.Column("decision_id", sa.String, primary_key=True),
    sa.Column("token", sa.String, nullable=False, index=True),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("decided_by", sa.String, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("prediction_id", sa.String),
    sa.Column("viewed_at", Instant),
    sa.Column("seen_band", sa.String),
    sa.Column("is_bulk", sa.Boolean),
    sa.Column("is_trained", sa.Boolean),
    sa.Index("ix_decisions_decided_by_and_at", "decided_by", "decided_at"),
)
opt_outs = sa.Table(
    "opt_outs",
    STATE,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("since", Instant, primary_key=True),
    sa.Column("kind", sa.String, primary_key=True, server_default="opt_out"),
    sa.Column("until", Instant),
    sa.Column("channel", sa.String, nullable=False, server_default="api"),
    sa.Column("reason", sa.String, nullable=False, server_default=""),
    sa.Column("recorded_at", Instant),
)
scores = sa.Table(
    "scores",
    STATE,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("risk", sa.Float, nullable=False, index=True),
    sa.Column("band", sa.String, nullable=False),
    sa.Column("reasons", sa.String, nullable=False),
    sa.Column("model_version", sa.Integer, nullable=False),
    sa.Column("model_digest", sa.String, nullable=False),
    sa.Column("scored_at", Instant, nullable=False, index=True),
    sa.Column("prediction_id", sa.String),
    sa.Column("base_risk", sa.Float),
    sa.Column("explained", sa.LargeBinary),
    sa.Column("run", sa.Integer),
    sa.Column("earlier_risk", sa.Float),
    sa.Column("earlier_version", sa.Integer),
    sa.Column("earlier_digest", sa.String),
    sa.Column("earlier_at", Instant),
)
explained_models = sa.Table(
    "explained_models",
    STATE,
    sa.Column("model_digest", sa.String, primary_key=True),
    sa.Column("inputs", sa.String, nullable=False),
)
scoring_runs = sa.Table(
    "scoring_runs",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("model_version", sa.Integer, nullable=False),
    sa.Column("model_digest", sa.String, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("after", sa.String, nullable=False),
    sa.Column("by_band", sa.String, nullable=False),
    sa.Column("opted_out", sa.Integer, nullable=False),
    sa.Column("gone", sa.Integer, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("outside", sa.Integer),
)
imports = sa.Table(
    "imports",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("file_digest", sa.String, nullable=False, index=True),
    sa.Column("schema_digest", sa.String, nullable=False),
    sa.Column("event_time", Instant),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("completed_at", Instant),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("key_fingerprint", sa.String(32)),
)
model_packages = sa.Table(
    "model_packages",
    STATE,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("trained_by", sa.String, nullable=False),
    sa.Column("trained_at", Instant, nullable=False),
    sa.Column("metrics", sa.String, nullable=False),
    sa.Column("decided_by", sa.String),
    sa.Column("decided_at", Instant),
    sa.Column("reason", sa.String),
    sa.Column("is_stand_in", sa.Boolean, nullable=False),
)
deployments = sa.Table(
    "deployments",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("deployed_by", sa.String, nullable=False),
    sa.Column("deployed_at", Instant, nullable=False),
)
pipeline_definitions = sa.Table(
    "pipeline_definitions",
    STATE,
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("document", sa.String, nullable=False),
)
pipeline_executions = sa.Table(
    "pipeline_executions",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("execution_id", sa.String, nullable=False, unique=True),
    sa.Column("pipeline_name", sa.String, nullable=False),
    sa.Column("definition_digest", sa.String, nullable=False),
    sa.Column("parameters", sa.String, nullable=False),
    sa.Column("started_by", sa.String, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("failure", sa.String),
    sa.Column("resumed_by", sa.String),
)
pipeline_steps = sa.Table(
    "pipeline_steps",
    STATE,
    sa.Column("execution_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("type", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("cache_key", sa.String, index=True),
    sa.Column("cached_from", sa.String),
    sa.Column("inputs", sa.String, nullable=False),
    sa.Column("properties", sa.String, nullable=False),
    sa.Column("failure", sa.String),
)
pipeline_outputs = sa.Table(
    "pipeline_outputs",
    STATE,
    sa.Column("execution_id", sa.String, primary_key=True),
    sa.Column("uri", sa.String, primary_key=True),
    sa.Column("step", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)
waivers = sa.Table(
    "waivers",
    STATE,
    sa.Column("waiver_id", sa.String, primary_key=True),
    sa.Column("gate", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("filed_by", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("filed_at", Instant, nullable=False),
    sa.Column("expires_on", sa.Date, nullable=False),
)
target_health = sa.Table(
    "target_health",
    STATE,
    sa.Column("target", sa.String, primary_key=True),
    sa.Column("failing_since", Instant, nullable=False),
    sa.Column("probed_at", Instant, nullable=False),
)
rollouts = sa.Table(
    "rollouts",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("rollout_id", sa.String, nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("from_version", sa.Integer),
    sa.Column("canary_percent", sa.Integer, nullable=False),
    sa.Column("started_by", sa.String, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("renewed_at", Instant, nullable=False),
    sa.Column("phase", sa.String, nullable=False),
    sa.Column("ended_at", Instant, index=True),
    sa.Column("outcome", sa.String, nullable=False),
)
workers = sa.Table(
    "workers",
    STATE,
    sa.Column("worker_id", sa.String, primary_key=True),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("has_left", sa.Boolean, nullable=False),
    sa.Column("rollout_id", sa.String, nullable=False),
    sa.Column("heartbeat", sa.String, nullable=False),
)

people = sa.Table(
    "people",
    DIRECTORY,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("event_time", Instant, primary_key=True),
    sa.Column("hr_id", sa.String, nullable=False),
    sa.Column("display_name", sa.String),
    sa.Column("manager", sa.String),
    sa.Index("ix_people_by_manager", "manager", "token"),
)

protected_attributes = sa.Table(
    "protected_attributes",
    PROTECTED,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("event_time", Instant, primary_key=True),
    sa.Column("attributes", sa.String, nullable=False),
)
protected_reads = sa.Table(
    "protected_reads",
    PROTECTED,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("purpose", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

feature_groups = sa.Table(
    "feature_groups",
    ONLINE,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("schema_toml", sa.String, nullable=False),
)
online_records = sa.Table(
    "online_records",
    ONLINE,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("event_time", sa.BigInteger, nullable=False),
    sa.Column("write_time", sa.BigInteger, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
)
last_days = sa.Table(
    "last_days",
    ONLINE,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("event_time", sa.BigInteger, nullable=False),
    sa.Column("write_time", sa.BigInteger, nullable=False),
    sa.Column("last_day", sa.BigInteger),
)
applied_versions = sa.Table(
    "applied_versions",
    ONLINE,
    sa.Column("feature_group", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)

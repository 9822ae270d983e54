"""The tables of API keys and granted roles; each change here needs a migration beside it."""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

api_keys = sa.Table(
    "api_keys",
    STATE,
    sa.Column("key_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("roles", sa.String, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.String, nullable=False),
    sa.Column("valid_until", Instant),
    sa.Column("last_used_on", sa.String(10)),
)
role_grants = sa.Table(
    "role_grants",
    STATE,
    sa.Column("grant_id", sa.String, primary_key=True),
    sa.Column("subject", sa.String, nullable=False, index=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("requested_by", sa.String, nullable=False),
    sa.Column("requested_at", Instant, nullable=False),
    sa.Column("granted_by", sa.String),
    sa.Column("granted_at", Instant),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_by", sa.String),
    sa.Column("revoked_at", Instant),
)

"""The table of rules that hold of all scoring; each change here needs a migration beside it."""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

scoring_rules = sa.Table(
    "scoring_rules",
    STATE,
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("is_in_force", sa.Boolean, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("scope", sa.String, nullable=False),
    sa.Column("until", Instant),
    sa.Index("ix_scoring_rules_rule_and_position", "rule", "position"),
)

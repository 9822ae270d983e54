"""The tables of token keys and of the tokens that people had under earlier ones."""

import sqlalchemy as sa

from stayline.adapters.embedded.tables import STATE, Instant

token_keys = sa.Table(
    "token_keys",
    STATE,
    sa.Column("fingerprint", sa.String(32), primary_key=True),
    sa.Column("made_at", Instant),
    sa.Column("current_since", Instant),
    sa.Column("replaced_at", Instant),
    sa.Column("settled_at", Instant),
)
token_aliases = sa.Table(
    "token_aliases",
    STATE,
    sa.Column("alias", sa.String, primary_key=True),
    sa.Column("token", sa.String, nullable=False, index=True),
    sa.Column("fingerprint", sa.String(32), nullable=False),
)

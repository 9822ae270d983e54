"""The token keys' book in SQLite: everything of one database changes tokens in one transaction."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.database import reading, scrub, writing
from stayline.adapters.embedded.portable_sql import insert_into
from stayline.adapters.embedded.quick_access import quick_row
from stayline.adapters.embedded.renaming import (
    RENAMED_TABLES,
    WITH_THE_KEY,
    begin_runs_anew,
    rename,
    rename_in_parts,
)
from stayline.adapters.embedded.shared_locks import is_shared_by_gateways
from stayline.adapters.embedded.tables import audit_events, imports, opt_outs
from stayline.adapters.embedded.token_aliases import link
from stayline.adapters.embedded.token_tables import token_aliases, token_keys
from stayline.domain.token_keys import TokenKey
from stayline.ports.token_key_book import KeyTraces


class SqliteTokenKeyBook:
    """Keeps one row a key and one an alias."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def current(self) -> str | None:
        """Return the fingerprint of the key that stands.

        Of a database that gateways share it is known from the first import on, so that one whose
        home has another key is told so, and makes none.
        """
        row = quick_row(self._engine, _CURRENT)
        if row is None and is_shared_by_gateways(self._engine):
            row = quick_row(self._engine, _IMPORTED_WITH)
        return None if row is None else row[0]

    def history(self) -> Sequence[TokenKey]:
        """Return every key, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(token_keys)).all()
        known = [TokenKey(**row._mapping) for row in rows]
        return sorted(known, key=lambda key: (key.made_at is not None, key.made_at))

    def begin(self, old: str, new: str, aliases: pl.DataFrame, *, at: datetime) -> None:
        """Note a key to come and everyone's aliases."""
        note = insert_into(self._engine.dialect, token_keys).on_conflict_do_nothing()
        with writing(self._engine) as connection:
            first = {"fingerprint": old, "current_since": _since(connection, at)}
            connection.execute(note.values(first))
            connection.execute(note.values({"fingerprint": new, "made_at": at}))
        link(self._engine, aliases)

    def switch(self, *, at: datetime) -> None:
        """Make the key to come the one that stands."""
        keys, is_to_come = token_keys.c, token_keys.c.current_since.is_(None)
        is_current = sa.and_(keys.current_since.is_not(None), keys.replaced_at.is_(None))
        with writing(self._engine) as connection:
            new = connection.execute(sa.select(keys.fingerprint).where(is_to_come)).scalar_one()
            old = connection.execute(sa.select(keys.fingerprint).where(is_current)).scalar_one()
            rename(connection, WITH_THE_KEY)
            begin_runs_anew(connection)
            connection.execute(sa.update(token_keys).where(is_current).values(replaced_at=at))
            connection.execute(sa.update(token_keys).where(is_to_come).values(current_since=at))
            theirs = sa.update(imports).where(imports.c.key_fingerprint == old)
            connection.execute(theirs.values(key_fingerprint=new))

    def settle(self, *, at: datetime | None) -> None:
        """Rename what was written under old tokens since."""
        is_open = sa.and_(token_keys.c.replaced_at.is_not(None), token_keys.c.settled_at.is_(None))
        rename_in_parts(self._engine)
        if at is not None:
            with writing(self._engine) as connection:
                connection.execute(sa.update(token_keys).where(is_open).values(settled_at=at))
        scrub(self._engine, *RENAMED_TABLES)

    def traces(self, fingerprint: str) -> KeyTraces:
        """Return what of a replaced key is left."""
        theirs = _aliases_of(fingerprint)
        known = sa.union(sa.select(token_aliases.c.alias), sa.select(token_aliases.c.token))
        with reading(self._engine) as connection:

            def count(table: sa.FromClause, where: sa.ColumnElement[bool]) -> int:
                counted = sa.select(sa.func.count()).select_from(table).where(where)
                return int(connection.execute(counted).scalar_one())

            return KeyTraces(
                aliases=count(token_aliases, token_aliases.c.fingerprint == fingerprint),
                audit_events=count(audit_events, audit_events.c.subject.in_(theirs)),
                opt_outs_alone=count(opt_outs, opt_outs.c.token.not_in(known)),
            )

    def retire(self, fingerprint: str) -> None:
        """Forget a replaced key, its aliases, and the opt-outs kept under these."""
        rename_in_parts(self._engine)
        with writing(self._engine) as connection:
            is_old = opt_outs.c.token.in_(_aliases_of(fingerprint))
            connection.execute(sa.delete(opt_outs).where(is_old))
            for table in (token_aliases, token_keys):
                connection.execute(sa.delete(table).where(table.c.fingerprint == fingerprint))
        scrub(self._engine, opt_outs, token_aliases, *RENAMED_TABLES)


_CURRENT = (
    "SELECT fingerprint FROM token_keys WHERE current_since IS NOT NULL AND replaced_at IS NULL"
)
_IMPORTED_WITH = (
    "SELECT key_fingerprint FROM imports WHERE key_fingerprint IS NOT NULL "
    "ORDER BY started_at DESC LIMIT 1"
)


def _aliases_of(fingerprint: str) -> sa.Select[tuple[str]]:
    return sa.select(token_aliases.c.alias).where(token_aliases.c.fingerprint == fingerprint)


def _since(connection: sa.Connection, at: datetime) -> datetime:
    """Return since when the first key has stood: the first import, as far as one is known."""
    first = connection.execute(sa.select(sa.func.min(imports.c.started_at))).scalar_one()
    return first or at

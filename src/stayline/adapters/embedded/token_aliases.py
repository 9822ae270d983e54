"""Tokens that people had under earlier keys, and opt-outs that stand under all of them."""

import json
from collections.abc import Mapping, Sequence

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.change_mark import OPT_OUTS, ChangeMark
from stayline.adapters.embedded.database import reading, scrub, writing
from stayline.adapters.embedded.portable_sql import ELEMENTS, insert_into
from stayline.adapters.embedded.quick_access import quick_all
from stayline.adapters.embedded.tables import opt_outs
from stayline.adapters.embedded.token_tables import token_aliases
from stayline.domain.pseudonyms import EmployeeToken

_PEOPLE_A_WRITE = 10_000


class TokenAliases:
    """Keeps one row an earlier token; ``token`` is the one that stands now."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._all = _KNOWN_AS.format(ELEMENTS[engine.dialect.name].format("?"))

    def known_as(self, token: EmployeeToken) -> tuple[EmployeeToken, ...]:
        """Return every token of the person, the one that stands first."""
        with reading(self._engine) as connection:
            return known_as(connection, token)

    def known_as_all(
        self, tokens: Sequence[EmployeeToken]
    ) -> Mapping[EmployeeToken, tuple[EmployeeToken, ...]]:
        """Return what `known_as` tells of each, in one statement however many there are."""
        names: dict[EmployeeToken, tuple[EmployeeToken, ...]] = {}
        for asked, current, older in quick_all(self._engine, self._all, (json.dumps(tokens),)):
            before = names.setdefault(asked, (current,))
            names[asked] = before if older is None else (*before, older)
        return names

    def link(self, aliases: pl.DataFrame) -> None:
        """Note ``alias``, ``token`` and the ``fingerprint`` of the alias's key; share opt-outs."""
        link(self._engine, aliases)

    def forget(self, token: EmployeeToken) -> None:
        """Remove what tells that a person's tokens are one person's."""
        is_theirs = token_aliases.c.token == token
        with writing(self._engine) as connection:
            connection.execute(sa.delete(token_aliases).where(is_theirs))
        scrub(self._engine, token_aliases)


def known_as(connection: sa.Connection, token: EmployeeToken) -> tuple[EmployeeToken, ...]:
    """Return every token of the person in a transaction under way, the one that stands first."""
    table = token_aliases
    newer = connection.execute(sa.select(table.c.token).where(table.c.alias == token))
    current = newer.scalar_one_or_none() or token
    older = connection.execute(
        sa.select(table.c.alias).where(table.c.token == current).order_by(table.c.alias)
    ).scalars()
    return EmployeeToken(current), *map(EmployeeToken, older)


def standing(connection: sa.Connection, tokens: pl.Series) -> pl.Series:
    """Return tokens with the one that stands now in the place of every earlier one."""
    table = token_aliases
    rows = connection.execute(sa.select(table.c.alias, table.c.token)).all()
    older, current = zip(*rows, strict=True) if rows else ((), ())
    return tokens.replace(older, current)


def link(engine: sa.Engine, aliases: pl.DataFrame) -> None:
    """Note aliases; earlier ones of the same people lead to the new token from now on.

    Some people at a time, each with their opt-outs, so that nobody who writes waits for all.
    """
    rows = aliases.select("alias", "token", "fingerprint")
    named = ChangeMark(engine, OPT_OUTS)
    for some in rows.iter_slices(_PEOPLE_A_WRITE):
        with named.changing() as connection:
            connection.exec_driver_sql(_NOTE, some.rows())
            connection.exec_driver_sql(_FOLLOW)
            for source, target in (("alias", "token"), ("token", "alias")):
                _share_opt_outs(connection, token_aliases.c[source], token_aliases.c[target])


_KNOWN_AS = """
WITH asked AS (SELECT DISTINCT value AS token FROM {} AS one),
named AS (
    SELECT asked.token AS asked, coalesce(newer.token, asked.token) AS current
    FROM asked LEFT JOIN token_aliases AS newer ON newer.alias = asked.token
)
SELECT named.asked, named.current, older.alias
FROM named LEFT JOIN token_aliases AS older ON older.token = named.current
ORDER BY named.asked, older.alias
"""
_NOTE = (
    "INSERT INTO token_aliases (alias, token, fingerprint) VALUES (?, ?, ?) "
    "ON CONFLICT (alias) DO UPDATE SET token = excluded.token "
    "WHERE token_aliases.token <> excluded.token"
)
_FOLLOW = (
    "UPDATE token_aliases SET token = newer.token FROM token_aliases AS newer "
    "WHERE newer.alias = token_aliases.token"
)
"""With the second rotation the tokens of the first key lead to those of the third."""


def _share_opt_outs(
    connection: sa.Connection, source: sa.Column[str], target: sa.Column[str]
) -> None:
    columns = [target if column.name == "token" else column for column in opt_outs.c]
    theirs = sa.select(*columns).where(opt_outs.c.token == source)
    known = [column.name for column in opt_outs.c]
    shared = insert_into(connection.dialect, opt_outs).from_select(known, theirs)
    connection.execute(shared.on_conflict_do_nothing())

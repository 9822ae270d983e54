"""Every column of the state database that names people and may change takes new tokens."""

from collections.abc import Sequence

import sqlalchemy as sa

from stayline.adapters.embedded.answer_tables import answered_people
from stayline.adapters.embedded.database import writing
from stayline.adapters.embedded.outcome_tables import person_outcomes
from stayline.adapters.embedded.register_tables import register_entries
from stayline.adapters.embedded.tables import decisions, opt_outs, scores, scoring_runs
from stayline.adapters.embedded.token_tables import token_aliases

WITH_THE_KEY = (decisions.c.token, register_entries.c.subject)
"""Written by people, so few, and asked for by token at once: they change with the key itself."""
AFTER_IT = (scores.c.token, answered_people.c.token, person_outcomes.c.token)
"""A row or more for everyone, so in parts: nobody who writes waits for all of them."""
RENAMED = (*WITH_THE_KEY, *AFTER_IT)
RENAMED_TABLES = (decisions, register_entries, scores, answered_people, person_outcomes)
_PEOPLE_A_WRITE = 2_000


def rename(connection: sa.Connection, columns: Sequence[sa.Column[str]]) -> None:
    """Put the token that stands in the place of every alias; once done, it changes nothing.

    Opt-outs are not renamed: they stand under all tokens of a person.
    """
    for column in columns:
        _rename(connection, column, sa.select(token_aliases.c.alias))


def rename_in_parts(engine: sa.Engine) -> None:
    """Rename everything, some people at a time; killed in between, the rest is done next time.

    A score that was kept for somebody who opted out in that moment goes.
    """
    with writing(engine) as connection:
        rename(connection, WITH_THE_KEY)
    barred = sa.select(opt_outs.c.token).where(opt_outs.c.until.is_(None))
    last = ""
    while True:
        some = (
            sa.select(token_aliases.c.alias)
            .where(token_aliases.c.alias > last)
            .order_by(token_aliases.c.alias)
            .limit(_PEOPLE_A_WRITE)
        )
        with writing(engine) as connection:
            those = connection.execute(some).scalars().all()
            if not those:
                break
            until = token_aliases.c.alias.between(those[0], those[-1])
            for column in AFTER_IT:
                _rename(connection, column, sa.select(token_aliases.c.alias).where(until))
            connection.execute(sa.delete(scores).where(scores.c.token.in_(barred)))
        last = those[-1]


def _rename(
    connection: sa.Connection, column: sa.Column[str], aliases: sa.Select[tuple[str]]
) -> None:
    newer = sa.select(token_aliases.c.token)
    content = register_entries.c.content
    current = newer.where(token_aliases.c.alias == column).scalar_subquery()
    values: dict[str, sa.ColumnElement[str]] = {column.name: current}
    if column is register_entries.c.subject:  # the record says whom it is about, too
        values[content.name] = sa.func.replace(content, column, current)
    if column.primary_key:
        _make_room(connection, column, aliases)
    connection.execute(sa.update(column.table).where(column.in_(aliases)).values(values))


def _make_room(
    connection: sa.Connection, column: sa.Column[str], aliases: sa.Select[tuple[str]]
) -> None:
    """Remove the rows that the renamed ones replace, where a person has one row alone.

    Of several under earlier tokens the one under the last of these stays.
    """
    earlier = column.table.alias("earlier")
    renamed = (
        sa.select(token_aliases.c.token, sa.func.max(token_aliases.c.alias).label("last"))
        .join(earlier, earlier.c[column.name] == token_aliases.c.alias)
        .where(token_aliases.c.alias.in_(aliases))
        .group_by(token_aliases.c.token)
        .subquery()
    )
    is_replaced = column.in_(sa.select(renamed.c.token))
    is_earlier = sa.and_(column.in_(aliases), column.not_in(sa.select(renamed.c.last)))
    connection.execute(sa.delete(column.table).where(sa.or_(is_replaced, is_earlier)))


def begin_runs_anew(connection: sa.Connection) -> None:
    """Let a run over everyone that was cut off begin anew: it goes by the order of tokens."""
    anew = {"after": "", "by_band": "{}", "opted_out": 0, "gone": 0}
    is_cut_off = scoring_runs.c.ended_at.is_(None)
    connection.execute(sa.update(scoring_runs).where(is_cut_off).values(anew))

"""Many rows into a table at once, where a repeated put must change nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.database import writing
from stayline.adapters.embedded.portable_sql import insert_into

CHUNK = 50_000
Carried = Callable[[Any], Mapping[str, sa.ColumnElement[Any]]]


def put_rows(engine: sa.Engine, table: sa.Table, rows: pl.DataFrame) -> int:
    """Insert rows, replace those whose key is there with other values; return how many changed.

    ``rows`` has the table's columns, instants as UTC datetimes; of two rows with one key the later
    one counts. All or nothing.
    """
    if rows.is_empty():
        return 0
    keys = [column.name for column in table.primary_key]
    instants = [name for name, kind in rows.schema.items() if isinstance(kind, pl.Datetime)]
    plain = (
        rows.select(column.name for column in table.columns)
        .with_columns(pl.col(name).dt.epoch("us") for name in instants)
        .unique(keys, keep="last", maintain_order=True)
        .sort(keys)
    )
    untyped = sa.table(table.name, *(sa.column(column.name) for column in table.columns))
    statement = str(upsert(engine, untyped, keys).compile(dialect=engine.dialect))
    with writing(engine) as connection:
        return sum(
            connection.exec_driver_sql(statement, chunk.rows()).rowcount
            for chunk in plain.iter_slices(CHUNK)
        )


def upsert(
    engine: sa.Engine,
    table: sa.TableClause,
    keys: list[str],
    *,
    newest_by: str | None = None,
    or_above: str | None = None,
    carried: Carried | None = None,
) -> sa.Insert:
    """Return an insert that updates the row whose key is already there.

    Only where a value differs, or, with ``newest_by``, where that column is no older; with
    ``or_above`` also where that column is empty or below the new one. ``carried`` gives, from the
    row as it comes in, what columns become that are not its own.
    """
    statement = insert_into(engine.dialect, table)
    new = statement.excluded
    made = {} if carried is None else carried(new)
    values = [column for column in table.columns if column.name not in {*keys, *made}]
    due = (
        sa.or_(*(column.is_distinct_from(new[column.name]) for column in values))
        if newest_by is None
        else table.c[newest_by] <= new[newest_by]
    )
    if or_above is not None:
        number = table.c[or_above]
        due = sa.or_(due, number.is_(None), number < new[or_above])
    updated: sa.Insert = statement.on_conflict_do_update(
        index_elements=keys,
        set_={column.name: new[column.name] for column in values} | dict(made),
        where=due,
    )
    return updated

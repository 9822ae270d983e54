"""Many rows into a table at once, where a repeated put must change nothing."""

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from stayline.adapters.embedded.database import writing

CHUNK = 50_000


def put_rows(engine: sa.Engine, table: sa.Table, rows: pl.DataFrame) -> int:
    """Insert rows, replace those whose key is there with other values; return how many changed.

    ``rows`` has the table's columns, instants as UTC datetimes. All or nothing.
    """
    if rows.is_empty():
        return 0
    instants = [name for name, kind in rows.schema.items() if isinstance(kind, pl.Datetime)]
    plain = rows.with_columns(pl.col(name).dt.epoch("us") for name in instants)
    statement = str(upsert(engine, _untyped(table)).compile(dialect=engine.dialect))
    with writing(engine) as connection:
        before = _changes(connection)
        for chunk in plain.iter_slices(CHUNK):
            named = chunk.select(column.name for column in table.columns)
            connection.exec_driver_sql(statement, named.rows())
        return _changes(connection) - before


def upsert(engine: sa.Engine, table: sa.Table) -> Insert:
    """Return an insert that, for a key already there, updates the other columns if they differ."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    values = [column for column in table.columns if not column.primary_key]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: statement.excluded[column.name] for column in values},
        where=sa.or_(*(column.is_distinct_from(statement.excluded[column.name]) for column in values)),
    )


def _untyped(table: sa.Table) -> sa.Table:
    """Return the table with instants as plain integers, as bulk rows carry them."""
    return sa.Table(
        table.name,
        sa.MetaData(),
        *(
            sa.Column(column.name, sa.Integer, primary_key=column.primary_key)
            for column in table.columns
        ),
    )


def _changes(connection: sa.Connection) -> int:
    return int(connection.execute(sa.text("SELECT total_changes()")).scalar_one())

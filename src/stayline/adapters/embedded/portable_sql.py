"""What SQLite and PostgreSQL say in different words."""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

ELEMENTS = {"sqlite": "json_each({})", "postgresql": "json_array_elements_text(CAST({} AS json))"}
"""What gives a row, its column ``value``, for each element of a list in JSON."""
_MONTHS = {
    "sqlite": "strftime('%Y%m', {} / 1000000, 'unixepoch')",
    "postgresql": "to_char(to_timestamp({} / 1000000) AT TIME ZONE 'UTC', 'YYYYMM')",
}


class _Elements(sa.sql.functions.GenericFunction[str]):
    inherit_cache = True
    name = "elements_of"


class month_of(sa.sql.functions.GenericFunction[str]):  # noqa: N801  (reads as a function)
    """The month, as a text that sorts, of an instant in microseconds since 1970."""

    inherit_cache = True
    type = sa.String()


def listed(values: Iterable[str]) -> sa.Select[tuple[str]]:
    """Return the distinct of so many values as there may be, told in one parameter.

    A statement has room for few parameters.
    """
    told = json.dumps(sorted(set(values)))
    return sa.select(_Elements(told).table_valued(sa.column("value", sa.String)).c.value)


def insert_into(dialect: sa.Dialect, table: sa.TableClause) -> Any:
    """Return an insert that can say what is to happen where a row is there already."""
    return (postgresql if dialect.name == "postgresql" else sqlite).insert(table)


@compiles(_Elements)
def _elements(element: _Elements, compiler: sa.sql.compiler.SQLCompiler, **keywords: Any) -> str:
    return ELEMENTS[compiler.dialect.name].format(compiler.process(element.clauses, **keywords))


@compiles(month_of)
def _month(element: month_of, compiler: sa.sql.compiler.SQLCompiler, **keywords: Any) -> str:
    return _MONTHS[compiler.dialect.name].format(compiler.process(element.clauses, **keywords))

"""Facts as the texts of a feature group's record, and back, to the last bit."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from stayline.adapters.aws.feature_names import COMMIT_ORDER, TRUE_SINCE, WRITTEN_AT
from stayline.ports.feature_store import EVENT_TIME, TOKEN, WRITE_TIME

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_READ: Mapping[type[pl.DataType], Callable[[str], Any]] = {
    pl.Float64: float,
    pl.Date: date.fromisoformat,
    pl.Boolean: "true".__eq__,
    pl.String: str,
}


def order_text(version: int) -> str:
    """Return a commit's place among all commits, in the one form of time that SageMaker orders by.

    >>> order_text(61)
    '2000-01-01T00:01:01Z'
    """
    return f"{_FIRST + timedelta(seconds=version):%Y-%m-%dT%H:%M:%SZ}"


def order_of(text: str) -> int:
    """Return the commit that `order_text` was told."""
    return round((datetime.fromisoformat(text) - _FIRST).total_seconds())


def record_texts(row: Mapping[str, Any], names: Mapping[str, str], version: int) -> dict[str, str]:
    """Return the features of a fact, without those that have no value."""
    values = {names[column]: _text(row[column]) for column in names if row[column] is not None}
    return values | {
        TOKEN: row[TOKEN],
        TRUE_SINCE: row[EVENT_TIME].isoformat(),
        WRITTEN_AT: row[WRITE_TIME].isoformat(),
        COMMIT_ORDER: order_text(version),
    }


def fact_row(
    record: Mapping[str, str], names: Mapping[str, str], columns: Mapping[str, pl.DataType]
) -> dict[str, Any]:
    """Return the fact of a record, every column of it."""
    return {
        TOKEN: record[TOKEN],
        EVENT_TIME: datetime.fromisoformat(record[TRUE_SINCE]),
        WRITE_TIME: datetime.fromisoformat(record[WRITTEN_AT]),
        **{
            column: _READ[type(columns[column])](record[name]) if name in record else None
            for column, name in names.items()
        },
    }


def _text(value: float | str | bool | date) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value)
    return value.isoformat() if isinstance(value, date) else value

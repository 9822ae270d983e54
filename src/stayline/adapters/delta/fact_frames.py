"""Frames of facts: their columns, their types, and which of them are the newest."""

from datetime import UTC, datetime

import polars as pl

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import SchemaMismatch
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    INSTANT,
    LABEL,
    LEFT_ON,
    OUTCOMES,
    TOKEN,
    WRITE_TIME,
    group_types,
)

GROUPS = (FEATURES, OUTCOMES)
CLOCKS = [TOKEN, EVENT_TIME, WRITE_TIME]


def fact_columns(group: str, schema: WorkforceSchema) -> dict[str, pl.DataType]:
    """Return the columns of a group's facts and their types, clocks first.

    Raises `SchemaMismatch` for a group that there is not.
    """
    if group not in GROUPS:
        raise SchemaMismatch(f"There is no feature group {group!r}.", f"Use one of {GROUPS}.")
    clocks = {TOKEN: pl.String(), EVENT_TIME: INSTANT, WRITE_TIME: INSTANT}
    return clocks | group_types(group, schema)


def typed_facts(
    group: str, rows: pl.DataFrame, written_at: datetime, columns: dict[str, pl.DataType]
) -> pl.DataFrame:
    """Return rows as facts: typed, with their write time, each key once, the last row's values.

    Raises `SchemaMismatch` for other columns, and for values of another kind.
    """
    expected = columns.keys() - {WRITE_TIME}
    if set(rows.columns) != expected:
        wrong = sorted(expected ^ set(rows.columns))
        raise SchemaMismatch(
            f"Rows for {group!r} and its schema differ in the columns {wrong}.",
            "Import with the schema that this home was made with.",
        )
    written = pl.lit(written_at.astimezone(UTC)).cast(INSTANT).alias(WRITE_TIME)
    try:
        typed = rows.with_columns(written).select(list(columns)).cast(pl.Schema(columns))
    except pl.exceptions.PolarsError as error:
        raise SchemaMismatch(
            f"Rows for {group!r} hold values of another kind than the schema says.",
            "Validate them against it first.",
        ) from error
    numbers = pl.col(pl.Float64).fill_nan(None)
    return typed.with_columns(numbers).unique([TOKEN, EVENT_TIME], keep="last", maintain_order=True)


def newest_facts(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the newest row of each person: the latest event time, then the latest write."""
    ordered = facts.sort(EVENT_TIME, WRITE_TIME)
    return ordered.unique(TOKEN, keep="last", maintain_order=True)


def last_day(outcomes: pl.DataFrame) -> pl.Expr:
    """Return the midnight that begins the last day; a label dates it by its own event time."""
    if LEFT_ON in outcomes.columns:
        return pl.col(LEFT_ON).cast(INSTANT)
    return pl.when(pl.col(LABEL)).then(pl.col(EVENT_TIME).dt.truncate("1d"))


def who_left(outcomes: pl.DataFrame, features: pl.DataFrame, *, at: datetime) -> set[str]:
    """Return whose last day has come, unless later features tell that the person is back.

    ``outcomes`` are the newest of each person, ``features`` the clocks of theirs.
    """
    days = outcomes.select(TOKEN, told=pl.col(EVENT_TIME), day=last_day(outcomes))
    seen = features.select(TOKEN, seen=pl.col(EVENT_TIME))
    is_back = (pl.col("seen") > pl.col("told")) & (
        pl.col("seen") >= pl.col("day").dt.offset_by("1d")
    )
    left = days.join(seen, on=TOKEN).filter(pl.col("day") <= at, ~is_back)
    return set(left[TOKEN])

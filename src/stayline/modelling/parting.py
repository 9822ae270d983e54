"""Where validated rows part ways: features, outcomes, protected attributes, names."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    LeavingWithin,
    Role,
    WorkforceSchema,
)
from stayline.modelling.validation import HR_ID, ValidatedRows
from stayline.ports.feature_store import EVENT_TIME, LABEL, LEFT_ON, REASON

_KEY = (HR_ID, EVENT_TIME)
_LARGEST_WHOLE = 2.0**53


@dataclass(frozen=True, slots=True)
class PartedRows:
    """One frame for each store, each with ``hr_id`` and ``event_time`` first.

    ``features`` leaves out rows after a person's last day. ``outcomes`` is None when the extract
    does not tell who left. ``protected`` has one text column an attribute; ``directory`` has
    ``display_name`` and ``manager`` (an HR id).
    """

    features: pl.DataFrame
    outcomes: pl.DataFrame | None
    protected: pl.DataFrame
    directory: pl.DataFrame


def part_rows(rows: ValidatedRows, schema: WorkforceSchema) -> PartedRows:
    """Return the good rows of a batch, split by the store that may hold each part."""
    keys = rows.keys.select(_KEY)
    outcomes = _outcomes(keys, rows.cells, schema)
    employed = _employed(outcomes, keys.height)
    features = rows.cells.select(column.name for column in schema.stored_columns)
    protected = rows.cells.select(_as_text(c) for c in schema.with_role(Role.PROTECTED))
    names = [
        _identity(rows.cells, schema, part, name)
        for part, name in (
            (IdentityPart.DISPLAY_NAME, "display_name"),
            (IdentityPart.MANAGER, "manager"),
        )
    ]
    return PartedRows(
        features=keys.hstack(features).filter(employed),
        outcomes=outcomes,
        protected=keys.hstack(protected).filter(employed),
        directory=keys.hstack(names),
    )


def _outcomes(
    keys: pl.DataFrame, cells: pl.DataFrame, schema: WorkforceSchema
) -> pl.DataFrame | None:
    outcome = schema.outcome
    if isinstance(outcome, LeavingWithin):
        if outcome.date_column not in cells.columns:
            return None
        return keys.with_columns(
            cells[outcome.date_column].alias(LEFT_ON),
            cells[outcome.reason_column].cast(pl.String).alias(REASON),
        )
    if outcome.column not in cells.columns:
        return None
    values = cells[outcome.column]
    positive = pl.Series(_positive(schema, outcome), dtype=values.dtype)
    return keys.with_columns(values.is_in(positive.implode()).alias(LABEL))


def _positive(schema: WorkforceSchema, outcome: LabelColumn) -> list[FieldValue]:
    """Return the values that mean "left", as checked cells hold them."""
    values: list[FieldValue] = []
    for column in (c for c in schema.columns if c.name == outcome.column):
        values += _accepted(column, outcome.positive)
    return values


def _accepted(column: Column, written: Iterable[str]) -> Iterable[FieldValue]:
    for value in written:
        try:
            yield checked_value(column, value)
        except FieldRefused:
            continue  # a value that the column cannot hold matches no row


def _employed(outcomes: pl.DataFrame | None, height: int) -> pl.Series:
    """Return which rows are no later than the person's last day."""
    if outcomes is None or LEFT_ON not in outcomes.columns:
        return pl.Series([True], dtype=pl.Boolean).new_from_index(0, height)
    has_left = outcomes[LEFT_ON] <= outcomes[EVENT_TIME].dt.date()
    return ~has_left.fill_null(False)


def _as_text(column: Column) -> pl.Expr:
    """Return a protected column as text; whole numbers without ``.0``."""
    value = pl.col(column.name)
    if column.kind is not Kind.NUMBER:
        return value.cast(pl.String)
    is_whole = (value == value.round()) & (value.abs() < _LARGEST_WHOLE)
    whole = value.cast(pl.Int64, strict=False).cast(pl.String)
    return pl.when(is_whole).then(whole).otherwise(value.cast(pl.String)).alias(column.name)


def _identity(
    cells: pl.DataFrame, schema: WorkforceSchema, part: IdentityPart, name: str
) -> pl.Series:
    column = next((c for c in schema.columns if c.part is part), None)
    if column is None:
        return pl.Series(name, [None], pl.String).new_from_index(0, cells.height)
    return cells[column.name].alias(name)

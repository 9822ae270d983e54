"""Rows of an extract, judged one by one: what a schema accepts lands, the rest is told why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    Role,
    WorkforceSchema,
)
from stayline.errors import SchemaMismatch
from stayline.modelling.cell_checks import CheckedCells, checked_cells
from stayline.ports.feature_store import EVENT_TIME, INSTANT

ROW = "row"
HR_ID = "hr_id"

_KEPT_ROLES = (Role.FEATURE, Role.PROTECTED, Role.SEGMENT)
_DIRECTORY_PARTS = (IdentityPart.DISPLAY_NAME, IdentityPart.MANAGER)


@dataclass(frozen=True, slots=True)
class ValidatedRows:
    """The good rows of a batch, and what is wrong with the others.

    ``keys`` has ``row`` (the header is row 1), ``hr_id`` and ``event_time``; ``cells`` the checked
    values of the same rows, named as in the schema. ``rejects`` has ``row``, ``column`` and
    ``reason``, with no value of an identity, protected or outcome column. ``empty`` counts rows
    without any value, which are neither good nor bad.
    """

    keys: pl.DataFrame
    cells: pl.DataFrame
    rejects: pl.DataFrame
    empty: int


def check_header(header: Sequence[str], schema: WorkforceSchema) -> tuple[str, ...]:
    """Return the extract's columns that the schema does not know, and that are left out.

    Raises `SchemaMismatch` naming every column that is missing. Only the outcome may be: then the
    extract can be scored, but not learned from.
    """
    missing = [column.name for column in _required(schema) if column.name not in header]
    if missing:
        raise SchemaMismatch(
            f"The extract has no column {', '.join(repr(name) for name in missing)}, which schema "
            f"{schema.name!r} needs.",
            "Check the file's first line, or name another schema.",
        )
    return tuple(name for name in header if schema.column(name) is None)


def has_outcome(header: Sequence[str], schema: WorkforceSchema) -> bool:
    """Return whether the extract tells who left."""
    return all(name in header for name in _outcome_names(schema))


def validate_rows(
    raw: pl.DataFrame,
    schema: WorkforceSchema,
    *,
    first_row: int,
    default_event_time: datetime | None,
    latest: datetime,
) -> ValidatedRows:
    """Return the rows of a batch, checked and typed, apart from those with any bad cell.

    ``first_row`` is the number of the batch's first row; ``default_event_time`` dates the rows when
    the schema has no event time; a row dated after ``latest`` is refused. The header has passed
    `check_header`.
    """
    values: dict[str, pl.Series] = {}
    refusals: list[pl.DataFrame] = []
    for column in _read_columns(raw.columns, schema):
        checked = checked_cells(column, raw[column.name])
        values[column.name] = checked.values
        refusals.append(_placed(column.name, checked.refusals))
        if column.name in (schema.record_identifier, schema.event_time):
            refusals.append(_every(_is_missing(checked), column.name, "is missing"))
    times = _event_times(schema, values, raw.height, default_event_time)
    if schema.event_time is not None:
        late = f"lies in the future: it is after {latest:%Y-%m-%d %H:%M} UTC"
        refusals.append(_every(times > latest, schema.event_time, late))
    empty = raw.select(pl.all_horizontal(pl.all().is_null())).to_series().arg_true()
    rejected = (
        pl.concat(refusals)
        .filter(~pl.col("place").is_in(empty.implode()))
        .sort("place", maintain_order=True)
    )
    bad = pl.concat([rejected["place"], empty.cast(pl.Int64)])
    is_good = pl.repeat(True, raw.height, eager=True).scatter(bad, False)
    keys = pl.DataFrame(
        {
            ROW: pl.int_range(first_row, first_row + raw.height, eager=True),
            HR_ID: values[schema.record_identifier],
            EVENT_TIME: times,
        }
    )
    kept = [values[column.name].alias(column.name) for column in _kept(raw.columns, schema)]
    return ValidatedRows(
        keys=keys.filter(is_good),
        cells=pl.DataFrame(kept).filter(is_good),
        rejects=rejected.select(pl.col("place").add(first_row).alias(ROW), "column", "reason"),
        empty=empty.len(),
    )


def _required(schema: WorkforceSchema) -> list[Column]:
    """Return the columns that every extract must have, in schema order."""
    needed = {schema.record_identifier, schema.event_time}
    return [
        column
        for column in schema.columns
        if column.name in needed or column.role in _KEPT_ROLES or column.part in _DIRECTORY_PARTS
    ]


def _outcome_names(schema: WorkforceSchema) -> tuple[str, ...]:
    outcome = schema.outcome
    if isinstance(outcome, LabelColumn):
        return (outcome.column,)
    return outcome.date_column, outcome.reason_column


def _read_columns(header: Sequence[str], schema: WorkforceSchema) -> list[Column]:
    """Return the columns to check; what identifies people is read as text, whatever its kind."""
    names = {column.name for column in _required(schema)}
    if has_outcome(header, schema):
        names.update(_outcome_names(schema))
    return [
        replace(column, kind=Kind.CATEGORY, categories=())
        if column.role is Role.IDENTITY
        else column
        for column in schema.columns
        if column.name in names
    ]


def _kept(header: Sequence[str], schema: WorkforceSchema) -> list[Column]:
    """Return the columns whose values some store keeps."""
    outcome = _outcome_names(schema)
    return [
        column
        for column in _read_columns(header, schema)
        if column.role in _KEPT_ROLES or column.part in _DIRECTORY_PARTS or column.name in outcome
    ]


def _event_times(
    schema: WorkforceSchema,
    values: dict[str, pl.Series],
    height: int,
    default_event_time: datetime | None,
) -> pl.Series:
    if schema.event_time is None:
        return pl.Series([default_event_time], dtype=INSTANT).new_from_index(0, height)
    return values[schema.event_time].cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _is_missing(checked: CheckedCells) -> pl.Series:
    """Return which cells hold nothing, not even something refused."""
    return checked.values.is_null().scatter(checked.refusals["place"], False)


def _every(is_bad: pl.Series, column: str, reason: str) -> pl.DataFrame:
    places = pl.DataFrame({"place": is_bad.arg_true()})
    return _placed(column, places.with_columns(reason=pl.lit(reason)))


def _placed(column: str, refusals: pl.DataFrame) -> pl.DataFrame:
    return refusals.select(
        pl.col("place").cast(pl.Int64), pl.lit(column).alias("column"), pl.col("reason")
    )

"""From the cells of a file to a frame that the model takes, or the line that stops it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from stayline.container.transform_inputs import Cells, RawRows
from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.workforce_schema import Column, Kind, Role, WorkforceSchema
from stayline.errors import PackageRefused, ProgramInputRefused
from stayline.modelling.cell_checks import checked_cells
from stayline.ports.feature_store import EVENT_TIME, INSTANT, TOKEN, polars_type

_DAY_OPTION = "TRANSFORM_AS_OF"


@dataclass(frozen=True, slots=True)
class RowReader:
    """Checks rows by the very rule of imports and requests (`stayline.domain.field_values`).

    ``as_of`` dates the rows of a file without a column ``event_time``.
    """

    inputs: tuple[Column, ...]
    event_time: Column | None
    as_of: datetime | None

    @classmethod
    def of(
        cls, names: Sequence[str], schema: WorkforceSchema, as_of: datetime | None
    ) -> "RowReader":
        """Return the reader of a model's inputs; raises `PackageRefused` if one is unknown."""
        columns = []
        for name in names:
            column = schema.column(name)
            if column is None or not column.is_model_input:
                raise PackageRefused(f"its schema has no input {name!r}.")
            columns.append(column)
        dated = schema.column(schema.event_time) if schema.event_time else None
        return cls(tuple(columns), dated, as_of)

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs, in order."""
        return tuple(column.name for column in self.inputs)

    def frame(self, raw: RawRows, file: str) -> pl.DataFrame:
        """Return token (empty), event time and inputs; raises `ProgramInputRefused`.

        The refusal names the first line that cannot be used and what was expected there, and quotes
        nothing. An input that the file does not have counts as missing.
        """
        problems: list[tuple[int, str, str]] = []
        given = [self._checked(column, raw, problems) for column in self.inputs]
        times = self._event_times(raw, file, problems)
        frame = pl.DataFrame(given).with_columns(times, pl.lit("").alias(TOKEN))
        refused = {place for place, _, _ in problems}
        problems += [problem for problem in self._empty(frame) if problem[0] not in refused]
        if problems:
            place, name, expected = min(problems)
            bad = len({place for place, _, _ in problems})
            more = f" ({bad} such rows in this part of the file)" if bad > 1 else ""
            where = ", ".join(filter(None, (f"{file}, line {raw.lines[place]}", name)))
            raise ProgramInputRefused(where, expected + more)
        return frame

    def _checked(
        self, column: Column, raw: RawRows, problems: list[tuple[int, str, str]]
    ) -> pl.Series:
        cells = raw.cells.get(column.name)
        if cells is None:
            nothing = pl.Series(column.name, [None], dtype=polars_type(column))
            return nothing.new_from_index(0, len(raw.lines))
        values, refused = _read(column, cells)
        problems += [(place, column.name, expected) for place, expected in refused]
        return values.alias(column.name)

    def _event_times(
        self, raw: RawRows, file: str, problems: list[tuple[int, str, str]]
    ) -> pl.Series:
        """Return when each row is true; no model without dates among its inputs asks."""
        if all(column.kind is not Kind.DATE for column in self.inputs):
            return pl.Series(EVENT_TIME, [None] * len(raw.lines), INSTANT)
        if self.event_time is not None and self.event_time.name in raw.cells:
            days = self._checked(self.event_time, raw, problems)
            missing = days.is_null().arg_true().to_list()
            known = {place for place, name, _ in problems if name == self.event_time.name}
            problems += [(p, self.event_time.name, "a date") for p in missing if p not in known]
            return days.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(EVENT_TIME)
        if self.as_of is None:
            told = "a day such as 2025-12-31: the model takes dates as days before it, and"
            raise ProgramInputRefused(_DAY_OPTION, f"{told} {file!r} does not date its rows")
        return pl.Series(EVENT_TIME, [self.as_of], INSTANT).new_from_index(0, len(raw.lines))

    def _empty(self, frame: pl.DataFrame) -> list[tuple[int, str, str]]:
        nothing = frame.select(pl.all_horizontal(pl.col(self.names).is_null())).to_series()
        return [(place, "", "a value for one input at least") for place in nothing.arg_true()]


def _read(column: Column, cells: Cells) -> tuple[pl.Series, list[tuple[int, str]]]:
    series = cells if isinstance(cells, pl.Series) else _plain(column, cells)
    if series is not None:
        checked = checked_cells(column, series)
        return checked.values, [
            (place, _without_value(column, reason))
            for place, reason in checked.refusals.iter_rows()
        ]
    values: list[object] = []
    refused = []
    for place, cell in enumerate(cells):
        try:
            values.append(checked_value(column, cell))
        except FieldRefused as refusal:
            values.append(None)
            refused.append((place, _without_value(column, refusal.without_text)))
    kept = polars_type(column)
    if kept == pl.Date:
        return pl.Series(values, dtype=pl.String).str.to_date("%Y-%m-%d"), refused
    return pl.Series(values, dtype=kept), refused


def _plain(column: Column, cells: list[object]) -> pl.Series | None:
    """Return cells of JSON as a series where that changes none, so that they are checked fast."""
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= {str}:
        return pl.Series(cells, dtype=pl.String)
    if column.kind is Kind.NUMBER and kinds <= {float}:
        return pl.Series(cells, dtype=pl.Float64)
    if column.kind is Kind.NUMBER and kinds <= {int, float}:
        try:
            return pl.Series([None if c is None else float(c) for c in cells], dtype=pl.Float64)  # type: ignore[arg-type]  # numbers
        except OverflowError:
            return None
    return None


def _without_value(column: Column, reason: str) -> str:
    """Return what was expected; a refused number is told in the reason, and left out here."""
    expected = reason.removeprefix("expected ")
    is_told = column.kind is Kind.NUMBER and column.role in (Role.FEATURE, Role.SEGMENT)
    return expected.rpartition(", got ")[0] if is_told and ", got " in expected else expected

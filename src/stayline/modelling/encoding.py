"""From checked values to the model's matrix: one spec for training, online and batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from stayline.domain.field_values import NO_YES
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Column, Kind
from stayline.errors import FieldProblem, RequestRefused
from stayline.ports.feature_store import EVENT_TIME

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float32]]

MOST_CATEGORIES = 64
FEWEST_ROWS_A_CATEGORY = 5
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One column as the model sees it; ``categories`` is its order or its one-hot columns.

    ``assumed`` stands in for a missing value: the median or the most frequent category of training.
    None where training itself had missing values, since then the trees learned what missing means.
    """

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()
    assumed: float | str | None = None

    @property
    def width(self) -> int:
        """How many encoded columns it takes."""
        return len(self.categories) if self.kind is Kind.CATEGORY else 1


@dataclass(frozen=True, slots=True)
class InputEncoder:
    """Encodes whole frames and single rows to the same bits.

    Numbers stay; an ordinal becomes its place in the order, a flag 0 or 1, a date the days before
    the event time, a category one column per known category (an unknown one is all zeros). A
    missing value is taken as ``assumed``; where there is none, it is NaN throughout.
    """

    inputs: tuple[ModelInput, ...]

    @classmethod
    def fit(cls, columns: Iterable[Column], frame: pl.DataFrame) -> "InputEncoder":
        """Return the encoder of these columns; categories the schema leaves open are learned.

        Learned are the most frequent categories, at most 64, each with at least 5 rows.
        """
        return cls(tuple(_fitted(column, frame) for column in columns))

    @property
    def names(self) -> list[str]:
        """The encoded columns, such as ``JobRole=Manager``."""
        return [
            f"{item.name}={category}" if item.kind is Kind.CATEGORY else item.name
            for item in self.inputs
            for category in (item.categories if item.kind is Kind.CATEGORY else ("",))
        ]

    @property
    def owners(self) -> np.ndarray:
        """For each encoded column the index of the input it comes from."""
        return np.repeat(np.arange(len(self.inputs)), [item.width for item in self.inputs])

    def encode_frame(self, frame: pl.DataFrame) -> Matrix:
        """Return the matrix of a frame that has the inputs and ``event_time``; one row each."""
        out = np.empty((frame.height, sum(item.width for item in self.inputs)), dtype=np.float32)
        at = 0
        for item in self.inputs:
            out[:, at : at + item.width] = _in_range(_frame_columns(item, frame))
            at += item.width
        return out

    def encode_rows(
        self, rows: Sequence[Mapping[str, FieldValue]], as_of: Sequence[datetime]
    ) -> Matrix:
        """Return the matrix of single rows; a name that is absent counts as missing."""
        encoded = [
            [cell for item in self.inputs for cell in _cells(item, _given(item, row), at)]
            for row, at in zip(rows, as_of, strict=True)
        ]
        cells = np.array(encoded, dtype=np.float64).reshape(len(rows), len(self.owners))
        return _in_range(cells).astype(np.float32)

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the values that are encoded to these cells; NaN and an unknown category are None.

        Beside a 1 an absent cell of a category counts as 0, since sparse rows leave zeros out.
        Raises `RequestRefused` with every input whose cells no value gives.
        """
        values: dict[str, FieldValue] = {}
        problems = []
        at = 0
        for item in self.inputs:
            own, at = cells[at : at + item.width], at + item.width
            try:
                values[item.name] = _decoded(item, own, as_of)
            except (ValueError, OverflowError):
                problems.append(FieldProblem(item.name, f"its cells are no {item.kind.value}"))
        if problems:
            raise RequestRefused(problems)
        return values


def _fitted(column: Column, frame: pl.DataFrame) -> ModelInput:
    assumed = _assumed(column, frame.get_column(column.name))
    if column.kind is Kind.FLAG:
        return ModelInput(column.name, column.kind, column.categories or NO_YES, assumed)
    if column.kind is not Kind.CATEGORY or column.categories:
        return ModelInput(column.name, column.kind, column.categories, assumed)
    counted = (
        frame.get_column(column.name)
        .drop_nulls()
        .value_counts()
        .filter(pl.col("count") >= FEWEST_ROWS_A_CATEGORY)
        .sort(["count", column.name], descending=[True, False])
        .head(MOST_CATEGORIES)
    )
    learned = tuple(sorted(counted.get_column(column.name)))
    return ModelInput(column.name, column.kind, learned, assumed)


def _assumed(column: Column, series: pl.Series) -> float | str | None:
    if series.is_empty() or series.null_count() or column.kind is Kind.DATE:
        return None
    if column.kind is Kind.NUMBER:
        median = series.median()
        return float(median) if isinstance(median, int | float) else None
    return str(series.mode().sort()[0])


def _given(item: ModelInput, row: Mapping[str, FieldValue]) -> FieldValue:
    value = row.get(item.name)
    return item.assumed if value is None else value


def _frame_columns(item: ModelInput, frame: pl.DataFrame) -> np.ndarray:
    series = frame.get_column(item.name)
    if item.assumed is not None:
        series = series.fill_null(item.assumed)
    if item.kind is Kind.CATEGORY:
        columns = [series.eq(category).cast(pl.Float64) for category in item.categories]
        if not columns:
            return np.empty((frame.height, 0))
        return np.column_stack([_filled(column) for column in columns])
    if item.kind is Kind.DATE:
        days = (frame.get_column(EVENT_TIME).dt.date() - series).dt.total_days()
        return _filled(days.cast(pl.Float64))[:, None]
    if item.kind is not Kind.NUMBER:
        places = {category: float(place) for place, category in enumerate(item.categories)}
        series = series.replace_strict(places, default=None, return_dtype=pl.Float64)
    return _filled(series)[:, None]


def _in_range(cells: np.ndarray) -> np.ndarray:
    """Keep numbers within float32, beyond which the trees refuse them as infinite."""
    return np.asarray(np.clip(cells, -_LARGEST, _LARGEST))


def _filled(series: pl.Series) -> np.ndarray:
    return series.fill_null(float("nan")).to_numpy()


def _cells(item: ModelInput, value: Any, as_of: datetime) -> Iterable[float]:
    if item.kind is Kind.CATEGORY:
        if value is None:
            return [float("nan")] * len(item.categories)
        return [float(value == category) for category in item.categories]
    if value is None:
        return (float("nan"),)
    if item.kind is Kind.NUMBER:
        return (float(value),)
    if item.kind is Kind.DATE:
        day = value if isinstance(value, date) else date.fromisoformat(value)
        return (float((as_of.date() - day).days),)
    known = value in item.categories
    return (float(item.categories.index(value)) if known else float("nan"),)


def _decoded(item: ModelInput, cells: Sequence[float], as_of: datetime) -> FieldValue:
    given = [cell for cell in cells if cell == cell]
    if item.kind is Kind.CATEGORY:
        if given.count(1) > 1 or any(cell not in (0, 1) for cell in given):
            raise ValueError
        return item.categories[list(cells).index(1)] if 1 in given else None
    if not given:
        return None
    (cell,) = given
    if item.kind is Kind.NUMBER:
        return cell
    if not cell.is_integer():
        raise ValueError
    if item.kind is Kind.DATE:
        return (as_of.date() - timedelta(days=int(cell))).isoformat()
    if not 0 <= cell < len(item.categories):
        raise ValueError
    return item.categories[int(cell)]

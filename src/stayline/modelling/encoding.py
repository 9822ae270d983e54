"""From checked values to the model's matrix: one spec for training, online and batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from stayline.domain.field_values import NO_YES
from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Column, Kind
from stayline.modelling.model_input import ModelInput
from stayline.modelling.row_encoding import LARGEST, RowEncoder
from stayline.ports.feature_store import EVENT_TIME

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float32]]

MOST_CATEGORIES = 64
FEWEST_ROWS_A_CATEGORY = 5


@dataclass(frozen=True, slots=True)
class InputEncoder:
    """Encodes whole frames and single rows to the same bits.

    Numbers stay; an ordinal becomes its place in the order, a flag 0 or 1, a date the days before
    the event time, a category one column per known category (an unknown one is all zeros). A
    missing value is taken as ``assumed``; where there is none, it is NaN throughout.
    """

    inputs: tuple[ModelInput, ...]
    _row_encoder: RowEncoder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_row_encoder", RowEncoder(self.inputs))

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
            for column in _frame_columns(item, frame):
                out[:, at] = _in_range(column)
                at += 1
        return out

    def encode_rows(
        self, rows: Sequence[Mapping[str, FieldValue]], as_of: Sequence[datetime]
    ) -> Matrix:
        """Return the matrix of single rows; a name that is absent counts as missing."""
        encode = self._row_encoder.encode
        cells = [encode(row, at) for row, at in zip(rows, as_of, strict=True)]
        return np.array(cells, dtype=np.float32).reshape(len(rows), self._row_encoder.width)

    def decode_row(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the values that are encoded to these cells; None is missing or unknown.

        Raises `RequestRefused` with every input whose cells no value gives.
        """
        return self._row_encoder.decode(cells, as_of)


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


def _frame_columns(item: ModelInput, frame: pl.DataFrame) -> Iterator[np.ndarray]:
    """Yield the encoded columns of an input one by one, as float64: together they are long."""
    series = frame.get_column(item.name)
    if item.assumed is not None:
        series = series.fill_null(item.assumed)
    if item.kind is Kind.CATEGORY:
        for category in item.categories:
            yield _filled(series.eq(category).cast(pl.Float64))
        return
    if item.kind is Kind.DATE:
        days = (frame.get_column(EVENT_TIME).dt.date() - series).dt.total_days()
        series = days.cast(pl.Float64)
    elif item.kind is not Kind.NUMBER:
        places = {category: float(place) for place, category in enumerate(item.categories)}
        series = series.replace_strict(places, default=None, return_dtype=pl.Float64)
    yield _filled(series)


def _in_range(cells: np.ndarray) -> np.ndarray:
    """Keep numbers within float32, beyond which the trees refuse them as infinite."""
    return np.asarray(np.clip(cells, -LARGEST, LARGEST))


def _filled(series: pl.Series) -> np.ndarray:
    return series.fill_null(float("nan")).to_numpy()

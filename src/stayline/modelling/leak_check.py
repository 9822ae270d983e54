"""Whether a model input knows the outcome that it is to predict: the last look before training."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import Column, Kind
from stayline.modelling.column_knowledge import (
    codings,
    folds_of,
    is_leak,
    knowledge,
    sampled_rows,
)
from stayline.ports.feature_store import EVENT_TIME

_PRECISION = 0.5
"""A training label looks the whole horizon ahead; what tells of the next weeks only is diluted."""


@dataclass(frozen=True, slots=True)
class LeakCheck:
    """How well one input alone, read the way that tells most, knows who left.

    ``auc`` is that of people it was not read from; ``precision`` and ``recall`` are those of
    singling out the values where most left; ``base_rate`` is the share of all who left.
    """

    column: str
    auc: float
    precision: float
    recall: float
    base_rate: float
    is_leak: bool


def leaking_inputs(
    frame: pl.DataFrame,
    columns: Iterable[Column],
    label: np.ndarray,
    person: np.ndarray,
    seed: int,
) -> list[LeakCheck]:
    """Return one check per column, in their order, by the rule that judges a whole extract.

    Only the precision asked for is lower, since there is no shorter span to hold a column against.
    ``label`` (n,) must hold both classes, ``person`` (n,) are numbers from 0 or 1. ``frame`` needs
    ``event_time`` where a column is a date. Large frames are judged on a seeded sample of people
    (100,000 rows).
    """
    rows = sampled_rows(person, seed)
    fold, left = folds_of(person, seed)[rows], label[rows].astype(bool)
    sample = frame[rows]
    return [_checked(column, sample, fold, left) for column in columns]


def _checked(column: Column, frame: pl.DataFrame, fold: np.ndarray, left: np.ndarray) -> LeakCheck:
    values = frame.get_column(column.name)
    at = None
    if column.kind is Kind.DATE:
        at = frame.get_column(EVENT_TIME).dt.date()
    elif column.kind is Kind.NUMBER:
        values = values.cast(pl.Float64).fill_nan(None)
    read = []
    for codes, by_value in codings(column.name, values, at):
        told = knowledge(codes, fold, left)
        read.append((is_leak(told, left, by_value=by_value, precision=_PRECISION), told))
    convicted, told = max(read, key=lambda one: (one[0], one[1].auc))
    return LeakCheck(column.name, told.auc, told.precision, told.recall, told.base_rate, convicted)

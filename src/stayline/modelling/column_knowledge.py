"""How much one column by itself knows of who left, judged on people it was not read from."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.sensitive_columns import looks_protected

TELLING_AUC = 0.92
"""Honest columns stay below: age, where retirement counts as leaving, reaches .88 by itself."""
TELLING_PRECISION = 0.6
_TELLING_LIFT, _TELLING_RECALL = 5.0, 0.2
FEWEST_WHO_LEFT = 20
_FOLDS = 5
_PRIOR_ROWS = 10.0
_BINS = 64
_SAMPLED_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Knowledge:
    """How well one column alone answers a question about people it was not read from."""

    auc: float
    precision: float
    recall: float
    base_rate: float


def knowledge(codes: np.ndarray, fold: np.ndarray, left: np.ndarray) -> Knowledge:
    """Return what the codes of a column (integers from 0) tell about ``left``, held out by fold.

    >>> left = np.array([True, False] * 50)
    >>> told = knowledge(left.astype(int), np.arange(100) // 20, left)
    >>> told.auc, told.precision, told.recall
    (1.0, 1.0, 1.0)
    """
    width = int(codes.max()) + 1
    key = fold * width + codes
    size = np.bincount(key, minlength=_FOLDS * width).reshape(_FOLDS, width).astype(float)
    hits = np.bincount(key, weights=left, minlength=_FOLDS * width).reshape(_FOLDS, width)
    base = float(left.mean())
    others, other_hits = size.sum(0) - size, hits.sum(0) - hits
    score = (other_hits + _PRIOR_ROWS * base) / (others + _PRIOR_ROWS)
    said = score >= 0.5
    claimed = max(float(size[said].sum()), 1.0)
    return Knowledge(
        auc=_auc(score.ravel(), size.ravel(), hits.ravel()),
        precision=float(hits[said].sum()) / claimed,
        recall=float(hits[said].sum()) / float(hits.sum()),
        base_rate=base,
    )


def is_leak(
    told: Knowledge,
    left: np.ndarray,
    *,
    by_value: bool,
    precision: float = TELLING_PRECISION,
) -> bool:
    """Return whether a column knows more of ``left`` than an honest one does.

    It does when it all but sorts people; or, ``by_value``, when a set of its values singles out
    many of those who left, with at least this precision and five times the base rate.
    """
    return told.auc >= TELLING_AUC or bool(
        by_value
        and told.precision >= max(precision, min(_TELLING_LIFT * told.base_rate, 0.98))
        and told.recall >= _TELLING_RECALL
        and told.recall * left.sum() >= FEWEST_WHO_LEFT
    )


def sampled_rows(person: np.ndarray, seed: int) -> np.ndarray:
    """Return the positions of all rows, or of about 100,000 rows of people drawn whole."""
    if person.size <= _SAMPLED_ROWS:
        return np.arange(person.size)
    luck = np.random.default_rng(seed).random(int(person.max()) + 1)
    return np.flatnonzero(luck[person] < _SAMPLED_ROWS / person.size)


def folds_of(person: np.ndarray, seed: int) -> np.ndarray:
    """Return the fold of each row, 0 to 4, all rows of a person (a number) in the same one."""
    folds = np.random.default_rng(seed).integers(0, _FOLDS, int(person.max()) + 1)
    return np.asarray(folds[person])


def codings(
    name: str, values: pl.Series, at: pl.Series | None
) -> Iterator[tuple[np.ndarray, bool]]:
    """Yield the ways to read a column, each with whether a set of its values may convict it.

    ``values`` is Float64, Date or text; ``at`` the times of the rows, to which a date is held. A
    threshold on a quantity, such as the age of retirement, is no set of values.
    """
    if values.null_count():
        yield values.is_null().to_numpy().astype(np.int64), True
    if values.dtype == pl.Date:
        yield _binned(values.cast(pl.Int32)), False
        if at is not None:
            yield _binned((at - values).dt.total_days()), False
    elif values.dtype == pl.Float64:
        yield _binned(values), False
    else:
        codes = values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
        yield codes, not looks_protected(name)


def _auc(score: np.ndarray, size: np.ndarray, hits: np.ndarray) -> float:
    """Return the area under the ROC curve of grouped rows; equal scores count half."""
    _, place = np.unique(score.round(12), return_inverse=True)
    positives = np.bincount(place, weights=hits)
    negatives = np.bincount(place, weights=size - hits)
    below = np.cumsum(negatives) - negatives
    pairs = positives.sum() * negatives.sum()
    return float((positives * (below + negatives / 2)).sum() / pairs) if pairs else 0.5


def _binned(values: pl.Series) -> np.ndarray:
    """Return 0 where missing, else the number of the value or of its quantile bin from 1."""
    known = values.drop_nulls()
    if known.n_unique() <= _BINS:
        return values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    edges = np.unique(np.quantile(known.to_numpy(), np.linspace(0, 1, _BINS + 1)[1:-1]))
    places = np.searchsorted(edges, values.fill_null(0).to_numpy(), side="right") + 1
    return np.where(values.is_null().to_numpy(), 0, places)

"""The flip test: would people like these, of the other groups, have been flagged?"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from polars import selectors

from stayline.modelling.fairness.tables import Grouping

MOST_ROWS = 10_000
_NEIGHBOURS, _FEW_NEIGHBOURS, _FEW_ROWS = 5, 1, 9


@dataclass(frozen=True, slots=True)
class Flips:
    """The flip test of one group, on ``n`` of its rows; ``value`` is None for the ``error``."""

    value: float | None
    n: int
    error: str = ""


def flip_tests(
    features: pl.DataFrame, flagged: np.ndarray, groups: Grouping, rng: np.random.Generator
) -> tuple[Flips, ...]:
    """Return the flip test of each group, as Clarify defines it (FT).

    It is the share of the group that is clear where people like them in the other groups are
    flagged, less the share that is flagged where those are clear. People like them are the 5
    nearest rows by Euclidean distance over the numeric features as they are, which vote; a missing
    number is taken as the median. Judged on a seeded sample of 10,000 rows where there are more.
    """
    known = np.flatnonzero(groups.codes >= 0)
    if len(known) > MOST_ROWS:
        known = np.sort(rng.choice(known, MOST_ROWS, replace=False))
    points, codes = _numbers(features[known]), groups.codes[known]
    is_clear = flagged[known] == 0
    return tuple(_flips(points, is_clear, codes == at) for at in range(len(groups.names)))


def _numbers(features: pl.DataFrame) -> np.ndarray:
    numbers = features.select(selectors.numeric() | selectors.boolean()).cast(pl.Float64)
    known = numbers.fill_nan(None)
    return known.with_columns(pl.all().fill_null(pl.all().median()).fill_null(0)).to_numpy()


def _flips(points: np.ndarray, is_clear: np.ndarray, is_in_group: np.ndarray) -> Flips:
    from sklearn.neighbors import KNeighborsClassifier

    n = int(is_in_group.sum())
    if not points.shape[1]:
        return Flips(None, n, "No input is a number, and the flip test knows no other distance.")
    if n in (0, len(points)):
        return Flips(None, n, "There are no rows on one side of the comparison.")
    others = len(points) - n
    nearest = KNeighborsClassifier(_NEIGHBOURS if others > _FEW_ROWS else _FEW_NEIGHBOURS)
    nearest.fit(points[~is_in_group], is_clear[~is_in_group])
    as_others = nearest.predict(points[is_in_group])
    own = is_clear[is_in_group]
    flips = int((own & ~as_others).sum()) - int((~own & as_others).sum())
    return Flips(flips / n, n)

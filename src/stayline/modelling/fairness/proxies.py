"""Whether the model's inputs tell a protected attribute that the model itself never sees."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from stayline.modelling.evaluation import Estimate, roc_auc_estimate
from stayline.modelling.fairness.tables import Grouping

if TYPE_CHECKING:
    import xgboost as xgb

MOST_ROWS = 5_000
FEWEST_PEOPLE = 20
_FOLDS = 3
_ROUNDS = 60
_TELLING = 3
_PARAMETERS = {
    "objective": "binary:logistic",
    "eta": 0.2,
    "max_depth": 3,
    "max_bin": 64,
    "min_child_weight": 3,
    "nthread": 1,
}


@dataclass(frozen=True, slots=True)
class ProxyTest:
    """How well the inputs tell one group from all others: ROC AUC on people not learned from.

    .5 is chance, 1 is certainty. ``inputs`` are the three that tell most, by gain, best first.
    ``roc_auc`` is None where either side has too few people; ``note`` says so.
    """

    facet: str
    group: str
    n: int
    roc_auc: Estimate | None
    inputs: tuple[str, ...]
    note: str = ""


def proxy_tests(
    features: pl.DataFrame, person: np.ndarray, groups: Grouping, rng: np.random.Generator
) -> tuple[ProxyTest, ...]:
    """Return the test of each group; of two groups only the first, since the other's is the same.

    Small boosted trees learn on two thirds of the people and are judged on the last, in turn, on a
    seeded sample of 5,000 rows of known group where there are more. The interval is that of the
    people judged; other people to learn from would have made somewhat other trees.
    """
    known = np.flatnonzero(groups.codes >= 0)
    if len(known) > MOST_ROWS:
        known = np.sort(rng.choice(known, MOST_ROWS, replace=False))
    names = groups.names[:1] if len(groups.names) == 2 else groups.names
    inputs = _Inputs.of(features[known])
    return tuple(
        _proxy_test(inputs, person[known], groups.codes[known] == at, groups.facet, name, rng)
        for at, name in enumerate(names)
    )


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The inputs as the trees take them: numbers, and codes of categories."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    cells: np.ndarray

    @classmethod
    def of(cls, features: pl.DataFrame) -> "_Inputs":
        is_number = [dtype.is_numeric() or dtype == pl.Boolean for dtype in features.dtypes]
        is_time = [dtype.is_temporal() for dtype in features.dtypes]
        columns = [
            column.to_physical() if time else column if number else column.rank("dense")
            for column, number, time in zip(features, is_number, is_time, strict=True)
        ]
        kinds = (
            "q" if number or time else "c" for number, time in zip(is_number, is_time, strict=True)
        )
        cells = [column.cast(pl.Float64).fill_null(float("nan")).to_numpy() for column in columns]
        return cls(tuple(features.columns), tuple(kinds), np.column_stack(cells))

    def matrix(self, rows: np.ndarray, label: np.ndarray | None = None) -> "xgb.DMatrix":
        import xgboost as xgb

        return xgb.DMatrix(
            self.cells[rows],
            label=label,
            feature_types=list(self.kinds),
            enable_categorical=True,
            nthread=1,
        )


def _proxy_test(
    inputs: _Inputs,
    person: np.ndarray,
    is_in_group: np.ndarray,
    facet: str,
    group: str,
    rng: np.random.Generator,
) -> ProxyTest:
    import xgboost as xgb

    n = int(is_in_group.sum())
    if min(len(np.unique(person[side])) for side in (is_in_group, ~is_in_group)) < FEWEST_PEOPLE:
        note = f"not judged: one side has fewer than {FEWEST_PEOPLE} people"
        return ProxyTest(facet, group, n, None, (), note)
    told, gain = np.empty(len(person)), np.zeros(len(inputs.names))
    fold = _folds(person, is_in_group, rng)
    for number in range(_FOLDS):
        learn, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        trees = xgb.train(_PARAMETERS, inputs.matrix(learn, is_in_group[learn]), _ROUNDS)
        told[held] = trees.predict(inputs.matrix(held), output_margin=True)
        for name, score in trees.get_score(importance_type="total_gain").items():
            gain[int(name.removeprefix("f"))] += score
    best = [at for at in np.argsort(-gain, kind="stable")[:_TELLING].tolist() if gain[at] > 0]
    auc = roc_auc_estimate(is_in_group.astype(np.int64), told, person, rng)
    return ProxyTest(facet, group, n, auc, tuple(inputs.names[at] for at in best))


def _folds(person: np.ndarray, is_in_group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a fold for each row: whole people, dealt out evenly to either side."""
    people, number = np.unique(person, return_inverse=True)
    is_inside = np.bincount(number, weights=is_in_group) > 0
    order = np.lexsort((rng.random(len(people)), is_inside))
    fold = np.empty(len(people), dtype=np.int64)
    fold[order] = np.arange(len(people)) % _FOLDS
    return np.asarray(fold[number])

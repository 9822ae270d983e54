"""The figures of the flags themselves, as model-quality files tell them."""

from collections.abc import Callable

import numpy as np

from stayline.formats.data_statistics import Count, Dataset
from stayline.formats.model_quality import (
    BinaryClassificationMetrics,
    Figure,
    ModelQualityConstraints,
    ModelQualityStatistics,
    Number,
    PrecisionRecallCurve,
    RocCurve,
    Threshold,
)

FEWEST_ROWS = 200
DRAWS = 200
_POINTS = 101
_DEVIATIONS = 2.0
_CELLS_AT_ONCE = 4_000_000
_CONSTANT = "_best_constant_classifier"
_WORSE_ABOVE = ("false_positive_rate", "false_negative_rate")
_HELD = (
    "recall", "precision", "accuracy", "true_positive_rate", "true_negative_rate",
    "false_positive_rate", "false_negative_rate", "auc", "f0_5", "f1", "f2",
)  # fmt: skip

Figures = dict[str, np.ndarray]
"""Each figure by name, one value per draw."""


def model_quality(
    label: np.ndarray,
    risk: np.ndarray,
    person: np.ndarray,
    *,
    alert_from: float,
    rng: np.random.Generator,
) -> ModelQualityStatistics:
    """Return the figures of flagging whoever has a risk of ``alert_from`` or more.

    ``label`` (n,) must hold both classes, ``person`` (n,) numbers people.
    ``risk`` is (n,) or, for repeated out-of-fold runs, (repeats, n), whose figures and counts are
    averaged. Standard deviations come from 200 bootstrap draws of whole people, where there are at
    least 200 rows; the service itself takes five draws of 80 % of the rows.
    """
    runs = [_Run(label, row, alert_from) for row in np.atleast_2d(risk)]

    def figures(weights: np.ndarray) -> Figures:
        told = [run.figures(weights) for run in runs]
        return {name: np.mean([one[name] for one in told], axis=0) for name in told[0]}

    point = figures(np.ones((1, len(label))))
    deviation = _deviations(figures, person, rng) if len(label) >= FEWEST_ROWS else {}
    told = {
        name: Figure(_number(float(value[0])), _number(deviation.get(name, np.nan)))
        for name, value in point.items()
    }
    counts = np.mean([run.counts for run in runs], axis=0)
    grid = np.linspace(0, 1, _POINTS)
    rise = np.mean([run.roc(grid) for run in runs], axis=0)
    fall = np.mean([run.precision_at(grid) for run in runs], axis=0)
    return ModelQualityStatistics(
        dataset=Dataset(len(label)),
        binary_classification_metrics=BinaryClassificationMetrics(
            confusion_matrix={
                str(actual): {str(said): _count(float(counts[actual, said])) for said in (0, 1)}
                for actual in (0, 1)
            },
            receiver_operating_characteristic_curve=RocCurve(
                (0.0, *grid.tolist()), (0.0, *rise.tolist())
            ),
            precision_recall_curve=PrecisionRecallCurve(tuple(fall.tolist()), tuple(grid.tolist())),
            **told,
        ),
    )


def model_quality_constraints(statistics: ModelQualityStatistics) -> ModelQualityConstraints:
    """Return thresholds that the same model would rarely cross by luck on as many rows.

    Each lies two standard deviations on the worse side of the figure, or at the figure itself where
    none is known. A figure that is not defined gets none.
    """
    found = {}
    for name in _HELD:
        figure: Figure = getattr(statistics.binary_classification_metrics, name)
        if figure.value == "NaN":
            continue
        spread = 0.0 if figure.standard_deviation == "NaN" else float(figure.standard_deviation)
        is_above = name in _WORSE_ABOVE
        limit = float(figure.value) + (1 if is_above else -1) * _DEVIATIONS * spread
        found[name] = Threshold(
            min(1.0, max(0.0, limit)), "GreaterThanThreshold" if is_above else "LessThanThreshold"
        )
    return ModelQualityConstraints(found)


class _Run:
    """One run's risks, sorted once, so that a draw is a few sums."""

    def __init__(self, label: np.ndarray, risk: np.ndarray, alert_from: float) -> None:
        is_positive, is_flagged = label.astype(bool), risk >= alert_from
        self._cells = np.column_stack(
            [~is_positive & ~is_flagged, ~is_positive & is_flagged,
             is_positive & ~is_flagged, is_positive & is_flagged]
        ).astype(np.float64)  # fmt: skip
        self._order = np.argsort(-risk, kind="stable")
        self._is_positive = is_positive[self._order].astype(np.float64)
        self._ends = np.flatnonzero(np.r_[np.diff(risk[self._order]) != 0, True])

    @property
    def counts(self) -> np.ndarray:
        """How many rows there are by [actual, flagged]."""
        return np.asarray(self._cells.sum(axis=0).reshape(2, 2))

    def figures(self, weights: np.ndarray) -> Figures:
        """Return every figure of each draw of ``weights`` (draws, n)."""
        spared, false, missed, found = (weights @ self._cells).T
        left, seen = self._cumulative(weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                **_rates(spared, false, missed, found, ""),
                **_rates(0 * spared, spared + false, 0 * missed, missed + found, _CONSTANT),
                "true_positive_rate": found / (found + missed),
                "true_negative_rate": spared / (spared + false),
                "false_positive_rate": false / (spared + false),
                "false_negative_rate": missed / (found + missed),
                "auc": _area(left, seen - left),
            }

    def roc(self, grid: np.ndarray) -> np.ndarray:
        """Return the true positive rate at each false positive rate, as high as it gets there."""
        left, seen = self._cumulative(np.ones((1, len(self._order))))
        rate, start = np.unique((seen - left)[0, ::-1] / (seen - left)[0, -1], return_index=True)
        reached = left[0, ::-1][start] / left[0, -1]
        return np.asarray(np.interp(grid, np.r_[0.0, rate], np.r_[0.0, reached]))

    def precision_at(self, grid: np.ndarray) -> np.ndarray:
        """Return the precision at the highest threshold that finds each share; 1 at nought."""
        left, seen = self._cumulative(np.ones((1, len(self._order))))
        first = np.searchsorted(left[0] / left[0, -1], grid)
        return np.asarray(np.where(grid == 0, 1.0, (left / seen)[0, first]))

    def _cumulative(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how many left and how many there are down to each distinct risk."""
        weights = weights[:, self._order]
        left = np.cumsum(weights * self._is_positive, axis=1)[:, self._ends]
        return left, np.cumsum(weights, axis=1)[:, self._ends]


def _rates(
    spared: np.ndarray, false: np.ndarray, missed: np.ndarray, found: np.ndarray, suffix: str
) -> Figures:
    """Return the figures of one confusion matrix per draw."""

    def f(beta: float) -> np.ndarray:
        twice = (1 + beta**2) * found
        return np.asarray(twice / (twice + beta**2 * missed + false))

    right = (found + spared) / (found + spared + false + missed)
    told = {
        "recall": found / (found + missed), "precision": found / (found + false),
        "accuracy": right, "f0_5": f(0.5), "f1": f(1), "f2": f(2),
    }  # fmt: skip
    return {name + suffix: value for name, value in told.items()}


def _area(left: np.ndarray, stayed: np.ndarray) -> np.ndarray:
    """Return the area under the ROC curve of cumulative counts; ties count half."""
    zero = np.zeros((len(left), 1))
    height = left - np.diff(left, axis=1, prepend=zero) / 2
    width = np.diff(stayed, axis=1, prepend=zero)
    return np.asarray((width * height).sum(axis=1) / (left[:, -1] * stayed[:, -1]))


def _deviations(
    figures: Callable[[np.ndarray], Figures], person: np.ndarray, rng: np.random.Generator
) -> dict[str, float]:
    """Return each figure's standard deviation over the draws of people that define it."""
    codes = np.unique(person, return_inverse=True)[1]
    people = int(codes.max()) + 1
    batch = max(1, min(DRAWS, _CELLS_AT_ONCE // len(codes)))
    drawn = []
    for start in range(0, DRAWS, batch):
        counts = rng.multinomial(people, np.full(people, 1 / people), min(batch, DRAWS - start))
        drawn.append(figures(counts[:, codes].astype(np.float64)))
    every = {name: np.concatenate([one[name] for one in drawn]) for name in drawn[0]}
    known = {name: values[np.isfinite(values)] for name, values in every.items()}
    return {name: float(values.std(ddof=1)) for name, values in known.items() if len(values) > 1}


def _count(value: float) -> Count:
    """Return a whole count as the integer it is; a mean of several runs may be none."""
    return int(value) if value.is_integer() else value


def _number(value: float) -> Number:
    return value if np.isfinite(value) else "NaN"

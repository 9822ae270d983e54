"""How good the probabilities are, each figure with its interval."""

from dataclasses import dataclass

import numpy as np

DRAWS = 400
LEVEL = 0.95
BINS = 10
TOP_SHARES = (0.05, 0.10, 0.20)
_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its bootstrap percentile interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """One tenth of the rows by risk: how many, what was said, what came true."""

    count: int
    mean_risk: float
    rate: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every figure on one set of rows.

    ``measured_on`` says which; ``recall_at_precision`` is the recall where precision is at least
    ``precision``; ``brier_skill`` is 1 - Brier / Brier of always saying the base rate; ``lift``
    maps a top share to how many times the base rate left there. Intervals: ``draws`` bootstrap
    draws of people, at ``level``.
    """

    measured_on: str
    n: int
    positives: int
    roc_auc: Estimate
    average_precision: Estimate
    recall_at_precision: Estimate
    precision: float
    brier: Estimate
    brier_skill: Estimate
    log_loss: Estimate
    calibration_error: Estimate
    lift: dict[str, Estimate]
    calibration_curve: tuple[CalibrationBin, ...]
    draws: int = DRAWS
    level: float = LEVEL


def evaluate(
    label: np.ndarray,
    risk: np.ndarray,
    person: np.ndarray,
    *,
    measured_on: str,
    precision: float,
    rng: np.random.Generator,
) -> Evaluation:
    """Return the figures of ``risk`` (n,) or, for repeated out-of-fold runs, (repeats, n).

    Repeats are averaged figure by figure, never row by row, which would be another, better model.
    The bootstrap draws whole people, since one person's snapshots are alike.
    """
    repeats = np.atleast_2d(risk)
    codes = np.unique(person, return_inverse=True)[1]
    tables = [_Sorted(label, row) for row in repeats]
    point = np.mean([t.figures(np.ones((1, len(label))), precision)[0] for t in tables], axis=0)
    people = int(codes.max()) + 1
    batch = max(1, min(DRAWS, _CELLS_AT_ONCE // len(label)))
    draws = []
    for start in range(0, DRAWS, batch):
        size = min(batch, DRAWS - start)
        counts = rng.multinomial(people, np.full(people, 1 / people), size)
        weights = counts[:, codes].astype(np.float64)
        draws.append(np.mean([table.figures(weights, precision) for table in tables], axis=0))
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(np.concatenate(draws), [tail, 1 - tail], axis=0)
    auc, average, recall, brier, skill, surprise, error, *lifts = (
        Estimate(*map(float, triple)) for triple in zip(point, low, high, strict=True)
    )
    return Evaluation(
        measured_on=measured_on,
        n=len(label),
        positives=int(label.sum()),
        roc_auc=auc,
        average_precision=average,
        recall_at_precision=recall,
        precision=precision,
        brier=brier,
        brier_skill=skill,
        log_loss=surprise,
        calibration_error=error,
        lift={f"top {share:.0%}": lift for share, lift in zip(TOP_SHARES, lifts, strict=True)},
        calibration_curve=calibration_curve(label, repeats.mean(axis=0)),
    )


def roc_auc(label: np.ndarray, risk: np.ndarray) -> float:
    """Return the area under the ROC curve, ties counted half; NaN when only one class is there."""
    return float(_Sorted(label, risk).figures(np.ones((1, len(label))), 0.5)[0, 0])


def calibration_curve(label: np.ndarray, risk: np.ndarray) -> tuple[CalibrationBin, ...]:
    """Return ten bins of equal size, lowest risk first."""
    return tuple(
        CalibrationBin(len(part), float(risk[part].mean()), float(label[part].mean()))
        for part in np.array_split(np.argsort(risk, kind="stable"), BINS)
        if len(part)
    )


def calibration_error(risk: np.ndarray, truth: np.ndarray) -> float:
    """Return the expected calibration error over ten bins of equal size.

    ``truth`` is a label, or a known true probability.
    """
    return float(
        sum(
            abs(risk[part].mean() - truth[part].mean()) * len(part) / len(risk)
            for part in np.array_split(np.argsort(risk, kind="stable"), BINS)
            if len(part)
        )
    )


class _Sorted:
    """Rows sorted by falling risk, so that each bootstrap draw is a pass over cumulative sums."""

    def __init__(self, label: np.ndarray, risk: np.ndarray) -> None:
        self._order = np.argsort(-risk, kind="stable")
        self._label = label[self._order].astype(np.float64)
        self._risk = risk[self._order]
        self._ends = np.flatnonzero(np.r_[np.diff(self._risk) != 0, True])
        self._squared = (self._risk - self._label) ** 2
        said = np.where(self._label == 1, self._risk, 1 - self._risk)
        self._surprise = -np.log(np.clip(said, 1e-7, 1 - 1e-7))

    def figures(self, weights: np.ndarray, precision: float) -> np.ndarray:
        """Return (draws, 10) figures: AUC, AP, recall, Brier, skill, log loss, ECE, three lifts."""
        weights = weights[:, self._order]
        left = np.cumsum(weights * self._label, axis=1)
        seen = np.cumsum(weights, axis=1)
        total, positives = seen[:, -1], left[:, -1]
        rate = positives / total
        with np.errstate(divide="ignore", invalid="ignore"):
            left, seen = left[:, self._ends], seen[:, self._ends]
            ranking = _ranking(left, seen, precision)
            brier = weights @ self._squared / total
            skill = 1 - brier / (rate * (1 - rate))
            surprise = weights @ self._surprise / total
            lifts = [_lift(left, seen, share) / rate for share in TOP_SHARES]
        return np.column_stack([*ranking, brier, skill, surprise, self._error(weights), *lifts])

    def _error(self, weights: np.ndarray) -> np.ndarray:
        bins = np.array_split(np.arange(len(self._label)), BINS)
        starts = [part[0] for part in bins if len(part)]
        gap = np.add.reduceat(weights * (self._risk - self._label), starts, axis=1)
        return np.asarray(np.abs(gap).sum(axis=1) / weights.sum(axis=1))


def _ranking(left: np.ndarray, seen: np.ndarray, precision: float) -> list[np.ndarray]:
    """Return ROC AUC, average precision and recall at a precision, from cumulative counts."""
    positives, negatives = left[:, -1:], (seen - left)[:, -1:]
    recall = left / positives
    false_rate = (seen - left) / negatives
    precise = left / seen
    zero = np.zeros((len(left), 1))
    step = np.diff(recall, axis=1, prepend=zero)
    height = recall - step / 2
    auc = (np.diff(false_rate, axis=1, prepend=zero) * height).sum(axis=1)
    average = np.nansum(step * precise, axis=1)
    reached = np.where(precise >= precision, recall, 0.0).max(axis=1)
    return [auc, average, reached]


def _lift(left: np.ndarray, seen: np.ndarray, share: float) -> np.ndarray:
    """Return the rate among the top share of the weight; rows that tie count in proportion."""
    found = [
        np.interp(share * s[-1], np.r_[0.0, s], np.r_[0.0, p])
        for s, p in zip(seen, left, strict=True)
    ]
    return np.asarray(found) / (share * seen[:, -1])

"""How good the probabilities are, each figure with its interval."""

from collections.abc import Callable
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
    rate: Estimate


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every figure on one set of rows.

    ``measured_on`` says which; ``recall_at_precision`` is the recall where precision is at least
    ``precision``; ``brier_skill`` is 1 - Brier / Brier of always saying the base rate; ``lift``
    maps a top share to how many times the base rate left there; ``precision_at_alert``,
    ``recall_at_alert``, ``share_alerted`` and ``lift_at_alert`` are those of the alert threshold
    itself (0 where nobody is alerted). Intervals: ``draws`` bootstrap draws of people, at
    ``level``. ``n`` and ``positives`` count rows; ``people`` and ``people_who_left`` are 0 in
    packages from before they were counted.
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
    precision_at_alert: Estimate
    recall_at_alert: Estimate
    share_alerted: Estimate
    lift_at_alert: Estimate
    lift: dict[str, Estimate]
    calibration_curve: tuple[CalibrationBin, ...]
    draws: int = DRAWS
    level: float = LEVEL
    people: int = 0
    people_who_left: int = 0


def evaluate(
    label: np.ndarray,
    risk: np.ndarray,
    person: np.ndarray,
    *,
    measured_on: str,
    precision: float,
    alert_from: float,
    rng: np.random.Generator,
) -> Evaluation:
    """Return the figures of ``risk`` (n,) or, for repeated out-of-fold runs, (repeats, n).

    Repeats are averaged figure by figure, never row by row, which would be another, better model.
    The bootstrap draws whole people, since one person's snapshots are alike.
    """
    tables = [_Sorted(label, row) for row in np.atleast_2d(risk)]

    def figures(weights: np.ndarray) -> np.ndarray:
        return np.asarray(
            np.mean([t.figures(weights, precision, alert_from) for t in tables], axis=0)
        )

    auc, average, recall, brier, skill, surprise, error, *others = estimates(figures, person, rng)
    precise, found, alerted, lift_at_alert, *others = others
    lifts, rates = others[: len(TOP_SHARES)], others[len(TOP_SHARES) :]
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
        precision_at_alert=precise,
        recall_at_alert=found,
        share_alerted=alerted,
        lift_at_alert=lift_at_alert,
        lift={f"top {share:.0%}": lift for share, lift in zip(TOP_SHARES, lifts, strict=True)},
        calibration_curve=_curve(tables, rates),
        people=len(np.unique(person)),
        people_who_left=len(np.unique(person[label == 1])),
    )


def counts_in_words(n: int, positives: int, people: int = 0, people_who_left: int = 0) -> str:
    """Return how many rows there are and how many left; rows are never called people.

    >>> counts_in_words(1470, 237, 1470, 237)
    '1,470, 237 of whom left'
    >>> counts_in_words(35114, 2441, 2435, 540)
    '35,114 rows of 2,435 people, 2,441 rows before a leaving (540 people)'
    """
    if people in (0, n):
        return f"{n:,}, {positives:,} of whom left"
    before = f"{positives:,} rows before a leaving ({people_who_left:,} people)"
    return f"{n:,} rows of {people:,} people, {before}"


def roc_auc(label: np.ndarray, risk: np.ndarray) -> float:
    """Return the area under the ROC curve, ties counted half; NaN when only one class is there."""
    return float(_Sorted(label, risk).ranking(np.ones((1, len(label))), 0.5)[0][0])


def roc_auc_estimate(
    label: np.ndarray, risk: np.ndarray, person: np.ndarray, rng: np.random.Generator
) -> Estimate:
    """Return the area under the ROC curve with its interval, from draws of people.

    ``risk`` is (n,) or, for repeated out-of-fold runs, (repeats, n).
    """
    tables = [_Sorted(label, row) for row in np.atleast_2d(risk)]

    def area(weights: np.ndarray) -> np.ndarray:
        return np.asarray(np.mean([t.ranking(weights, 0.5)[0] for t in tables], axis=0))[:, None]

    return estimates(area, person, rng)[0]


def estimates(
    figures: Callable[[np.ndarray], np.ndarray], person: np.ndarray, rng: np.random.Generator
) -> list[Estimate]:
    """Return each figure of all rows with its interval over bootstrap draws of whole people.

    ``figures`` takes weights (draws, n) and returns (draws, figures).
    """
    codes = np.unique(person, return_inverse=True)[1]
    people = int(codes.max()) + 1
    batch = max(1, min(DRAWS, _CELLS_AT_ONCE // len(codes)))
    draws = []
    for start in range(0, DRAWS, batch):
        size = min(batch, DRAWS - start)
        counts = rng.multinomial(people, np.full(people, 1 / people), size)
        draws.append(figures(counts[:, codes].astype(np.float64)))
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(np.concatenate(draws), [tail, 1 - tail], axis=0)
    point = figures(np.ones((1, len(codes))))[0]
    return [Estimate(*map(float, triple)) for triple in zip(point, low, high, strict=True)]


def _curve(tables: "list[_Sorted]", rates: list[Estimate]) -> tuple[CalibrationBin, ...]:
    """Return the bins, lowest risk first."""
    counts, risks = tables[0].bin_sizes(), np.mean([t.bin_risks() for t in tables], axis=0)
    bins = zip(counts.tolist(), risks.tolist(), rates, strict=True)
    return tuple(CalibrationBin(*one) for one in bins)[::-1]


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
        bins = np.array_split(np.arange(len(self._label)), BINS)
        self._starts = np.array([part[0] for part in bins if len(part)])
        self._squared = (self._risk - self._label) ** 2
        said = np.where(self._label == 1, self._risk, 1 - self._risk)
        self._surprise = -np.log(np.clip(said, 1e-7, 1 - 1e-7))

    def ranking(self, weights: np.ndarray, precision: float) -> list[np.ndarray]:
        """Return ROC AUC, average precision and recall at a precision, one value a draw."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return _ranking(*self._cumulative(weights[:, self._order]), precision)

    def figures(self, weights: np.ndarray, precision: float, alert_from: float) -> np.ndarray:
        """Return (draws, figures).

        AUC, AP, recall, Brier, skill, log loss, ECE, four at the alert, lifts, rates of the bins.
        """
        weights = weights[:, self._order]
        left, seen = self._cumulative(weights)
        total, positives = seen[:, -1], left[:, -1]
        rate = positives / total
        with np.errstate(divide="ignore", invalid="ignore"):
            ranking = _ranking(left, seen, precision)
            alert = self._at_alert(left, seen, alert_from)
            brier = weights @ self._squared / total
            skill = 1 - brier / (rate * (1 - rate))
            surprise = weights @ self._surprise / total
            lifts = [_lift(left, seen, share) / rate for share in TOP_SHARES]
            in_bins = np.add.reduceat(weights, self._starts, axis=1)
            gap = np.add.reduceat(weights * (self._risk - self._label), self._starts, axis=1)
            rates = np.add.reduceat(weights * self._label, self._starts, axis=1) / in_bins
        error = np.abs(gap).sum(axis=1) / total
        return np.column_stack([*ranking, brier, skill, surprise, error, *alert, *lifts, *rates.T])

    def bin_sizes(self) -> np.ndarray:
        """Return how many rows each bin holds, highest risk first."""
        return np.diff(np.r_[self._starts, len(self._label)])

    def bin_risks(self) -> np.ndarray:
        """Return the mean risk of each bin, highest first."""
        return np.asarray(np.add.reduceat(self._risk, self._starts) / self.bin_sizes())

    def _cumulative(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how many left and how many there are down to each distinct risk."""
        left = np.cumsum(weights * self._label, axis=1)[:, self._ends]
        return left, np.cumsum(weights, axis=1)[:, self._ends]

    def _at_alert(self, left: np.ndarray, seen: np.ndarray, alert_from: float) -> list[np.ndarray]:
        """Return precision, recall, share of rows and lift at or above the alert threshold."""
        at = int((self._risk[self._ends] >= alert_from).sum()) - 1
        if at < 0:
            return [np.zeros(len(seen))] * 4
        precision, recall = left[:, at] / seen[:, at], left[:, at] / left[:, -1]
        share = seen[:, at] / seen[:, -1]
        return [precision, recall, share, recall / share]


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

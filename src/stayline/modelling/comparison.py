"""Two models on the same rows, and how sure their differences are."""

from dataclasses import dataclass

import numpy as np

from stayline.modelling.evaluation import BINS, DRAWS, LEVEL, Estimate, estimates


@dataclass(frozen=True, slots=True)
class Scored:
    """What one model says of the rows, and from which risk on it alerts.

    ``risk`` is (n,) or, for repeated out-of-fold runs, (repeats, n).
    """

    risk: np.ndarray
    alert_from: float


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure of both models, and challenger minus champion."""

    challenger: Estimate
    champion: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every compared figure on the same rows; ``measured_on`` says which.

    Recall, precision and lift (precision over the base rate) are those at each model's own alert
    threshold, 0 where it alerts nobody. Intervals: ``draws`` bootstrap draws of people, at
    ``level``.
    """

    measured_on: str
    n: int
    positives: int
    roc_auc: ComparedFigure
    recall: ComparedFigure
    precision: ComparedFigure
    lift: ComparedFigure
    calibration_error: ComparedFigure
    brier: ComparedFigure
    draws: int = DRAWS
    level: float = LEVEL
    people: int = 0
    people_who_left: int = 0


def compare(
    label: np.ndarray,
    person: np.ndarray,
    challenger: Scored,
    champion: Scored,
    rng: np.random.Generator,
    *,
    measured_on: str,
) -> Comparison:
    """Return how the challenger differs from the champion, with paired intervals.

    ``label`` (n,) must hold both classes. Each bootstrap draw takes the same people for both
    models, so what makes rows hard for both cancels out and the difference is known far better than
    either figure; a model differs from itself by exactly 0. Rows that one of the two has learned
    from would favour it: pass rows that neither has seen, or out-of-fold risks. Draws are taken in
    batches, which bounds the memory.
    """
    sides = [[_Rows(label, risk, s.alert_from) for risk in np.atleast_2d(s.risk)]
             for s in (challenger, champion)]  # fmt: skip

    def figures(weights: np.ndarray) -> np.ndarray:
        by_row = np.ascontiguousarray(weights.T)
        first, second = (np.mean([t.figures(by_row) for t in tables], axis=0) for tables in sides)
        return np.concatenate([first, second, first - second]).T

    told = estimates(figures, person, rng)
    third = len(told) // 3
    roc_auc, recall, precision, lift, calibration_error, brier = (
        ComparedFigure(*triple)
        for triple in zip(told[:third], told[third : 2 * third], told[2 * third :], strict=True)
    )
    return Comparison(
        measured_on=measured_on,
        n=len(label),
        positives=int(label.sum()),
        roc_auc=roc_auc,
        recall=recall,
        precision=precision,
        lift=lift,
        calibration_error=calibration_error,
        brier=brier,
        people=len(np.unique(person)),
        people_who_left=len(np.unique(person[label == 1])),
    )


class _Rows:
    """One model's rows, sorted once; each draw is then a few sums.

    All figures but ROC AUC are sums over rows, so one matrix product gives them for every draw.
    """

    def __init__(self, label: np.ndarray, risk: np.ndarray, alert_from: float) -> None:
        left, alerted = label == 1, risk >= alert_from
        self._left = np.flatnonzero(left)
        stayed = np.flatnonzero(~left)
        self._stayed = stayed[np.argsort(risk[stayed], kind="stable")]
        below = risk[self._stayed]
        self._below = np.searchsorted(below, risk[left], "left")
        self._through = np.searchsorted(below, risk[left], "right")
        self._is_alerting = bool(alerted.any())
        bins = np.zeros((BINS, len(label)))
        for row, part in zip(
            bins, np.array_split(np.argsort(-risk, kind="stable"), BINS), strict=True
        ):
            row[part] = (risk - label)[part]
        self._sums = np.vstack(
            [np.ones(len(label)), left, alerted, left & alerted, (risk - label) ** 2, bins]
        )

    def figures(self, weights: np.ndarray) -> np.ndarray:
        """Return (figures, draws) from weights (n, draws).

        ROC AUC, recall, precision and lift at the alert threshold, calibration error, Brier.
        """
        total, left, alerted, found, squared, *gaps = self._sums @ weights
        with np.errstate(divide="ignore", invalid="ignore"):
            auc = self._pairs(weights) / (left * (total - left))
            recall, precision = found / left, found / alerted
            at_alert = [recall, precision, precision * total / left]
        if not self._is_alerting:
            at_alert = [np.zeros(len(total))] * 3
        error = np.abs(gaps).sum(axis=0) / total
        return np.stack([auc, *at_alert, error, squared / total])

    def _pairs(self, weights: np.ndarray) -> np.ndarray:
        """Return per draw how many pairs (left, stayed) rank right; a tie counts half."""
        stayed = np.zeros((len(self._stayed) + 1, weights.shape[1]))
        np.cumsum(weights[self._stayed], axis=0, out=stayed[1:])
        beaten = stayed[self._below] + stayed[self._through]
        return np.asarray((weights[self._left] * beaten).sum(axis=0) / 2)

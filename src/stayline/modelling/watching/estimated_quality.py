"""How good the flags will turn out to be, told from the risks alone, before any label arrives.

Confidence-based performance estimation (CBPE): if a risk of .3 means that three of ten leave, the
risks of a window say how its labels will be spread. That holds as long as the model is calibrated
and what makes people leave has not changed; the estimate cannot see such a change itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stayline.modelling.evaluation import LEVEL, Estimate

AUC, RECALL, PRECISION, SHARE_FLAGGED = "auc", "recall", "precision", "share_flagged"
FEWEST_EXPECTED = 10.0
"""Leavers, and stayers, that a window must lead one to expect before its figures say anything."""
DRAWS = 1000
_GROUPS = 500
_SHARE_OF_LEAVERS = "share_left"


@dataclass(frozen=True, slots=True)
class EstimatedQuality:
    """The expected figures of ``n`` rows, each with the band that its realised value will lie in.

    ``figures`` has ``auc``, ``recall``, ``precision`` (where somebody is flagged),
    ``share_flagged`` (known, so its band has no width) and ``share_left``. The names of the first
    three are those of the model-quality files. ``expected_positives`` is the sum of the risks.
    """

    n: int
    people: int
    expected_positives: float
    figures: Mapping[str, Estimate]
    level: float = LEVEL

    @property
    def is_enough(self) -> bool:
        """Whether both outcomes are expected often enough for the bands to be believed."""
        positives = self.expected_positives
        return min(positives, self.n - positives) >= FEWEST_EXPECTED


def estimated_quality(
    risk: np.ndarray,
    person: np.ndarray,
    *,
    alert_from: float,
    rng: np.random.Generator,
    level: float = LEVEL,
) -> EstimatedQuality:
    """Return the expected figures of flagging whoever has a risk of ``alert_from`` or more.

    ``risk`` (n,) are calibrated risks, ``person`` (n,) numbers people. A band is the range of 1,000
    windows whose labels are drawn from the risks; it is the sampling error of the window's realised
    value and leaves out that of the calibration. Labels of one person's rows are taken to be equal,
    so with m = sum(rows²)/sum(rows) over people the band is sqrt(m) times as wide (Kish). A figure
    alone lies in its band in ``level`` of windows.
    """
    steps = _Steps.of(risk)
    rows_each = np.unique(person, return_counts=True)[1]
    widening = float(np.sqrt((rows_each**2).sum() / max(len(risk), 1)))
    drawn = steps.thinned(_GROUPS, alert_from).drawn_figures(DRAWS, alert_from, rng)
    figures = {
        name: _banded(value, drawn[name], widening, level)
        for name, value in steps.expected_figures(alert_from).items()
        if np.isfinite(value)
    }
    return EstimatedQuality(len(risk), len(rows_each), float(risk.sum()), figures, level)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Rows by falling risk, put together where they tie: how many, their risk, its own variance."""

    risk: np.ndarray
    count: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, risk: np.ndarray) -> "_Steps":
        distinct, count = np.unique(risk, return_counts=True)
        distinct, count = distinct[::-1], count[::-1].astype(np.float64)
        return cls(distinct, count, count * distinct * (1 - distinct))

    def thinned(self, most: int, alert_from: float) -> "_Steps":
        """Return at most so many steps of neighbouring risks, none across the alert threshold."""
        if len(self.risk) <= most:
            return self
        rank = np.cumsum(self.count) - self.count
        place = np.floor(rank / self.count.sum() * (most - 1)) + (self.risk < alert_from)
        starts = np.flatnonzero(np.r_[True, np.diff(place) > 0])
        count = np.add.reduceat(self.count, starts)
        risk = np.add.reduceat(self.count * self.risk, starts) / count
        return _Steps(risk, count, count * risk * (1 - risk))

    def expected_figures(self, alert_from: float) -> dict[str, float]:
        """Return each figure with the expected counts in the place of counts.

        A row is never paired with itself: that is what the variances take out of the pairs.
        """
        left = (self.count * self.risk)[None]
        figures = _figures(left, self.count, self.risk >= alert_from, self.variance)
        return {name: float(value[0]) for name, value in figures.items()}

    def drawn_figures(
        self, draws: int, alert_from: float, rng: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """Return each figure of windows whose labels are drawn from the risks."""
        shape = (draws, len(self.risk))
        left = rng.binomial(self.count.astype(np.int64), self.risk, shape).astype(np.float64)
        return _figures(left, self.count, self.risk >= alert_from, np.zeros(len(self.count)))


def _figures(
    left: np.ndarray, count: np.ndarray, is_flagged: np.ndarray, own: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the figures of ``left`` (windows, steps); ``own`` is taken out of the pairs."""
    stayed = count - left
    leavers, stayers = left.sum(axis=1), stayed.sum(axis=1)
    below = stayers[:, None] - np.cumsum(stayed, axis=1)
    ranked = (left * (below + stayed / 2)).sum(axis=1) - own.sum() / 2
    found = left[:, is_flagged].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            AUC: ranked / (leavers * stayers - own.sum()),
            RECALL: found / leavers,
            PRECISION: found / count[is_flagged].sum(),
            SHARE_FLAGGED: np.full(len(left), count[is_flagged].sum() / count.sum()),
            _SHARE_OF_LEAVERS: leavers / count.sum(),
        }


def _banded(value: float, drawn: np.ndarray, widening: float, level: float) -> Estimate:
    """Return the figure with the middle of the drawn ones, made wider; never beyond 0 and 1.

    Where no drawn window defines the figure, anything may come true.
    """
    tail = (1 - level) / 2
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return Estimate(value, 0.0, 1.0)
    low = float(np.quantile(known, tail, method="lower"))
    high = float(np.quantile(known, 1 - tail, method="higher"))
    return Estimate(
        value,
        max(0.0, min(value, value - (value - low) * widening)),
        min(1.0, max(value, value + (high - value) * widening)),
    )

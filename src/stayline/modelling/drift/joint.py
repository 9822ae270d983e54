"""How columns hang together, then and now: what no single column shows.

Two columns can each look as ever while people with much overtime, once well paid, are now the
poorly paid ones. Compared are the correlations of every pair of scores, by their largest clear
change. Of the baseline only the correlations are kept, so no row rests with a model package.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import special

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.domain.workforce_schema import Column
from stayline.formats.data_statistics import Statistics
from stayline.formats.joint_statistics import JointStatistics, Score
from stayline.modelling.drift.correlations import Correlations, correlations
from stayline.modelling.drift.sampling import (
    Evidence,
    fewest_rows,
    independent_rows,
    rows_for_a_correlation,
)
from stayline.modelling.drift.scores import scored, scorers

CHECK = "multivariate_drift_check"
CORRELATION_CHANGE = "correlation_change"
SMALLEST_CHANGE = 0.1
SEEN_CHANGE = 0.2
FEWEST_ROWS = 100
"""In smaller windows the correlation of two rare categories does not follow the normal law."""


def joint_statistics(
    frame: pl.DataFrame, columns: tuple[Column, ...], statistics: Statistics, person: np.ndarray
) -> JointStatistics:
    """Return what a package keeps of how the columns of its training rows hang together.

    ``statistics`` are those of the same rows; ``person`` says whose each row is.
    """
    by = scorers(statistics, columns)
    found = correlations(scored(frame, by))
    _, rows_of_each = np.unique(person, return_counts=True)
    independent = independent_rows(rows_of_each)
    errors = np.sqrt(found.variance / max(independent, 1.0))
    return JointStatistics(
        rows=frame.height,
        independent_rows=independent,
        scores=tuple(score for scorer in by for score in scorer.scores),
        correlations=_triangle(found.value),
        standard_errors=_triangle(errors),
    )


def joint_finding(
    frame: pl.DataFrame,
    columns: tuple[Column, ...],
    statistics: Statistics,
    joint: JointStatistics | None,
    evidence: Evidence,
) -> Finding:
    """Return whether some pair of columns hangs together otherwise than in the baseline.

    ``statistics`` and ``joint`` are the baseline's. A pair fails when its correlation changed
    clearly (the test's level is shared among all pairs) and by at least .1.
    """
    plain = Finding(
        Monitor.DATA, CHECK, Verdict.INSUFFICIENT, "", metric=CORRELATION_CHANGE, n=frame.height
    )
    if joint is None:
        why = "The model package keeps no joint statistics; train anew to have them."
        return replace(plain, reason=why)
    by = scorers(statistics, columns)
    if tuple(score for scorer in by for score in scorer.scores) != joint.scores:
        why = "The package's joint statistics are not of these columns; train anew."
        return replace(plain, reason=why)
    if evidence.window < FEWEST_ROWS:
        return replace(plain, reason=f"Below {FEWEST_ROWS} independent rows no pair is judged.")
    changes = _changes(correlations(scored(frame, by)), joint, evidence.window)
    if not len(changes.now):
        return replace(plain, reason="No two columns vary both in the baseline and the window.")
    return _judged(plain, changes, joint.scores, evidence)


@dataclass(frozen=True, slots=True)
class _Changes:
    """The correlation of every pair that can be judged, now and before, and how much it errs."""

    pairs: np.ndarray
    now: np.ndarray
    before: np.ndarray
    error: np.ndarray


def _changes(found: Correlations, joint: JointStatistics, rows: float) -> _Changes:
    before, error_before = _square(joint.correlations), _square(joint.standard_errors)
    # Under no drift both variances are the same; the window's own can be small by luck.
    variance = np.maximum(found.variance, error_before**2 * joint.independent_rows)
    own_error = np.where(found.variance > 0, np.sqrt(variance / max(rows, 1.0)), 0.0)
    pairs = np.array(_pairs(joint.scores), dtype=int).reshape(-1, 2)
    at = pairs[:, 0], pairs[:, 1]
    is_told = (error_before[at] > 0) & (own_error[at] > 0)
    pairs = pairs[is_told]
    at = pairs[:, 0], pairs[:, 1]
    return _Changes(pairs, found.value[at], before[at], np.hypot(own_error[at], error_before[at]))


def _judged(
    plain: Finding, changes: _Changes, scores: tuple[Score, ...], evidence: Evidence
) -> Finding:
    level = evidence.level / len(changes.pairs)
    edge = float(-special.ndtri(level / 2))
    change = np.abs(changes.now - changes.before)
    times = change / changes.error
    fails = (times >= edge) & (change >= SMALLEST_CHANGE)
    at = int(np.argmax(np.where(fails, change, 0.0) if fails.any() else times))
    luck = min(1.0, float(2 * special.ndtr(-times.max())) * len(times))
    pair = " and ".join(_name(scores[place]) for place in changes.pairs[at])
    told = (
        f"{pair} have a correlation of ranks of {changes.now[at]:+.2f}, {changes.before[at]:+.2f} "
        f"before; p = {luck:.2g} for the most unlike of {len(times):,} pairs"
    )
    needed = fewest_rows(rows_for_a_correlation(SEEN_CHANGE, level), evidence.baseline)
    if fails.any():
        verdict, told = Verdict.FAIL, f"{int(fails.sum())} changed clearly: {told}."
    elif needed is None or evidence.window < needed:
        enough = "a larger baseline" if needed is None else f"at least {needed:,} independent rows"
        verdict = Verdict.INSUFFICIENT
        told = f"A change by {SEEN_CHANGE} would not show; it takes {enough}."
    else:
        verdict, told = Verdict.PASS, f"The most unlike pair: {told}."
    value, band = float(change[at]), edge * float(changes.error[at])
    return replace(
        plain,
        verdict=verdict,
        reason=told,
        value=value,
        low=max(0.0, value - band),
        high=min(2.0, value + band),
        threshold=SMALLEST_CHANGE,
    )


def _pairs(scores: tuple[Score, ...]) -> list[tuple[int, int]]:
    """Return the pairs of scores of different features."""
    return [
        (i, j)
        for i in range(len(scores))
        for j in range(i)
        if scores[i].feature != scores[j].feature
    ]


def _triangle(square: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(v), 6) for v in line[:i]) for i, line in enumerate(square))


def _square(triangle: tuple[tuple[float, ...], ...]) -> np.ndarray:
    out = np.eye(len(triangle))
    for i, line in enumerate(triangle):
        out[i, :i] = out[:i, i] = line
    return out


def _name(score: Score) -> str:
    return score.feature if score.category is None else f"{score.feature}={score.category}"

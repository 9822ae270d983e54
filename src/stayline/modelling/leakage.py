"""Find the columns that know the outcome, before a model learns to rely on them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.findings import Finding, FindingKind, Severity
from stayline.domain.sensitive_columns import looks_protected
from stayline.domain.workforce_schema import Kind, LeavingWithin
from stayline.modelling.inspection.outcomes import Target, Timeline
from stayline.modelling.inspection.readings import Reading
from stayline.modelling.inspection.roles import Roles

TELLING_AUC = 0.92
"""Honest columns stay below: age, where retirement counts as leaving, reaches .88 by itself."""
_TELLING_PRECISION, _TELLING_LIFT, _TELLING_RECALL = 0.6, 5.0, 0.2
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


def leaks(
    readings: dict[str, Reading],
    roles: Roles,
    who_left: Timeline,
    *,
    identities: frozenset[str],
    seed: int,
) -> Iterator[Finding]:
    """Yield one finding for each column, ``identities`` aside, that tells the outcome.

    Every column is cut into values or at most 64 bins, missing being one. The share of people who
    left is learned per bin on four fifths of the people and judged on the last fifth, in turn; so
    an identifier or free text, whose values never come back, learns nothing. Large extracts are
    judged on a seeded sample of people (100,000 rows).
    """
    rows = _sample(who_left, seed)
    horizon = roles.outcome.horizon_months if isinstance(roles.outcome, LeavingWithin) else None
    targets = [Target(t.words, t.left[rows], t.asked[rows]) for t in who_left.targets(horizon)]
    targets = [t for t in targets if (t.left & t.asked).sum() >= FEWEST_WHO_LEFT]
    folds = np.random.default_rng(seed).integers(0, _FOLDS, who_left.person.max() + 1)
    fold = folds[who_left.person[rows]]
    skipped = identities | roles.outcome_columns
    at = readings[roles.event_time].values if roles.event_time else None
    for reading in readings.values():
        if reading.name not in skipped and reading.distinct + bool(reading.missing) > 1:
            is_time = reading.name == roles.event_time
            found = _judge(reading, None if is_time else at, rows, fold, targets, is_time=is_time)
            if found is not None:
                yield _finding(reading, *found, is_time=is_time, sampled=rows.size, of=at)


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


def _auc(score: np.ndarray, size: np.ndarray, hits: np.ndarray) -> float:
    """Return the area under the ROC curve of grouped rows; equal scores count half."""
    _, place = np.unique(score.round(12), return_inverse=True)
    positives = np.bincount(place, weights=hits)
    negatives = np.bincount(place, weights=size - hits)
    below = np.cumsum(negatives) - negatives
    pairs = positives.sum() * negatives.sum()
    return float((positives * (below + negatives / 2)).sum() / pairs) if pairs else 0.5


def _sample(who_left: Timeline, seed: int) -> np.ndarray:
    person = who_left.person
    if person.size <= _SAMPLED_ROWS:
        return np.arange(person.size)
    luck = np.random.default_rng(seed).random(int(person.max()) + 1)
    return np.flatnonzero(luck[person] < _SAMPLED_ROWS / person.size)


def _judge(
    reading: Reading,
    at: pl.Series | None,
    rows: np.ndarray,
    fold: np.ndarray,
    targets: list[Target],
    *,
    is_time: bool,
) -> tuple[Target, Knowledge] | None:
    """Return the question that the column answers best, if it answers one suspiciously well."""
    best: tuple[Target, Knowledge] | None = None
    for codes, by_value in _codings(reading, at, rows, is_time=is_time):
        for target in targets:
            left = target.left[target.asked]
            if left.all():
                continue
            told = knowledge(codes[target.asked], fold[target.asked], left)
            is_telling = told.auc >= TELLING_AUC or (by_value and _names_them(told, left))
            if is_telling and (best is None or told.auc > best[1].auc):
                best = target, told
    return best


def _names_them(told: Knowledge, left: np.ndarray) -> bool:
    """Whether a set of values singles out many of those who left, and hardly anyone else."""
    return (
        told.precision >= max(_TELLING_PRECISION, min(_TELLING_LIFT * told.base_rate, 0.98))
        and told.recall >= _TELLING_RECALL
        and told.recall * left.sum() >= FEWEST_WHO_LEFT
    )


def _codings(
    reading: Reading, at: pl.Series | None, rows: np.ndarray, *, is_time: bool
) -> Iterator[tuple[np.ndarray, bool]]:
    """Yield the ways to read a column, each with whether a set of its values may convict it.

    A threshold on a quantity, such as the age of retirement, is no such set.
    """
    values = reading.values.gather(rows)
    if reading.missing or values.null_count():
        yield values.is_null().to_numpy().astype(np.int64), True
    if is_time:
        day = values.dt.month().cast(pl.Int64) * 32 + values.dt.day()
        yield day.fill_null(0).to_numpy(), False
    elif reading.kind is Kind.DATE:
        yield _binned(values.cast(pl.Int32)), False
        if at is not None:
            yield _binned((at.gather(rows) - values).dt.total_days()), False
    elif values.dtype == pl.Float64:
        yield _binned(values), False
    else:
        codes = values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
        yield codes, not looks_protected(reading.name)


def _binned(values: pl.Series) -> np.ndarray:
    """Return 0 where missing, else the number of the value or of its quantile bin from 1."""
    known = values.drop_nulls()
    if known.n_unique() <= _BINS:
        return values.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    edges = np.unique(np.quantile(known.to_numpy(), np.linspace(0, 1, _BINS + 1)[1:-1]))
    places = np.searchsorted(edges, values.fill_null(0).to_numpy(), side="right") + 1
    return np.where(values.is_null().to_numpy(), 0, places)


def _finding(
    reading: Reading,
    target: Target,
    told: Knowledge,
    *,
    is_time: bool,
    sampled: int,
    of: pl.Series | None,
) -> Finding:
    total = reading.values.len()
    scope = f" (judged on {sampled:,} of {total:,} rows)" if sampled < total else ""
    what = "The month and day of this record date tell" if is_time else "This column tells"
    strength = f"ROC AUC {told.auc:.2f} on people it was not learned from"
    if told.auc < TELLING_AUC:
        strength = (
            f"{told.precision:.0%} of the rows it singles out, against {told.base_rate:.1%} "
            f"of all, and {told.recall:.0%} of those who left"
        )
    return Finding(
        kind=FindingKind.LEAK,
        column=reading.name,
        severity=Severity.ERROR,
        count=int(reading.values.count()),
        message=f"{what} by itself whether {target.words}: {strength}{scope}.",
        action=(
            "Use only the year, and date every row alike; do not derive features from the month."
            if is_time
            else "Give it role 'ignored', unless it is known before anyone leaves; then say how."
        ),
    )

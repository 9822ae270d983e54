"""Find the columns that know the outcome, before a model learns to rely on them."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from stayline.domain.findings import Finding, FindingKind, Severity
from stayline.domain.workforce_schema import LeavingWithin
from stayline.modelling.column_knowledge import (
    FEWEST_WHO_LEFT,
    TELLING_AUC,
    Knowledge,
    codings,
    folds_of,
    is_leak,
    knowledge,
    sampled_rows,
)
from stayline.modelling.inspection.outcomes import Target, Timeline
from stayline.modelling.inspection.readings import Reading
from stayline.modelling.inspection.roles import Roles


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
    rows = sampled_rows(who_left.person, seed)
    horizon = roles.outcome.horizon_months if isinstance(roles.outcome, LeavingWithin) else None
    targets = [Target(t.words, t.left[rows], t.asked[rows]) for t in who_left.targets(horizon)]
    targets = [t for t in targets if (t.left & t.asked).sum() >= FEWEST_WHO_LEFT]
    fold = folds_of(who_left.person, seed)[rows]
    skipped = identities | roles.outcome_columns
    at = readings[roles.event_time].values if roles.event_time else None
    for reading in readings.values():
        if reading.name not in skipped and reading.distinct + bool(reading.missing) > 1:
            is_time = reading.name == roles.event_time
            found = _judge(reading, None if is_time else at, rows, fold, targets, is_time=is_time)
            if found is not None:
                yield _finding(reading, *found, is_time=is_time, sampled=rows.size, of=at)


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
            if is_leak(told, left, by_value=by_value) and (best is None or told.auc > best[1].auc):
                best = target, told
    return best


def _codings(
    reading: Reading, at: pl.Series | None, rows: np.ndarray, *, is_time: bool
) -> Iterator[tuple[np.ndarray, bool]]:
    values = reading.values.gather(rows)
    if not is_time:
        yield from codings(reading.name, values, None if at is None else at.gather(rows))
        return
    if values.null_count():
        yield values.is_null().to_numpy().astype(np.int64), True
    day = values.dt.month().cast(pl.Int64) * 32 + values.dt.day()
    yield day.fill_null(0).to_numpy(), False


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

"""One column of a window against the baseline: is it clear that it changed, and is it much?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.data_constraints import Check
from stayline.formats.data_statistics import FeatureStatistics
from stayline.modelling.drift import distances, sampling
from stayline.modelling.drift.gaps import filled_share, gap_finding
from stayline.modelling.drift.sampling import Evidence
from stayline.modelling.drift.tables import Numbers, deciles, greatest_change, numbers_of, words_of

SMALLEST_CHANGE = 0.05
"""A change below 5 of 100 rows is no drift, however clear."""
LUCK = "p_value"


@dataclass(frozen=True, slots=True)
class _Judged:
    """A distance with its band and its luck; ``told`` says in words what changed."""

    metric: str
    value: float
    low: float
    high: float
    luck: float
    told: str


def column_findings(
    found: FeatureStatistics, before: FeatureStatistics, evidence: Evidence
) -> Iterator[Finding]:
    """Yield what became of a column: its distribution, its gaps, and every distance as told.

    The judged distance fails when it is clear (luck alone makes it so great in less than the
    test's level) *and* at least 5 of 100 rows are concerned: with a million rows anything is
    clear, with a hundred anything can look great. What is not clear passes only when the window is
    large enough to show a change of 10 of 100 rows.
    """
    present = replace(
        evidence,
        window=evidence.window * filled_share(found),
        baseline=evidence.baseline * filled_share(before),
    )
    numbers, numbers_before = numbers_of(found), numbers_of(before)
    words = words_of(found, before)
    n = int(found.presence.num_present)
    plain = Finding(Monitor.DATA, Check.BASELINE_DRIFT, Verdict.PASS, "", found.name, n=n)
    if numbers is not None and numbers_before is not None:
        yield from _judged(plain, _of_numbers(numbers, numbers_before, present), present)
        yield from _numbers_told(plain, numbers, numbers_before)
    elif words is not None:
        yield from _judged(plain, _of_words(*words, present), present)
        yield from _words_told(plain, *words[1:])
    else:
        why = "the window or the baseline has no value of this column to compare."
        yield replace(plain, verdict=Verdict.INSUFFICIENT, reason=why)
    yield gap_finding(found, before, evidence)


def _judged(plain: Finding, judged: _Judged, evidence: Evidence) -> Iterator[Finding]:
    is_clear = judged.luck <= evidence.level
    needed = sampling.fewest_rows_for_a_share(evidence)
    luck = f"p = {judged.luck:.2g}"
    if is_clear and judged.value >= SMALLEST_CHANGE:
        verdict, said = Verdict.FAIL, f"clear and large: {judged.told}; {luck}"
    elif is_clear:
        verdict, said = Verdict.PASS, f"clear but small: {judged.told}; {luck}"
    elif needed is None or evidence.window < needed:
        enough = "a larger baseline" if needed is None else f"at least {needed:,} independent rows"
        verdict = Verdict.INSUFFICIENT
        said = (
            f"a change of {sampling.SEEN_CHANGE:.0%} of the rows would not show; it takes {enough}"
        )
    else:
        verdict, said = Verdict.PASS, f"nothing that luck does not explain; {luck}"
    yield replace(
        plain,
        verdict=verdict,
        reason=f"{said[0].upper()}{said[1:]}.",
        metric=judged.metric,
        value=judged.value,
        low=judged.low,
        high=judged.high,
        threshold=SMALLEST_CHANGE,
    )
    yield replace(
        plain, metric=LUCK, value=judged.luck, reason=f"Clear is at most {evidence.level:.2g}."
    )


def _of_numbers(found: Numbers, before: Numbers, evidence: Evidence) -> _Judged:
    value = distances.l_infinity(found.table, before.table)
    error = found.error + before.error
    band = sampling.numbers_band(evidence) + error
    points = np.concatenate([found.table.values, before.table.values])
    now, then = found.table.below(points), before.table.below(points)
    at = int(np.abs(now - then).argmax())
    return _Judged(
        "l_infinity",
        value,
        max(0.0, value - band),
        min(1.0, value + band),
        sampling.numbers_luck(found.table, before.table, value, error, evidence),
        f"{then[at]:.1%} of the rows were at most {points[at]:.6g}, now {now[at]:.1%}",
    )


def _of_words(
    words: tuple[str, ...], found: np.ndarray, before: np.ndarray, evidence: Evidence
) -> _Judged:
    value = distances.total_variation(found, before)
    luck_adds, falls_short = sampling.words_band(found, before, evidence)
    return _Judged(
        "total_variation",
        value,
        max(0.0, value - luck_adds),
        min(1.0, value + falls_short),
        sampling.words_luck(found, before, evidence),
        greatest_change(words, found, before),
    )


def _numbers_told(plain: Finding, found: Numbers, before: Numbers) -> Iterator[Finding]:
    edges = deciles(before.table)
    then, now = distances.binned(before.table, found.table, edges)
    area = distances.wasserstein(found.table, before.table)
    yield from _told(
        plain,
        psi=distances.population_stability(then, now),
        jensen_shannon=distances.jensen_shannon(then, now),
        wasserstein=area,
        **({"wasserstein_normed": area / before.deviation} if before.deviation else {}),
    )


def _words_told(plain: Finding, found: np.ndarray, before: np.ndarray) -> Iterator[Finding]:
    yield from _told(
        plain,
        l_infinity=distances.largest_share_change(found, before),
        chi_squared=distances.chi_squared(found, before),
        psi=distances.population_stability(before, found),
        jensen_shannon=distances.jensen_shannon(before, found),
    )


def _told(plain: Finding, **figures: float) -> Iterator[Finding]:
    for metric, value in figures.items():
        yield replace(plain, metric=metric, value=value, reason="Told, not judged.")

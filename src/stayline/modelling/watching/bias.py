"""How a window's answers treat groups of people, held against the audit the model was approved by.

Most of what the audit measures needs to be known who left. What does not (who is flagged, and how
many there are of each group) is judged at once; the rest as outcomes arrive.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.drift_violations import BIAS_CHECK, BiasViolation, BiasViolations
from stayline.modelling.fairness.bias_metrics import BiasMetric, facet_metrics
from stayline.modelling.fairness.flip_test import Flips
from stayline.modelling.fairness.group_counts import GroupCounts
from stayline.modelling.fairness.tables import (
    AuditRows,
    Grouping,
    GroupTable,
    group_table,
    grouping,
)
from stayline.modelling.watching.bias_baseline import BiasBaseline
from stayline.modelling.watching.bias_judgement import WindowMetric, judged

WITHOUT_LABELS = ("DPPL", "DI", "CDDPL")
"""Metrics that are known as soon as the answers are."""
NOT_WATCHED = ("CI", "FT", "GE")
"""Class imbalance counts the people of a group, which change as a workforce grows older, and says
nothing of how they are treated; the flip test has no interval; generalized entropy is of all rows.
"""
FEWEST_PEOPLE = 30
"""A group, or its others, of fewer people in the window is not judged, and its figures not told."""
FEWEST_NAMED = 5
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class WindowRows:
    """The answered rows of a window: ``flagged`` (n,) of 0 and 1, ``risk`` (n,).

    ``label`` (n,) is 1 who left, 0 who stayed, null where that is not known yet. ``person`` (n,)
    numbers people from 0, since one may have been scored several times. ``facets`` holds one text
    column per protected attribute, null where unknown; ``strata`` equal circumstances.
    """

    risk: np.ndarray
    flagged: np.ndarray
    label: pl.Series
    person: np.ndarray
    facets: pl.DataFrame
    strata: pl.Series | None = None

    @property
    def labelled(self) -> "WindowRows":
        """The rows whose outcome is known."""
        known = self.label.is_not_null()
        at = known.to_numpy()
        strata = None if self.strata is None else self.strata.filter(known)
        return WindowRows(
            self.risk[at],
            self.flagged[at],
            self.label.filter(known),
            self.person[at],
            self.facets.filter(known),
            strata,
        )


@dataclass(frozen=True, slots=True)
class WatchedBias:
    """What was found, and the violations among it in SageMaker's form."""

    findings: tuple[Finding, ...]
    violations: BiasViolations


def watch_bias(
    rows: WindowRows, baseline: BiasBaseline, *, rng: np.random.Generator, draws: int = DRAWS
) -> WatchedBias:
    """Return a finding on every metric of the baseline that the window has an answer to.

    In a facet of two groups one mirrors the other, so the smaller one speaks for both. A metric
    fails when it is farther from 0 (DI: from 1) than the baseline's beyond chance, for all metrics
    together at 95 %.
    """
    if rows.strata is not None:
        rows = replace(rows, strata=rows.strata.rank("dense").fill_null(0).cast(pl.Int64))
    labelled = rows.labelled
    found: list[WindowMetric | Finding] = []
    for facet in baseline.metrics:
        found += _of_facet(rows, facet, baseline, without_labels=True, rng=rng, draws=draws)
        if len(labelled.label):
            found += _of_facet(
                labelled, facet, baseline, without_labels=False, rng=rng, draws=draws
            )
    return _concluded(found, baseline, has_labels=bool(len(labelled.label)))


def watch_counted_bias(
    counts: Mapping[str, GroupCounts],
    baseline: BiasBaseline,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> WatchedBias:
    """Return what `watch_bias` does, of people who were counted, facet by facet; none is known to
    have left or stayed.
    """
    found: list[WindowMetric | Finding] = []
    for facet in baseline.metrics:
        one = counts.get(facet)
        table = None if one is None or one.cells.is_empty() else one.table()
        people, unknown = (0, 0) if one is None else (one.people, one.unknown)
        found += _of_table(
            table, facet, baseline, rows=people, unknown=unknown,
            without_labels=True, has_strata=False, rng=rng, draws=draws,
        )  # fmt: skip
    return _concluded(found, baseline, has_labels=False)


def _concluded(
    found: Sequence[WindowMetric | Finding], baseline: BiasBaseline, *, has_labels: bool
) -> WatchedBias:
    metrics = [one for one in found if isinstance(one, WindowMetric)]
    findings = [one for one in found if isinstance(one, Finding)]
    if not has_labels:
        told = "No outcome is known yet, so only how many are of each group and flagged was judged."
        findings.append(_blind("", 0, told))
    violations = []
    for metric in metrics:
        before = baseline.of(metric.facet, metric.group)[metric.name]
        finding = judged(metric, before, tests=len(metrics))
        findings.append(finding)
        if finding.verdict is Verdict.FAIL:
            violations.append(
                BiasViolation(metric.facet, metric.group, metric.name, finding.reason)
            )
    return WatchedBias(tuple(findings), BiasViolations(tuple(violations)))


def _of_facet(
    rows: WindowRows,
    facet: str,
    baseline: BiasBaseline,
    *,
    without_labels: bool,
    rng: np.random.Generator,
    draws: int,
) -> Iterator[WindowMetric | Finding]:
    groups = _groups(rows, facet)
    stratum = None if rows.strata is None else rows.strata.to_numpy()
    yield from _of_table(
        group_table(_audit_rows(rows), groups, stratum) if groups.names else None,
        facet,
        baseline,
        rows=len(rows.label),
        unknown=int((groups.codes < 0).sum()),
        without_labels=without_labels,
        has_strata=stratum is not None,
        rng=rng,
        draws=draws,
    )


def _of_table(
    table: GroupTable | None,
    facet: str,
    baseline: BiasBaseline,
    *,
    rows: int,
    unknown: int,
    without_labels: bool,
    has_strata: bool,
    rng: np.random.Generator,
    draws: int,
) -> Iterator[WindowMetric | Finding]:
    """Yield the metrics of a facet's groups; without a table no row's group is known."""
    if table is None:
        what = "" if without_labels else " with a known outcome"
        told = f"No row{what} has a known {facet}."
        yield _blind(facet, 0, told, without_labels=without_labels)
        return
    if without_labels and 2 * unknown > rows:
        told = f"{unknown:,} of {rows:,} rows have no known {facet}, so the others do "
        yield _blind(facet, unknown, f"{told}not speak for all.")
    flips = (Flips(None, 0, "not asked for"),) * len(table.names)
    found = facet_metrics(table, table.draw(draws, rng), flips, has_strata=has_strata)
    everybody = int(table.kinds.people.sum())
    by_name = {one.value: (one, int(table.people[at])) for at, one in enumerate(found)}
    for group in baseline.groups(facet):
        one, people = by_name.get(group, (None, 0))
        if one is None or min(people, everybody - people) < FEWEST_PEOPLE:
            yield _too_few(facet, group, people, everybody, without_labels=without_labels)
            continue
        known = baseline.of(facet, group)
        for metric in (*one.pre_training, *one.post_training):
            is_asked = (metric.name in WITHOUT_LABELS) is without_labels
            if is_asked and metric.name in known and metric.name not in NOT_WATCHED:
                yield _told(metric, facet, group, one.n)


def _told(metric: BiasMetric, facet: str, group: str, n: int) -> WindowMetric:
    """Return the metric as numbers; NaN where the window does not tell it or its interval."""
    value = float("nan") if metric.value is None else float(metric.value)
    low, high = (float("nan"),) * 2 if metric.interval is None else map(float, metric.interval)
    return WindowMetric(facet, group, metric.name, value, low, high, n)


def _groups(rows: WindowRows, facet: str) -> Grouping:
    if facet not in rows.facets.columns:
        return Grouping(facet, (), np.full(len(rows.label), -1))
    return grouping(rows.facets.get_column(facet))


def _audit_rows(rows: WindowRows) -> AuditRows:
    """Return the rows for the audit's counting; where an outcome is unknown 0 takes its place."""
    numbers, places = np.unique(rows.person, return_inverse=True)
    label = rows.label.fill_null(0).cast(pl.Int64).to_numpy()
    return AuditRows(label, rows.flagged.astype(np.int64), rows.risk, places, len(numbers))


def _too_few(
    facet: str, group: str, people: int, everybody: int, *, without_labels: bool
) -> Finding:
    counted = f"{people:,}" if people >= FEWEST_NAMED else f"fewer than {FEWEST_NAMED}"
    of = "" if without_labels else " whose outcome is known"
    return _blind(
        f"{facet} = {group}",
        people if people >= FEWEST_NAMED else 0,
        f"There are {counted} people of this group{of} among {everybody:,} of known {facet}; at "
        f"least {FEWEST_PEOPLE} on each side are needed, so it was not judged.",
        without_labels=without_labels,
    )


def _blind(subject: str, n: int, reason: str, *, without_labels: bool = True) -> Finding:
    metric = "" if without_labels else "metrics of outcomes"
    return Finding(Monitor.BIAS, BIAS_CHECK, Verdict.INSUFFICIENT, reason, subject, metric, n=n)

"""What was found in a window, as figures to be followed over time."""

import math
from collections import Counter

from stayline.domain.gates import Verdict
from stayline.domain.metric_points import MetricPoint
from stayline.domain.monitoring import Monitor, Watched

VERSION, CAUSE = "ModelVersion", "Cause"
VIOLATIONS, ROWS, MISSED = "watch_violations", "watch_rows", "estimate_missed"
IN_HINDSIGHT = "estimate_check"
"""The check of whether an estimate came true, which says nothing of the window being worse."""
NO_DATA_CHECK = "no_data_check"
"""Told by the rows and their cause: a window without answers says nothing of what was asked."""


def metric_points(watched: Watched) -> list[MetricPoint]:
    """Return the window's figures, at its end: rows, violations by monitor, and every finding.

    That an estimate did not come true, for better or worse, is no violation but a figure of its
    own: 1 or 0.

    A finding's metric is named as CloudWatch has it from Model Monitor where that has a name:
    ``feature_baseline_drift_Age``, ``bias_metric_DPPL``.
    """
    at = watched.window.end
    version = {VERSION: str(watched.model_version)}
    said = [f for f in watched.findings if f.verdict is not Verdict.INSUFFICIENT]
    of_window = [f for f in said if f.check not in (IN_HINDSIGHT, NO_DATA_CHECK)]
    failed = Counter(f.monitor for f in of_window if f.verdict is Verdict.FAIL)
    judged = {f.monitor for f in of_window}
    causes = [f.subject for f in watched.findings if f.check == NO_DATA_CHECK]
    where = {**version, CAUSE: causes[0]} if causes else version
    points = [MetricPoint(ROWS, at, watched.intake.rows, where, "Count")]
    points += [
        MetricPoint(VIOLATIONS, at, failed[monitor], {**version, "Monitor": monitor.value}, "Count")
        for monitor in Monitor
        if monitor in judged
    ]
    if compared := [f for f in said if f.check == IN_HINDSIGHT]:
        missed = any(f.verdict is Verdict.FAIL for f in compared)
        where = {**version, "Monitor": Monitor.QUALITY.value}
        points.append(MetricPoint(MISSED, at, int(missed), where, "Count"))
    told: dict[tuple[str, str], MetricPoint] = {}
    for one in watched.findings:
        if one.value is None or not one.metric or not math.isfinite(one.value):
            continue
        name = f"feature_baseline_drift_{one.subject}" if _is_drift(one.check) else one.metric
        where = {**version, "Monitor": one.monitor.value}
        if one.subject and not _is_drift(one.check):
            where["Subject"] = one.subject
        told.setdefault(
            (name, one.subject),
            MetricPoint(name, at, one.value, where, low=one.low, high=one.high, n=one.n),
        )
    return [*points, *told.values()]


def _is_drift(check: str) -> bool:
    return check == "baseline_drift_check"

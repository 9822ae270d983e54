"""What was found in a window, as figures to be followed over time."""

import math
from collections import Counter

from stayline.domain.gates import Verdict
from stayline.domain.metric_points import MetricPoint
from stayline.domain.monitoring import Monitor, Watched

VIOLATIONS, ROWS = "watch_violations", "watch_rows"
NO_DATA_CHECK = "no_data_check"
"""Told by the rows and their cause: a window without answers says nothing of what was asked."""


def metric_points(watched: Watched) -> list[MetricPoint]:
    """Return the window's figures, at its end: rows, violations by monitor, and every finding.

    A finding's metric is named as CloudWatch has it from Model Monitor where that has a name:
    ``feature_baseline_drift_Age``, ``bias_metric_DPPL``.
    """
    at = watched.window.end
    version = {"ModelVersion": str(watched.model_version)}
    answered = [f for f in watched.findings if f.check != NO_DATA_CHECK]
    failed = Counter(f.monitor for f in answered if f.verdict is Verdict.FAIL)
    judged = {f.monitor for f in answered if f.verdict is not Verdict.INSUFFICIENT}
    causes = [f.subject for f in watched.findings if f.check == NO_DATA_CHECK]
    where = {**version, "Cause": causes[0]} if causes else version
    points = [MetricPoint(ROWS, at, watched.intake.rows, where, "Count")]
    points += [
        MetricPoint(VIOLATIONS, at, failed[monitor], {**version, "Monitor": monitor.value}, "Count")
        for monitor in Monitor
        if monitor in judged
    ]
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

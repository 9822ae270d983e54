"""A window held against its model's baseline: all of data drift, at one rate of false alarms."""

import polars as pl

from stayline.domain.monitoring import Finding
from stayline.domain.workforce_schema import Column
from stayline.formats.data_statistics import Statistics
from stayline.formats.joint_statistics import JointStatistics
from stayline.modelling.drift.columns import column_findings
from stayline.modelling.drift.joint import joint_finding
from stayline.modelling.drift.sampling import Evidence, independent_rows

FALSE_ALARM_RATE = 0.05
_COLUMNS_PART = 0.5
"""The part of the rate that columns may spend; the rest is for how they hang together."""


def drift_findings(
    frame: pl.DataFrame,
    columns: tuple[Column, ...],
    window: Statistics,
    baseline: Statistics,
    joint: JointStatistics | None,
    *,
    people: pl.Series | None = None,
    false_alarm_rate: float = FALSE_ALARM_RATE,
) -> tuple[Finding, ...]:
    """Return what changed in a window: each column of the baseline, then all of them together.

    ``window`` are the statistics of ``frame``, which has the columns of the baseline (one it lacks
    counts as missing) and, for dates, ``event_time``. Without drift, at most ``false_alarm_rate``
    of all windows have any `Verdict.FAIL`: half of the rate is shared by the tests of all columns
    (their distribution, their gaps), half is for the pairs. Bands hold together at the same rate.

    Assumed is that different people's rows are independent draws. Rows of one person need not be:
    ``people`` says whose each row is, and people of many rows then count less; without it every
    row counts as another person's. The baseline's own people are counted by ``joint``; without it
    its rows count as independent, too. The same people in both only make the tests more careful.
    """
    rows = float(frame.height)
    if people is not None and len(people):
        rows = independent_rows(people.value_counts().get_column("count").to_numpy())
    return (
        *columns_findings(window, baseline, joint, rows=rows, false_alarm_rate=false_alarm_rate),
        joint_finding(
            frame,
            columns,
            baseline,
            joint,
            _evidence(baseline, joint, rows, false_alarm_rate * (1 - _COLUMNS_PART)),
        ),
    )


def columns_findings(
    window: Statistics,
    baseline: Statistics,
    joint: JointStatistics | None,
    *,
    rows: float,
    false_alarm_rate: float = FALSE_ALARM_RATE,
) -> tuple[Finding, ...]:
    """Return what `drift_findings` says of each column alone, which takes the statistics only.

    ``rows`` is how many independent rows they are of.
    """
    level = false_alarm_rate * _COLUMNS_PART / max(1, 2 * len(baseline.features))
    of_one = _evidence(baseline, joint, rows, level)
    found = {feature.name: feature for feature in window.features}
    compared = [(found[f.name], f) for f in baseline.features if f.name in found]
    return tuple(told for now, then in compared for told in column_findings(now, then, of_one))


def _evidence(
    baseline: Statistics, joint: JointStatistics | None, rows: float, level: float
) -> Evidence:
    total = float(baseline.dataset.item_count)
    return Evidence(rows, total if joint is None else min(total, joint.independent_rows), level)

"""Whether the workforce itself changed: how many there are, and how many of them have left.

Layoffs change who is there before they change what those who stay look like, so the columns' own
tests may not see them.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.modelling.drift.sampling import share_band, share_luck

ROW_COUNT = "row_count_check"
OUTCOME_SHARE = "outcome_share_check"
FEWEST_EARLIER = 5
SMALLEST_GROWTH_CHANGE = 0.01
"""A workforce that grows or shrinks by less than a hundredth more than usual is as usual."""
_USUAL_RISE = 1.25


def row_count_finding(
    rows: int, earlier: Sequence[int], *, false_alarm_rate: float = 0.05
) -> Finding:
    """Return whether a window has as many rows as the windows of equal length before led to expect.

    ``earlier`` are their counts, oldest first, none of them 0. Expected is the last one times the
    mean growth; the band is that of one more growth (Student's t), so growths are taken as
    independent draws. It is for counts that follow the workforce, such as nightly scores, not for
    requests that come as people please.
    """
    if len(earlier) < FEWEST_EARLIER:
        why = f"{len(earlier)} earlier windows tell no usual growth; it takes {FEWEST_EARLIER}."
        return Finding(Monitor.DATA, ROW_COUNT, Verdict.INSUFFICIENT, why, metric="rows", n=rows)
    growth = np.diff(np.log(np.array(earlier, dtype=np.float64)))
    freedom = len(growth) - 1
    times = float(special.stdtrit(freedom, 1 - false_alarm_rate / 2))
    error = float(growth.std(ddof=1) * np.sqrt(1 + 1 / len(growth)))
    half = max(times * error, SMALLEST_GROWTH_CHANGE)
    low, usual, high = earlier[-1] * np.exp(float(growth.mean()) + np.array([-half, 0.0, half]))
    is_usual = low <= rows <= high
    return Finding(
        Monitor.DATA,
        ROW_COUNT,
        Verdict.PASS if is_usual else Verdict.FAIL,
        f"{rows:,} rows; {low:,.0f} to {high:,.0f} would follow from the windows before.",
        metric="rows",
        value=float(rows),
        low=float(low),
        high=float(high),
        baseline=float(usual),
        n=rows,
    )


def outcome_share_finding(
    left: int, rows: int, baseline_left: int, baseline_rows: int, *, false_alarm_rate: float = 0.05
) -> Finding:
    """Return whether more or fewer people leave than in the training rows.

    Both are counts of labelled rows, of different people; it takes the labels, so it comes late.
    Fails when the change is clear (Fisher's exact test) and by a fourth at least, up or down.
    """
    if not rows or not baseline_rows:
        return Finding(
            Monitor.QUALITY, OUTCOME_SHARE, Verdict.INSUFFICIENT, "There are no labelled rows."
        )
    share, former = left / rows, baseline_left / baseline_rows
    counts = np.array([left]), rows, np.array([baseline_left]), baseline_rows
    luck = float(share_luck(*counts)[0])
    low, high = share_band(left, rows, false_alarm_rate)
    is_large = share >= former * _USUAL_RISE or share <= former / _USUAL_RISE
    if luck <= false_alarm_rate:
        verdict = Verdict.FAIL if is_large else Verdict.PASS
    else:
        is_told = low >= former / _USUAL_RISE and high <= former * _USUAL_RISE
        verdict = Verdict.PASS if is_told else Verdict.INSUFFICIENT
    return Finding(
        Monitor.QUALITY,
        OUTCOME_SHARE,
        verdict,
        f"{share:.1%} of the people left, {former:.1%} in training; p = {luck:.2g}.",
        metric="outcome_share",
        value=share,
        low=low,
        high=high,
        threshold=former * _USUAL_RISE,
        baseline=former,
        n=rows,
    )

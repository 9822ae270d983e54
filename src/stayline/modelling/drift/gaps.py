"""Whether a column has more, or fewer, rows without a value than it had."""

import numpy as np

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.data_constraints import Check
from stayline.formats.data_statistics import FeatureStatistics
from stayline.modelling.drift import sampling
from stayline.modelling.drift.sampling import Evidence

MISSING = "missing_share"
SMALLEST_CHANGE = 0.02
"""A change below 2 of 100 rows is small, except in a column that never had a gap."""


def gap_finding(found: FeatureStatistics, before: FeatureStatistics, evidence: Evidence) -> Finding:
    """Return whether the share of rows without a value changed; any clear first gap fails.

    Clear is what Fisher's exact test says; the band of the share is Clopper and Pearson's.
    """
    share, former = 1 - filled_share(found), 1 - filled_share(before)
    rows, rows_before = max(1, round(evidence.window)), max(1, round(evidence.baseline))
    missing, missing_before = round(share * rows), round(former * rows_before)
    luck = float(
        sampling.share_luck(np.array([missing]), rows, np.array([missing_before]), rows_before)[0]
    )
    low, high = sampling.share_band(missing, rows, evidence.level)
    limit = SMALLEST_CHANGE if former else 0.0
    is_clear = luck <= evidence.level
    needed = sampling.fewest_rows_for_a_share(evidence)
    if is_clear and abs(share - former) >= limit:
        verdict = Verdict.FAIL
    elif is_clear or (needed is not None and evidence.window >= needed):
        verdict = Verdict.PASS
    else:
        verdict = Verdict.INSUFFICIENT
    takes = (
        f"; a change of {sampling.SEEN_CHANGE:.0%} shows from {needed:,} rows on" if needed else ""
    )
    return Finding(
        Monitor.DATA,
        Check.BASELINE_DRIFT,
        verdict,
        f"{share:.1%} of the rows have no value, {former:.1%} before; p = {luck:.2g}{takes}.",
        found.name,
        MISSING,
        value=share,
        low=low,
        high=high,
        threshold=limit,
        baseline=former,
        n=int(found.presence.num_present + found.presence.num_missing),
    )


def filled_share(feature: FeatureStatistics) -> float:
    """Return the share of rows with a value, 0 without rows."""
    presence = feature.presence
    rows = presence.num_present + presence.num_missing
    return presence.num_present / rows if rows else 0.0

"""From a stated policy to the edges of the bands, on out-of-fold risks only."""

import numpy as np

from stayline.domain.alert_policy import AlertPolicy, Bands, Capacity


def bands_for(policy: AlertPolicy, label: np.ndarray, risk: np.ndarray) -> Bands:
    """Return the alert threshold that the policy asks for, and the medium edge at the base rate.

    When no threshold reaches the asked precision, the one with the best precision among those that
    flag at least 1 % of the rows is taken.
    """
    order = np.argsort(-risk, kind="stable")
    risk, label = risk[order], label[order]
    ends = np.flatnonzero(np.r_[np.diff(risk) != 0, True])
    flagged = ends + 1
    if isinstance(policy, Capacity):
        at = int(np.searchsorted(flagged, policy.share * len(risk)))
    else:
        precision = np.cumsum(label)[ends] / flagged
        good = np.flatnonzero(precision >= policy.precision)
        enough = flagged >= 0.01 * len(risk)
        at = int(good[-1]) if len(good) else int(np.argmax(np.where(enough, precision, 0)))
    high = float(risk[ends[min(at, len(ends) - 1)]])
    base_rate = float(label.mean())
    return Bands(medium=base_rate if base_rate < high else high / 2, high=high)

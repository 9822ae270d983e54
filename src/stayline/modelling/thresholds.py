"""From a stated policy to the edges of the bands, on out-of-fold risks only."""

import numpy as np

from stayline.domain.alert_policy import AlertPolicy, Bands, Capacity

_ROUNDING = 1e-9


def bands_for(policy: AlertPolicy, label: np.ndarray, risk: np.ndarray) -> Bands:
    """Return the alert threshold that the policy asks for, and the medium edge at the base rate.

    When no threshold reaches the asked precision, the one with the best precision among those that
    flag at least 1 % of the rows is taken. A capacity is never exceeded, unless the very highest
    risk is shared by more rows than there is room for.
    """
    order = np.argsort(-risk, kind="stable")
    risk, label = risk[order], label[order]
    ends = np.flatnonzero(np.r_[np.diff(risk) != 0, True])
    flagged = ends + 1
    if isinstance(policy, Capacity):
        room = policy.share * len(risk) + _ROUNDING
        at = max(int(np.searchsorted(flagged, room, side="right")) - 1, 0)
    else:
        precision = np.cumsum(label)[ends] / flagged
        good = np.flatnonzero(precision >= policy.precision)
        enough = flagged >= 0.01 * len(risk)
        at = int(good[-1]) if len(good) else int(np.argmax(np.where(enough, precision, 0)))
    high = float(risk[ends[at]])
    base_rate = float(label.mean())
    return Bands(medium=base_rate if base_rate < high else high / 2, high=high)

"""From a stated policy to the edges of the bands, on out-of-fold risks only."""

import numpy as np

from stayline.domain.alert_policy import AlertPolicy, Bands, Capacity

_ROUNDING = 1e-9


def bands_for(
    policy: AlertPolicy, label: np.ndarray, risk: np.ndarray, weight: np.ndarray | None = None
) -> Bands:
    """Return the alert threshold that the policy asks for, and the medium edge at the base rate.

    When no threshold reaches the asked precision, the one with the best precision among those that
    flag at least 1 % of the rows is taken. A capacity is never exceeded, unless the very highest
    risk is shared by more rows than there is room for. ``weight`` is how much each row counts, None
    for all alike.
    """
    order = np.argsort(-risk, kind="stable")
    risk, label = risk[order], label[order]
    weight = np.ones(len(risk)) if weight is None else weight[order]
    ends = np.flatnonzero(np.r_[np.diff(risk) != 0, True])
    flagged, total = np.cumsum(weight)[ends], weight.sum()
    if isinstance(policy, Capacity):
        room = policy.share * total + _ROUNDING
        at = max(int(np.searchsorted(flagged, room, side="right")) - 1, 0)
    else:
        precision = np.cumsum(label * weight)[ends] / flagged
        good = np.flatnonzero(precision >= policy.precision)
        enough = flagged >= 0.01 * total
        at = int(good[-1]) if len(good) else int(np.argmax(np.where(enough, precision, 0)))
    high = float(risk[ends[at]])
    base_rate = float(np.average(label, weights=weight))
    return Bands(medium=base_rate if base_rate < high else high / 2, high=high)

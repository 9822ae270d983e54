"""SageMaker Clarify's bias metrics as functions of counts: many groups and draws at once.

Counts end in (2, 2): label (0 stayed, 1 left) by flag (0 not flagged, 1 flagged). As Clarify's
favourable class is 0 here, what it calls positive is: stayed, and not flagged. ``d`` counts the
rows of a group, ``a`` all others. What is not defined is NaN; as in Clarify 0/0 is 0 and x/0
infinite. Source: ``smclarify`` 0.5, ``bias/metrics``; the tests compare every metric with it.
"""

import numpy as np

PRE_TRAINING = {
    "CDDL": "Conditional Demographic Disparity in Labels (CDDL)",
    "CI": "Class Imbalance (CI)",
    "DPL": "Difference in Positive Proportions in Labels (DPL)",
    "JS": "Jensen-Shannon Divergence (JS)",
    "KL": "Kullback-Liebler Divergence (KL)",
    "KS": "Kolmogorov-Smirnov Distance (KS)",
    "LP": "L-p Norm (LP)",
    "TVD": "Total Variation Distance (TVD)",
}
"""Metrics of the labels, with their descriptions in Clarify's words."""
POST_TRAINING = {
    "AD": "Accuracy Difference (AD)",
    "CDDPL": "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
    "DAR": "Difference in Acceptance Rates (DAR)",
    "DCA": "Difference in Conditional Acceptance (DCA)",
    "DCR": "Difference in Conditional Rejection (DCR)",
    "DI": "Disparate Impact (DI)",
    "DPPL": "Difference in Positive Proportions in Predicted Labels (DPPL)",
    "DRR": "Difference in Rejection Rates (DRR)",
    "FT": "Flip Test (FT)",
    "GE": "Generalized Entropy (GE)",
    "RD": "Recall Difference (RD)",
    "SD": "Specificity Difference (SD)",
    "TE": "Treatment Equality (TE)",
}
"""Metrics of the predictions."""


def metric_values(d: np.ndarray, a: np.ndarray) -> dict[str, np.ndarray]:
    """Return every metric that the counts (..., 2, 2) of a group and of the others determine."""
    with np.errstate(divide="ignore", invalid="ignore"):
        values = _of_labels(d, a) | _of_predictions(d, a)
    is_empty = (d.sum(axis=(-2, -1)) == 0) | (a.sum(axis=(-2, -1)) == 0)
    found = {name: np.where(is_empty, np.nan, value) for name, value in values.items()}
    return found | {"GE": generalized_entropy(d + a)}


def conditional_disparity(cells: np.ndarray) -> np.ndarray:
    """Return CDDL and CDDPL, stacked: (2, ..., groups), from counts (..., groups, strata, 2, 2).

    NaN where all labels, or all predictions, are alike.
    """
    by_label, by_flag = cells.sum(axis=-1), cells.sum(axis=-2)
    return np.stack([_disparity(by_label), _disparity(by_flag)])


def generalized_entropy(counts: np.ndarray) -> np.ndarray:
    """Return GE(2) of benefits: 1 where right, 2 for left but not flagged, 0 for a false flag."""
    total = counts.sum(axis=(-2, -1))
    missed, false_flag = counts[..., 1, 0], counts[..., 0, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total + missed - false_flag) / total
        squared = (total + 3 * missed - false_flag) / mean**2
        return np.where(mean > 0, (squared - total) / (2 * total), np.nan)


def _of_labels(d: np.ndarray, a: np.ndarray) -> dict[str, np.ndarray]:
    size_d, size_a = d.sum(axis=(-2, -1)), a.sum(axis=(-2, -1))
    share_d = d.sum(axis=-1) / size_d[..., None]
    share_a = a.sum(axis=-1) / size_a[..., None]
    is_in_both = (share_d > 0) & (share_a > 0)
    middle = (share_d + share_a) / 2
    gap = np.where(is_in_both, np.abs(share_a - share_d), 0)
    surprise = {
        "KL": np.where(is_in_both, share_a * np.log(share_a / share_d), 0),
        "JS": np.where(
            is_in_both,
            (share_a * np.log(share_a / middle) + share_d * np.log(share_d / middle)) / 2,
            0,
        ),
    }
    distances = {name: terms.sum(axis=-1) for name, terms in surprise.items()} | {
        "LP": np.sqrt((gap**2).sum(axis=-1)),
        "TVD": gap.sum(axis=-1) / 2,
        "KS": gap.max(axis=-1),
    }
    is_comparable = is_in_both.any(axis=-1)
    return {
        "CI": (size_a - size_d) / (size_a + size_d),
        "DPL": share_a[..., 0] - share_d[..., 0],
        **{name: np.where(is_comparable, found, np.nan) for name, found in distances.items()},
    }


def _of_predictions(d: np.ndarray, a: np.ndarray) -> dict[str, np.ndarray]:
    """Return the metrics of predictions; what stays and is clear (not flagged) is favourable."""
    left_d, left_a = d[..., 1, :].sum(axis=-1), a[..., 1, :].sum(axis=-1)
    stay_d, stay_a = d[..., 0, :].sum(axis=-1), a[..., 0, :].sum(axis=-1)
    flag_d, flag_a = d[..., :, 1].sum(axis=-1), a[..., :, 1].sum(axis=-1)
    clear_d, clear_a = d[..., :, 0].sum(axis=-1), a[..., :, 0].sum(axis=-1)
    size_d, size_a = stay_d + left_d, stay_a + left_a
    return {
        "DPPL": clear_a / size_a - clear_d / size_d,
        "DI": _over(clear_d / size_d, clear_a / size_a),
        "DCA": _minus(_over(stay_a, clear_a), _over(stay_d, clear_d)),
        "DCR": _minus(_over(left_d, flag_d), _over(left_a, flag_a)),
        "RD": _over(a[..., 0, 0], stay_a) - _over(d[..., 0, 0], stay_d),
        "SD": _over(d[..., 1, 1], left_d) - _over(a[..., 1, 1], left_a),
        "DAR": _over(a[..., 0, 0], clear_a) - _over(d[..., 0, 0], clear_d),
        "DRR": _over(d[..., 1, 1], flag_d) - _over(a[..., 1, 1], flag_a),
        "AD": (a[..., 0, 0] + a[..., 1, 1]) / size_a - (d[..., 0, 0] + d[..., 1, 1]) / size_d,
        "TE": _minus(_over(d[..., 0, 1], d[..., 1, 0]), _over(a[..., 0, 1], a[..., 1, 0])),
    }


def _disparity(counts: np.ndarray) -> np.ndarray:
    """Return the disparity (..., groups) within strata, from (..., groups, strata, 2): 0 stays."""
    in_all = counts.sum(axis=-3, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = _over(counts, in_all)
    gap = shares[..., 1] - shares[..., 0]
    size = in_all.sum(axis=-1)
    found = (size * gap).sum(axis=-1) / size.sum(axis=-1)
    has_both = (in_all.sum(axis=-2) > 0).all(axis=-1)
    return np.where(has_both, found, np.nan)


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where((part == 0) & (whole == 0), 0.0, part / whole)


def _minus(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Subtract; two infinities of one sign are no difference."""
    return np.where(one == other, 0.0, one - other)

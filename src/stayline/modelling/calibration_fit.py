"""Fit the map from margins to probabilities on rows that the trees had not seen."""

import numpy as np

from stayline.modelling.calibration import Calibration

FEWEST_POSITIVES_FOR_ISOTONIC = 1000
_EDGE = 1e-4


def fit_calibration(
    margin: np.ndarray, label: np.ndarray, fold: np.ndarray, weight: np.ndarray | None = None
) -> Calibration:
    """Return the calibration of out-of-fold margins; ``margin`` and ``fold`` are (repeats, n).

    ``weight`` (n,) is how much each row counts, None for all alike.

    Platt's, unless there are at least 1,000 positives and the isotonic one has, cross-fitted over
    the same folds, a Brier score better by more than one standard error of the paired difference.
    """
    repeated = np.tile(label, len(margin))
    weights = None if weight is None else np.tile(weight, len(margin))
    if label.sum() >= FEWEST_POSITIVES_FOR_ISOTONIC:
        gain = _squared(margin, label, fold, "platt", weight)
        gain = gain - _squared(margin, label, fold, "isotonic", weight)
        if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
            return _isotonic(margin.ravel(), repeated, weights)
    return _platt(margin.ravel(), repeated, weights)


def _squared(
    margin: np.ndarray,
    label: np.ndarray,
    fold: np.ndarray,
    kind: str,
    weight: np.ndarray | None,
) -> np.ndarray:
    """Return each row's squared error, averaged over the repeats, times what the row counts."""
    errors = [
        (cross_fitted(row, label, parts, kind, weight) - label) ** 2
        for row, parts in zip(margin, fold, strict=True)
    ]
    return np.asarray(np.mean(errors, axis=0) * (1 if weight is None else weight))


def cross_fitted(
    margin: np.ndarray,
    label: np.ndarray,
    fold: np.ndarray,
    kind: str = "platt",
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """Return probabilities where each fold is calibrated on the other folds alone."""
    fit = _isotonic if kind == "isotonic" else _platt
    out = np.empty(len(margin))
    for number in np.unique(fold):
        held = fold == number
        counted = None if weight is None else weight[~held]
        out[held] = fit(margin[~held], label[~held], counted)(margin[held])
    return out


def _platt(margin: np.ndarray, label: np.ndarray, weight: np.ndarray | None) -> Calibration:
    """Fit a rising sigmoid; where only a falling or no slope fits, the base rate for everyone."""
    from sklearn.linear_model import LogisticRegression

    if np.ptp(margin) > 0 and np.ptp(label) > 0:
        model = LogisticRegression(C=1e6, max_iter=1000)
        model.fit(margin.reshape(-1, 1), label, sample_weight=weight)
        slope = float(model.coef_[0, 0])
        if slope > 0:
            return Calibration("platt", slope=slope, intercept=float(model.intercept_[0]))
    rate = float(np.clip(np.average(label, weights=weight), _EDGE, 1 - _EDGE))
    return Calibration("platt", slope=0.0, intercept=float(np.log(rate / (1 - rate))))


def _isotonic(margin: np.ndarray, label: np.ndarray, weight: np.ndarray | None) -> Calibration:
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=_EDGE, y_max=1 - _EDGE, out_of_bounds="clip")
    model.fit(margin.astype(np.float64), label, sample_weight=weight)
    return Calibration(
        "isotonic",
        margins=tuple(float(value) for value in model.X_thresholds_),
        probabilities=tuple(float(value) for value in model.y_thresholds_),
    )

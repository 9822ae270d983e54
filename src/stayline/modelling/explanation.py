"""Why a risk is what it is: exact TreeSHAP, told per column, in words and probability points."""

from collections.abc import Mapping, Sequence

import numpy as np

from stayline.domain.risk_score import FieldValue, Reason
from stayline.modelling.calibration import Calibration
from stayline.modelling.encoding import InputEncoder, ModelInput

_NEAR = 1e-4


def column_contributions(contributions: np.ndarray, encoder: InputEncoder) -> np.ndarray:
    """Sum TreeSHAP contributions (n, encoded + 1) per original column: (n, inputs), in margin."""
    sums = np.zeros((len(contributions), len(encoder.inputs)))
    np.add.at(sums.T, encoder.owners, contributions[:, :-1].astype(np.float64).T)
    return sums


def in_probability(
    contributions: np.ndarray, base_margin: np.ndarray, calibration: Calibration, risk: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the base risk (n,) and contributions (n, inputs) that add up to the risk.

    Each column gets the share of ``risk - base risk`` that it has of the sum of margins. The map
    from margin to probability rises, so every sign is kept. Where the margins all but cancel, that
    share would be rounding noise; the map's slope at the base margin takes its place.
    """
    base = calibration(base_margin)
    total = contributions.sum(axis=1)
    cancels = np.abs(total) < _NEAR
    rise = calibration(base_margin + _NEAR) - calibration(base_margin - _NEAR)
    scale = np.where(cancels, rise / (2 * _NEAR), (risk - base) / np.where(cancels, 1.0, total))
    told = contributions * scale[:, None]
    return np.where(cancels, risk - told.sum(axis=1), base), told


def reasons(
    row: Mapping[str, FieldValue], contributions: Sequence[float], encoder: InputEncoder
) -> tuple[Reason, ...]:
    """Return one reason per column, the strongest first."""
    told = [
        Reason(
            feature=item.name,
            value=row.get(item.name),
            contribution=float(contribution),
            text=_text(item, row.get(item.name), float(contribution)),
        )
        for item, contribution in zip(encoder.inputs, contributions, strict=True)
    ]
    return tuple(sorted(told, key=lambda reason: -abs(reason.contribution)))


def _text(item: ModelInput, value: FieldValue, contribution: float) -> str:
    if value is not None:
        subject = f"{item.name} is {_shown(value)}"
    elif item.assumed is not None:
        subject = f"{item.name} is not given, taken as {_shown(item.assumed)}"
    else:
        subject = f"{item.name} is not given"
    points = abs(contribution) * 100
    if points < 0.05:
        return f"{subject}: hardly changes the risk"
    direction = "raises" if contribution > 0 else "lowers"
    return f"{subject}: {direction} the risk by {points:.1f} points"


def _shown(value: FieldValue) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)

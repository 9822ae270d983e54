"""Why a risk is what it is: exact TreeSHAP, told per column in probability points."""

from dataclasses import dataclass

import numpy as np

from stayline.modelling.calibration import Calibration
from stayline.modelling.encoding import InputEncoder

_NEAR = 1e-4


def column_contributions(contributions: np.ndarray, encoder: InputEncoder) -> np.ndarray:
    """Sum TreeSHAP contributions (n, encoded + 1) per original column: (n, inputs), in margin."""
    sums = np.zeros((len(contributions), len(encoder.inputs)))
    np.add.at(sums.T, encoder.owners, contributions[:, :-1].astype(np.float64).T)
    return sums


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where every explanation starts: the mean margin of training, its risk, and the slope there.

    The slope is that of the map from margin to probability.
    """

    margin: float
    risk: float
    slope: float

    @classmethod
    def of(cls, margin: float, calibration: Calibration) -> "Baseline":
        """Return the baseline of a model whose contributions start from ``margin``."""
        low, risk, high = calibration(margin + np.array([-_NEAR, 0.0, _NEAR])).tolist()
        return cls(margin, risk, (high - low) / (2 * _NEAR))

    def in_probability(
        self, contributions: np.ndarray, margin: np.ndarray, risk: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the base risk (n,) and contributions (n, inputs) that add up to the risk.

        Each column gets the share of ``risk - base risk`` that it has of the way from the base
        margin to the row's. The map from margin to probability rises, so every sign is kept. Where
        the contributions all but cancel, that share would be rounding noise; the map's slope at the
        base margin takes its place.
        """
        way = margin - self.margin
        cancels = np.abs(way) < _NEAR
        scale = (risk - self.risk) / np.where(cancels, 1.0, way)
        scale = np.where(cancels, self.slope, scale)
        base = np.where(cancels, risk - way * self.slope, self.risk)
        return base, contributions * scale[:, None]

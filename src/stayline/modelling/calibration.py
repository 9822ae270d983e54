"""From a model's margin to a probability that means what it says."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising map from margins to probabilities strictly between 0 and 1.

    ``platt``: ``sigmoid(slope * margin + intercept)``. ``isotonic``: linear between the points
    (``margins``, ``probabilities``).
    """

    kind: Literal["platt", "isotonic"]
    slope: float = 1.0
    intercept: float = 0.0
    margins: tuple[float, ...] = ()
    probabilities: tuple[float, ...] = ()
    _points: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_points", np.array([self.margins, self.probabilities]))

    def __call__(self, margin: np.ndarray) -> np.ndarray:
        """Return the probability of each margin, in float64."""
        margin = np.asarray(margin, dtype=np.float64)
        if self.kind == "isotonic":
            return np.asarray(np.interp(margin, *self._points))
        logit = np.maximum(np.minimum(self.slope * margin + self.intercept, 30.0), -30.0)
        return np.asarray(1.0 / (1.0 + np.exp(-logit)))

"""How steeply something grows with the rows: the exponent of a power law, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True)
class Slope:
    """1: twice the rows take twice as much; 0: they take no more. NaN where n does not tell."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        known = f"{self.low:.2f} to {self.high:.2f}" if self.n > 2 else "too few sizes for one"
        return f"{self.value:.2f} ({known}, n = {self.n})"


def slope(rows: Sequence[float], measured: Sequence[float]) -> Slope:
    """Return the least-squares slope of the logarithms, with Student's interval at 95 %."""
    fitted = stats.linregress(np.log(rows), np.log(measured))
    n = len(rows)
    wide = stats.t.ppf((1 + LEVEL) / 2, n - 2) * fitted.stderr if n > 2 else np.nan
    return Slope(fitted.slope, fitted.slope - wide, fitted.slope + wide, n)

"""How the alert threshold is chosen: a stated policy, never a number picked by eye."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class RecallAtPrecision:
    """Find as many as possible while at least ``precision`` of those flagged do leave."""

    precision: float = 0.42

    def __str__(self) -> str:
        return f"the most recall at a precision of at least {self.precision:.2f}"


@dataclass(frozen=True, slots=True)
class Capacity:
    """Flag the ``share`` of people that the company has the capacity to talk to."""

    share: float = 0.10

    def __str__(self) -> str:
        return f"the {self.share:.0%} of people with the highest risk"


AlertPolicy = RecallAtPrecision | Capacity


class Band(StrEnum):
    """Where a risk lies: a question to ask, not a verdict."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Bands:
    """The two edges between the three bands; ``high`` is the alert threshold.

    >>> Bands(medium=0.1, high=0.3).band_of(0.3)
    <Band.HIGH: 'high'>
    """

    medium: float
    high: float

    def band_of(self, risk: float) -> Band:
        """Return the band of a probability in [0, 1]; an edge belongs to the band above it."""
        if risk >= self.high:
            return Band.HIGH
        return Band.MEDIUM if risk >= self.medium else Band.LOW

"""Prices, each with where it was found, when, and how sure that is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Confidence(StrEnum):
    """How sure a price is; the least sure one of a part is the part's own."""

    VERIFIED = "verified"
    SECOND_HAND = "second hand"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for so many units, ``per``, in one region at one time.

    Of sources that differ the highest stands here, and ``note`` says so. ``free`` units of each
    month cost nothing.
    """

    name: str
    usd: float
    per: float
    unit: str
    region: str
    source: str
    found_on: date
    confidence: Confidence
    note: str = ""
    free: float = 0.0

    def of(self, quantity: float) -> float:
        """Return the dollars for a month's quantity.

        >>> Price("x", 0.2, 1e6, "request", "r", "s", date(2026, 1, 1), Confidence.VERIFIED).of(5e6)
        1.0
        """
        return max(quantity - self.free, 0.0) * self.usd / self.per


def least_sure(confidences: list[Confidence]) -> Confidence:
    """Return the one that can be relied on least.

    >>> least_sure([Confidence.VERIFIED, Confidence.UNVERIFIED, Confidence.SECOND_HAND])
    <Confidence.UNVERIFIED: 'unverified'>
    """
    order = list(Confidence)
    return max(confidences, key=order.index)

"""How the alert threshold is chosen: a stated policy, never a number picked by eye."""

from dataclasses import dataclass
from enum import StrEnum

from stayline.errors import SettingRefused


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


def policy_text(policy: AlertPolicy) -> str:
    """Return a policy as one short text for a parameter or a variable.

    >>> policy_text(Capacity(0.1))
    'capacity 0.1'
    """
    if isinstance(policy, RecallAtPrecision):
        return f"recall_at_precision {policy.precision!r}"
    return f"capacity {policy.share!r}"


def policy_from(text: str) -> AlertPolicy:
    """Return the policy of a text as `policy_text` writes it; raises `SettingRefused`.

    >>> policy_from("recall_at_precision 0.42")
    RecallAtPrecision(precision=0.42)
    """
    kind, _, number = text.strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if 0 < value < 1 and kind == "recall_at_precision":
        return RecallAtPrecision(value)
    if 0 < value < 1 and kind == "capacity":
        return Capacity(value)
    raise SettingRefused(
        "AlertPolicy",
        text,
        "'recall_at_precision P' or 'capacity S' with a number between 0 and 1",
    )


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

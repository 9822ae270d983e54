"""How sure a score is: what became of people whose score was about the same."""

from collections.abc import Sequence
from enum import StrEnum

from stayline.domain.light_values import light_value

_NEAR, _NEAR_SHARE = 0.02, 0.2


@light_value
class Alike:
    """One tenth of the people a model was tested on, by risk.

    ``count`` rows whose mean risk was ``mean_risk``; of them the share ``left`` did leave, with its
    95 % interval ``low`` to ``high``. ``measured_on`` are words for where these rows come from.
    """

    count: int
    mean_risk: float
    left: float
    low: float
    high: float
    measured_on: str = ""

    def is_near(self, risk: float) -> bool:
        """Whether these had much the same risk: within 2 points or a fifth of it.

        Otherwise nobody measured how often a risk such as this one comes true.
        """
        return abs(self.mean_risk - risk) <= max(_NEAR, _NEAR_SHARE * risk)


class Direction(StrEnum):
    """How a risk stands to that of last month, as far as the model can tell."""

    HIGHER = "higher"
    LOWER = "lower"
    ALIKE = "alike"
    OTHER_MODEL = "other_model"
    NOT_KNOWN = "not_known"
    NONE_EARLIER = "none_earlier"


def alike(tenths: Sequence[Alike], risk: float) -> Alike | None:
    """Return the tenth whose mean risk is nearest, None where nothing was measured.

    >>> tenths = [Alike(100, 0.1, 0.11, 0.05, 0.17), Alike(100, 0.4, 0.42, 0.3, 0.5)]
    >>> alike(tenths, 0.2).mean_risk, alike(tenths, 0.9).mean_risk, alike([], 0.2)
    (0.1, 0.4, None)
    """
    return min(tenths, key=lambda one: abs(one.mean_risk - risk), default=None)


def direction(before: Alike | None, now: Alike | None) -> Direction:
    """Return whether a risk went up or down by more than the model is unsure of.

    It did where the intervals of both tenths are apart: of the people with scores like the one now,
    clearly more, or fewer, left than of those with scores like the one before.

    >>> low, high = Alike(100, 0.1, 0.11, 0.05, 0.17), Alike(100, 0.4, 0.42, 0.3, 0.5)
    >>> str(direction(low, high)), str(direction(high, low)), str(direction(low, low))
    ('higher', 'lower', 'alike')
    """
    if before is None or now is None:
        return Direction.NOT_KNOWN
    if now.low > before.high:
        return Direction.HIGHER
    return Direction.LOWER if now.high < before.low else Direction.ALIKE

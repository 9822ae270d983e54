"""How a pilot goes, in figures that name nobody but the people who decide, by subject."""

from dataclasses import dataclass
from datetime import date, datetime

from stayline.domain.override_rates import OverrideRate


@dataclass(frozen=True, slots=True)
class Coverage:
    """People in scope who are employed, those of them with a kept score, and those viewed.

    ``opted_out`` is a count and no more: who it is is nobody's business here.
    """

    in_scope: int
    scored: int
    opted_out: int
    viewed: int


@dataclass(frozen=True, slots=True)
class Week:
    """What was done in the week that begins on a Monday."""

    begins: date
    views: int
    viewers: int
    decisions: int


@dataclass(frozen=True, slots=True)
class PilotFigure:
    """A figure of quality or fairness with its interval; ``n`` rows are behind it.

    ``of`` says of whom: everybody whose outcome is known, or a group.
    """

    of: str
    name: str
    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Some figures, or why there are none; ``source`` is where they come from."""

    figures: tuple[PilotFigure, ...]
    lacking: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class PilotReport:
    """Everything of one pilot from its beginning up to its end, or to now.

    ``rates`` has one entry a decider, ``overall`` all of them taken together.
    """

    scope: str
    set_by: str
    reason: str
    since: datetime
    until: datetime
    made_at: datetime
    coverage: Coverage
    views: int
    viewers: int
    weeks: tuple[Week, ...]
    decisions: dict[str, int]
    overall: OverrideRate
    rates: tuple[OverrideRate, ...]
    quality: Figures
    fairness: Figures

    @property
    def decided(self) -> int:
        """How many decisions there were."""
        return sum(self.decisions.values())

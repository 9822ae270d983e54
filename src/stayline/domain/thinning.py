"""Long courses made short without hiding a peak: each stretch of time keeps its extremes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.light_values import light_value


@light_value
class Reading:
    """A figure at an instant, with its bounds where it is an estimate, and how it was judged."""

    at: datetime
    value: float
    low: float | None = None
    high: float | None = None
    is_beyond: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a stretch of time held: its newest reading, and the least and the most of all values.

    ``beyond`` counts the readings that were beyond their threshold. ``worst`` is the newest of
    those, the newest of all where there are none: a thinned course is never calmer than the full
    one.
    """

    first_at: datetime
    count: int
    least: float
    most: float
    newest: Reading
    worst: Reading
    beyond: int


def thinned(readings: Sequence[Reading], most: int) -> list[Stretch]:
    """Return at most ``most`` stretches of equal length, those without a reading left out.

    ``readings`` are in order of time. So few that they fit stay one by one.
    """
    if len(readings) <= most:
        return [_stretch([one]) for one in readings]
    first, last = readings[0].at, readings[-1].at
    step = (last - first) / most
    held: list[list[Reading]] = [[] for _ in range(most)]
    for one in readings:
        held[min(int((one.at - first) / step), most - 1) if step else 0].append(one)
    return [_stretch(some) for some in held if some]


def _stretch(some: Sequence[Reading]) -> Stretch:
    beyond = [one for one in some if one.is_beyond]
    values = [one.value for one in some]
    return Stretch(
        first_at=some[0].at,
        count=len(some),
        least=min(values),
        most=max(values),
        newest=some[-1],
        worst=(beyond or some)[-1],
        beyond=len(beyond),
    )

"""People for the study of drift: a population whose every distribution is known, with drifts."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import Column, Kind, Role

NUMBERS, WORDS = 25, 5
_LOADING = 0.5
"""How much a column of numbers shares with its neighbours; the first five by one common cause."""
_SHARES = ((0.5, 0.3, 0.2), (0.7, 0.3), (0.25, 0.25, 0.25, 0.25), (0.4, 0.2, 0.2, 0.15, 0.05),
           tuple(0.05 for _ in range(20)))  # fmt: skip
COLUMNS = (
    *(Column(f"number {i}", Kind.NUMBER, Role.FEATURE) for i in range(NUMBERS)),
    *(Column(f"word {i}", Kind.CATEGORY, Role.FEATURE) for i in range(WORDS)),
)


@dataclass(frozen=True)
class Drift:
    """What is otherwise than in the baseline; the defaults change nothing."""

    shift: float = 0.0
    scale: float = 1.0
    correlation: float = 0.5
    moved_share: float = 0.0
    missing: float = 0.02
    is_parity_tied: bool = False


def people(count: int, rng: np.random.Generator, drift: Drift | None = None) -> pl.DataFrame:
    """Return one row a person.

    Numbers 0 to 4 share a cause; 6 and 7 have a correlation of ``correlation``; number 10 is
    moved and stretched; of word 0, ``moved_share`` of all rows go from the second category to the
    first; number 12 has gaps. ``is_parity_tied``: the sign of number 22 is that of 20 times 21,
    which no pair shows. Half of the numbers are whole, some are skewed.
    """
    drift = drift or Drift()
    values = rng.normal(size=(NUMBERS, count))
    values[:5] = _LOADING * rng.normal(size=count) + np.sqrt(1 - _LOADING**2) * values[:5]
    values[7] = drift.correlation * values[6] + np.sqrt(1 - drift.correlation**2) * values[7]
    values[10] = drift.shift + drift.scale * values[10]
    if drift.is_parity_tied:
        values[22] = np.abs(values[22]) * np.sign(values[20] * values[21])
    values[14:18] = np.exp(values[14:18])
    values[1::2] = np.round(values[1::2] * 3)
    values[12, rng.random(count) < drift.missing] = np.nan
    frame = {f"number {i}": values[i] for i in range(NUMBERS)}
    for number, shares in enumerate(_SHARES):
        chances = np.array(shares)
        if number == 0:
            chances = chances + np.array([drift.moved_share, -drift.moved_share, 0.0])
        names = np.array([f"category {n}" for n in range(len(chances))])
        frame[f"word {number}"] = names[rng.choice(len(chances), count, p=chances)]
    return pl.DataFrame(frame)


def panel(count: int, months: int, rng: np.random.Generator) -> tuple[pl.DataFrame, np.ndarray]:
    """Return rows of people over months, who hardly change, and whose each row is."""
    once = people(count, rng)
    later = [once]
    for _ in range(months - 1):
        has_changed = pl.Series(rng.random(count) < 0.1)
        anew = people(count, rng)
        once = once.select(
            pl.when(has_changed).then(anew[name]).otherwise(pl.col(name)).alias(name)
            for name in once.columns
        )
        later.append(once)
    return pl.concat(later), np.tile(np.arange(count), months)


TARGETS = {
    "mean of a number moves .3 sd": Drift(shift=0.3),
    "correlation of two numbers goes from +.5 to -.5": Drift(correlation=-0.5),
    "10 points of a category's share move": Drift(moved_share=0.10),
}
SMALLER = {
    "mean moves .2 sd": Drift(shift=0.2),
    "mean moves .15 sd": Drift(shift=0.15),
    "spread grows by a half": Drift(scale=1.5),
    "spread grows by a quarter": Drift(scale=1.25),
    "correlation goes from +.5 to +.3": Drift(correlation=0.3),
    "correlation goes from +.5 to +.2": Drift(correlation=0.2),
    "7 points of a share move": Drift(moved_share=0.07),
    "5 points of a share move": Drift(moved_share=0.05),
    "gaps go from 2 % to 5 %": Drift(missing=0.05),
    "gaps go from 2 % to 7 %": Drift(missing=0.07),
    "three numbers get tied, no two of them": Drift(is_parity_tied=True),
}

"""Who left in which row, and when: what leak tests hold every column against."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import LabelColumn, LeavingWithin
from stayline.modelling.inspection.readings import Reading
from stayline.modelling.inspection.roles import Roles

_DAYS_A_MONTH = 30.5
_YEARLY = 200


@dataclass(frozen=True, slots=True)
class Target:
    """A question about each row, in words, with its answer; rows out of the question are left out.

    ``left`` is boolean, one per row; ``asked`` marks the rows for which the question makes sense.
    """

    words: str
    left: np.ndarray
    asked: np.ndarray


@dataclass(frozen=True, slots=True)
class Timeline:
    """One row per row of the extract: ``person`` (number), ``at``, ``end`` (last day), ``left``.

    ``left`` is what the row itself says. ``end`` is the person's, on every row, null if they
    stay. ``gap`` is the typical number of days between two rows of a person, None for a
    cross-section.
    """

    frame: pl.DataFrame
    gap: float | None

    @property
    def left(self) -> np.ndarray:
        """Whether each row itself says that the person left."""
        return self.frame.get_column("left").to_numpy()

    @property
    def person(self) -> np.ndarray:
        """A number per person."""
        return self.frame.get_column("person").to_numpy()

    def targets(self, horizon_months: int | None) -> tuple[Target, ...]:
        """Return the row's own answer, and 'leaves in the next months' for several spans."""
        everywhere = np.ones(self.frame.height, dtype=bool)
        found = []
        if horizon_months is None:
            found.append(Target("the person left", self.left, everywhere))
        if self.gap is None:
            return tuple(found)
        days = self.frame.select((pl.col("end") - pl.col("at")).dt.total_days()).to_series()
        ahead = days.cast(pl.Float64).fill_null(np.inf).to_numpy()
        still_here = (ahead > 0) & ~self.left
        months = (12,) if self.gap > _YEARLY else sorted({1, 2, 3, horizon_months or 6})
        for span in months:
            words = f"the person leaves within {span} month(s)"
            found.append(Target(words, ahead <= span * _DAYS_A_MONTH + 1, still_here))
        return tuple(found)


def timeline(readings: dict[str, Reading], roles: Roles) -> Timeline | None:
    """Return who left when, or None where no outcome is known."""
    outcome = roles.outcome
    if outcome is None:
        return None
    source = outcome.column if isinstance(outcome, LabelColumn) else outcome.date_column
    rows = readings[source].values.len()
    at = _dates(readings, roles.event_time, rows)
    if isinstance(outcome, LabelColumn):
        left = _is_positive(readings[source], outcome)
        ended = at
    else:
        ended = readings[source].values
        left = ended.is_not_null() & (at.is_null() | (ended <= at)).fill_null(value=True)
    number = pl.int_range(rows, eager=True)
    who = readings[roles.identifier].values.rank("dense") if roles.identifier else number
    frame = pl.DataFrame({"person": who.fill_null(0).cast(pl.Int64), "at": at, "left": left})
    if isinstance(outcome, LeavingWithin):
        end = ended.rename("ended")
    else:
        end = frame.select(ended=pl.when("left").then(pl.col("at"))).to_series()
    frame = frame.with_columns(end.alias("end")).with_columns(pl.col("end").min().over("person"))
    return Timeline(frame, _gap(frame) if roles.event_time else None)


def _is_positive(reading: Reading, outcome: LabelColumn) -> pl.Series:
    """Compare as text; a 0/1 column was read as a number."""
    values = reading.values
    if values.dtype == pl.Float64:
        return values.is_in([float(word) for word in outcome.positive]).fill_null(value=False)
    return values.cast(pl.String).is_in(list(outcome.positive)).fill_null(value=False)


def _dates(readings: dict[str, Reading], name: str | None, rows: int) -> pl.Series:
    if name is None or readings[name].values.dtype != pl.Date:
        return pl.Series("at", [None], dtype=pl.Date).new_from_index(0, rows)
    return readings[name].values.alias("at")


def _gap(frame: pl.DataFrame) -> float | None:
    gaps = (
        frame.sort("person", "at")
        .select(pl.col("at").diff().over("person").dt.total_days().alias("gap"))
        .filter(pl.col("gap") > 0)
        .get_column("gap")
    )
    typical = gaps.median()
    return float(typical) if isinstance(typical, int | float) else None

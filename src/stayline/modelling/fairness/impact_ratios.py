"""Impact ratios in the form of New York City's bias audits (6 RCNY 5-301)."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from stayline.modelling.evaluation import Estimate
from stayline.modelling.fairness import rates
from stayline.modelling.fairness.rates import Limits
from stayline.modelling.fairness.tables import AuditRows, Grouping, group_table

SMALLEST_SHARE = 0.02


class Reading(StrEnum):
    """What counts as selected: leaving has no outcome that is good by itself, so all are told."""

    FLAGGED = "flagged"
    NOT_FLAGGED = "not flagged"
    SCORED_HIGH = "risk above the median of all rows"


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """One category: how many are selected, and its rate over that of the most selected one.

    ``ratio`` is None where no category has anybody selected; the most selected one's is 1.
    """

    category: str
    n: int
    selected: int
    rate: Estimate
    ratio: Estimate | None
    is_most_selected: bool


@dataclass(frozen=True, slots=True)
class ExcludedCategory:
    """A category too small to be compared, and why."""

    category: str
    n: int
    selected: int
    rate: Estimate
    reason: str


@dataclass(frozen=True, slots=True)
class ImpactTable:
    """One facet, or two crossed ones, in one reading; ``unknown`` rows have no known category."""

    facet: str
    reading: Reading
    n: int
    unknown: int
    rows: tuple[ImpactRow, ...]
    excluded: tuple[ExcludedCategory, ...]


def impact_tables(rows: AuditRows, groups: Grouping) -> tuple[ImpactTable, ...]:
    """Return the tables of one facet: flagged, not flagged, and scored above the median.

    A category of less than 2 % of the rows of known category is excluded. The ratio's interval
    takes the most selected category as given.
    """
    above = (rows.risk > np.median(rows.risk)).astype(np.int64)
    selected = {
        Reading.FLAGGED: rows.flagged,
        Reading.NOT_FLAGGED: 1 - rows.flagged,
        Reading.SCORED_HIGH: above,
    }
    return tuple(
        _impact_table(replace(rows, flagged=chosen), groups, reading)
        for reading, chosen in selected.items()
    )


def _impact_table(rows: AuditRows, groups: Grouping, reading: Reading) -> ImpactTable:
    table = group_table(rows, groups)
    n = table.counts.sum(axis=(-2, -1))
    selected = table.counts[..., 1].sum(axis=-1)
    rate = rates.of_groups(table, rates.SELECTION_RATE)
    is_kept = n >= SMALLEST_SHARE * n.sum()
    most = int(np.argmax(np.where(is_kept, rate.value, -1)))
    top = Limits(*(np.full(len(n), part[most]) for part in (rate.value, rate.low, rate.high)))
    ratio = rates.ratio(rate, top)
    compared, excluded = [], []
    for at, name in enumerate(groups.names):
        counted = name, int(n[at]), int(selected[at]), rate.at(at)
        if not is_kept[at]:
            reason = f"{n[at] / n.sum():.1%} of the rows, less than {SMALLEST_SHARE:.0%}"
            excluded.append(ExcludedCategory(*counted, reason))
            continue
        found = ratio.estimate(at)
        if at == most and found is not None:
            found = Estimate(1.0, 1.0, 1.0)
        compared.append(ImpactRow(*counted, found, is_most_selected=at == most))
    unknown = int((groups.codes < 0).sum())
    return ImpactTable(
        groups.facet, reading, int(n.sum()), unknown, tuple(compared), tuple(excluded)
    )

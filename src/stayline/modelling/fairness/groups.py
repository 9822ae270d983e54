"""Figures of each group of people, beside those of everyone else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from stayline.modelling.evaluation import Estimate
from stayline.modelling.fairness import rates
from stayline.modelling.fairness.intervals import percentiles
from stayline.modelling.fairness.rates import Limits, Rate
from stayline.modelling.fairness.tables import Draws, GroupTable

_FIGURES: Mapping[str, Rate] = {
    "base_rate": rates.BASE_RATE,
    "selection_rate": rates.SELECTION_RATE,
    "recall": rates.RECALL,
    "precision": rates.PRECISION,
    "false_positive_rate": rates.FALSE_POSITIVE_RATE,
    "accuracy": rates.ACCURACY,
}


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of a facet, or of two crossed ones.

    ``positives`` left, ``flagged`` are those whose risk raises an alert; both count rows, of which
    one of the ``people`` may have several. ``people_who_left`` have at least one positive.
    ``differences`` are this group minus all others of known group; ``selection_rate_ratio`` is this
    group over the others. A figure is None where nothing defines it (recall where nobody left), or
    where the group is too small to tell of. ``calibration_gap`` is the mean risk minus the share
    that left.
    """

    facet: str
    group: str
    n: int
    people: int
    people_who_left: int
    positives: int
    flagged: int
    base_rate: Estimate | None = None
    selection_rate: Estimate | None = None
    recall: Estimate | None = None
    precision: Estimate | None = None
    false_positive_rate: Estimate | None = None
    accuracy: Estimate | None = None
    mean_risk: Estimate | None = None
    calibration_gap: Estimate | None = None
    differences: Mapping[str, Estimate | None] = field(default_factory=dict)
    selection_rate_ratio: Estimate | None = None


def group_figures(
    table: GroupTable, draws: Draws, *, fewest_people: int = 0
) -> tuple[GroupFigures, ...]:
    """Return the figures of every group; one of fewer people is counted only."""
    own = {name: rates.of_groups(table, rate) for name, rate in _FIGURES.items()}
    others = {name: rates.of_others(table, rate) for name, rate in _FIGURES.items()}
    ratio = rates.ratio(own["selection_rate"], others["selection_rate"])
    differences = {name: rates.difference(own[name], others[name]) for name in own}
    risk, gap, gap_difference = _risk_limits(table, draws)
    differences |= {"calibration_gap": gap_difference}
    return tuple(
        replace(
            counted,
            base_rate=own["base_rate"].estimate(at),
            selection_rate=own["selection_rate"].estimate(at),
            recall=own["recall"].estimate(at),
            precision=own["precision"].estimate(at),
            false_positive_rate=own["false_positive_rate"].estimate(at),
            accuracy=own["accuracy"].estimate(at),
            mean_risk=risk.estimate(at),
            calibration_gap=gap.estimate(at),
            differences={name: limits.estimate(at) for name, limits in differences.items()},
            selection_rate_ratio=ratio.estimate(at),
        )
        if counted.people >= fewest_people
        else counted
        for at, counted in enumerate(_counted(table))
    )


def _counted(table: GroupTable) -> list[GroupFigures]:
    return [
        GroupFigures(
            facet=table.facet,
            group=name,
            n=int(counts.sum()),
            people=int(number),
            people_who_left=int(who_left),
            positives=int(counts[1].sum()),
            flagged=int(counts[:, 1].sum()),
        )
        for name, counts, number, who_left in zip(
            table.names, table.counts, table.people, table.people_who_left, strict=True
        )
    ]


def _risk_limits(table: GroupTable, draws: Draws) -> list[Limits]:
    """Return mean risk, its gap to the base rate, and that gap minus the others', from draws."""
    points = _risk_figures(table.counts[None], table.risk[None])
    drawn = _risk_figures(draws.counts, draws.risk)
    return [Limits(point[0], *percentiles(draw)) for point, draw in zip(points, drawn, strict=True)]


def _risk_figures(counts: np.ndarray, risk: np.ndarray) -> list[np.ndarray]:
    """Return the three figures, each (draws, groups), of counts (draws, groups, 2, 2)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, gap = _mean_and_gap(counts, risk)
        _, others = _mean_and_gap(
            counts.sum(axis=1, keepdims=True) - counts, risk.sum(axis=1, keepdims=True) - risk
        )
        return [mean, gap, gap - others]


def _mean_and_gap(counts: np.ndarray, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    n = counts.sum(axis=(-2, -1))
    mean = np.where(n > 0, risk / n, np.nan)
    return mean, mean - counts[..., 1, :].sum(axis=-1) / n

"""Say what a synthesised stack costs a month, what would break its budget, and how it grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stayline.domain.aws_cost.bill import Bill, NotPriced, Part, bill_of
from stayline.domain.aws_cost.budget import RATES, Limits, WhatIf, limits, what_ifs
from stayline.domain.aws_cost.prices import Price
from stayline.domain.aws_cost.traffic import Traffic
from stayline.formats.cloudformation import Resource
from stayline.formats.stack_contents import stack_contents


@dataclass(frozen=True, slots=True)
class AtRate:
    """The bill at so many predictions a day: all in all, by part, and with how many instances."""

    predictions_a_day: float
    total: float
    instances: int
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a profile costs, in US dollars a month.

    ``fits`` is None where the total cannot be relied on, since something in it has no price.
    """

    profile: str
    total: float
    budget: float
    fits: bool | None
    parts: tuple[Part, ...]
    not_priced: tuple[NotPriced, ...]
    what_ifs: tuple[WhatIf, ...]
    limits: Limits
    sensitivity: tuple[AtRate, ...]


def estimate_cost(
    resources: Sequence[Resource],
    *,
    profile: str,
    traffic: Traffic,
    prices: Mapping[str, Price],
    budget: float,
) -> CostEstimate:
    """Return the estimate of one profile's stack.

    A stack that is beyond its budget does not fit, whatever else has no price; one that is within
    it fits only if every machine and service with a rate of its own could be priced.
    """
    stack = stack_contents(resources)
    bill = bill_of(stack, traffic, prices)
    fits: bool | None = bill.total <= budget
    if fits and bill.has_unknown_rates:
        fits = None
    return CostEstimate(
        profile=profile,
        total=bill.total,
        budget=budget,
        fits=fits,
        parts=bill.parts,
        not_priced=bill.not_priced,
        what_ifs=tuple(what_ifs(stack, traffic, prices, budget)),
        limits=limits(stack, traffic, prices, budget),
        sensitivity=tuple(
            _at(rate, bill_of(stack, replace(traffic, predictions_a_day=rate), prices), traffic)
            for rate in RATES
        ),
    )


def _at(rate: float, bill: Bill, traffic: Traffic) -> AtRate:
    needed = replace(traffic, predictions_a_day=rate).instances_needed
    return AtRate(rate, bill.total, needed, {part.part: part.usd for part in bill.parts})

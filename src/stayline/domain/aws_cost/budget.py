"""What would break a budget: the same stack with one thing changed, or with more traffic."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from stayline.domain.aws_cost.bill import bill_of
from stayline.domain.aws_cost.contents import Endpoint, Machine, ScheduledJob, StackContents
from stayline.domain.aws_cost.prices import Price
from stayline.domain.aws_cost.traffic import HOURS_A_MONTH, Traffic
from stayline.domain.aws_cost.uses import uses_of

HOSTING = (
    *("ml.t2.medium", "ml.m8g.medium", "ml.m5.large", "ml.c5.large", "ml.c6g.large"),
    "ml.c7g.large",
)
"""Instances that can serve a model and have a price; ml.t3.medium cannot serve."""
_MONITORS = 4
_LARGEST_TRAFFIC = 1e9
RATES = (500.0, 5_000.0, 50_000.0, 5_000_000.0)
"""Predictions a day that the table of sensitivity is about."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The stack with one thing changed, and what it would cost a month."""

    what: str
    total: float
    breaks: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a budget reaches; None where the stack is beyond it as it is.

    ``price_rise`` is by what share all prices may rise, as they may from one region to another;
    ``predictions_a_day`` how many fit, all else being as it is.
    """

    price_rise: float | None
    predictions_a_day: float | None


def what_ifs(
    stack: StackContents, traffic: Traffic, prices: Mapping[str, Price], budget: float
) -> list[WhatIf]:
    """Return what one change each would cost, the dearest first; of those that are priced."""
    found, without_price = [], _without_price(stack, traffic, prices)
    for what, changed in _changes(stack):
        if _without_price(changed, traffic, prices) <= without_price:
            total = bill_of(changed, traffic, prices).total
            found.append(WhatIf(what, total, total > budget))
    if "mlflow-server.hour" in prices:
        total = bill_of(stack, traffic, prices).total
        total += prices["mlflow-server.hour"].of(HOURS_A_MONTH)
        found.append(WhatIf("an MLflow tracking server, always on", total, total > budget))
    return sorted(found, key=lambda one: -one.total)


def limits(
    stack: StackContents, traffic: Traffic, prices: Mapping[str, Price], budget: float
) -> Limits:
    """Return how much dearer, and how much busier, it may get within a budget."""

    def total(predictions_a_day: float) -> float:
        asked = replace(traffic, predictions_a_day=predictions_a_day)
        return bill_of(stack, asked, prices).total

    now = total(traffic.predictions_a_day)
    if now > budget:
        return Limits(None, None)
    rise = budget / now - 1 if now else None
    return Limits(rise, _largest(lambda rate: total(rate) <= budget, traffic.predictions_a_day))


def _without_price(
    stack: StackContents, traffic: Traffic, prices: Mapping[str, Price]
) -> AbstractSet[str]:
    return {use.price for use in uses_of(stack, traffic)} - prices.keys()


def _largest(fits: Callable[[float], bool], known: float) -> float | None:
    """Return the largest rate that fits, to three digits; None where any would."""
    low, high = known, max(known, 1.0)
    while fits(high):
        low, high = high, high * 2
        if high > _LARGEST_TRAFFIC:
            return None
    while high - low > low / 1000 + 1:
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _changes(stack: StackContents) -> Iterator[tuple[str, StackContents]]:
    for kind in HOSTING:
        if any(endpoint.instance_type != kind for endpoint in stack.endpoints):
            served = tuple(Endpoint(endpoint.name, kind) for endpoint in stack.endpoints)
            yield f"the endpoint on one {kind}, always on", replace(stack, endpoints=served)
    for kind in ("ml.t3.medium", "ml.m5.large"):
        hourly = ScheduledJob("hourly", (Machine(kind),) * _MONITORS, HOURS_A_MONTH)
        what = f"{_MONITORS} monitoring jobs each hour on {kind}, besides"
        yield what, replace(stack, jobs=(*stack.jobs, hourly))
    yield "a NAT gateway", replace(stack, nat_gateways=stack.nat_gateways + 1)
    more = stack.interface_endpoints + 6
    yield "six interface endpoints in one zone", replace(stack, interface_endpoints=more)

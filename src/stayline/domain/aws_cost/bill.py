"""The bill of a month: each part, how sure its prices are, and what could not be priced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stayline.domain.aws_cost.contents import StackContents
from stayline.domain.aws_cost.prices import Confidence, Price, least_sure
from stayline.domain.aws_cost.traffic import Traffic
from stayline.domain.aws_cost.uses import Use, uses_of


@dataclass(frozen=True, slots=True)
class Line:
    """What one price comes to."""

    price: str
    quantity: float
    unit: str
    usd: float
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bill, in dollars a month."""

    part: str
    usd: float
    confidence: Confidence
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class NotPriced:
    """What is in the stack, and not in the total."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What a month costs, the dearest part first; ``total`` holds no part of `not_priced`."""

    total: float
    parts: tuple[Part, ...]
    not_priced: tuple[NotPriced, ...]


def bill_of(stack: StackContents, traffic: Traffic, prices: Mapping[str, Price]) -> Bill:
    """Return the bill of a month; what has no price is named there, and is in no sum."""
    uses = uses_of(stack, traffic)
    priced = [use for use in uses if use.price in prices]
    parts = [
        _part(name, [use for use in priced if use.part == name], prices)
        for name in dict.fromkeys(use.part for use in priced)
    ]
    parts.sort(key=lambda part: -part.usd)
    return Bill(sum(part.usd for part in parts), tuple(parts), _not_priced(stack, uses, prices))


def _part(name: str, uses: Sequence[Use], prices: Mapping[str, Price]) -> Part:
    lines = [
        Line(
            use.price,
            use.quantity,
            prices[use.price].unit,
            prices[use.price].of(use.quantity),
            prices[use.price].confidence,
        )
        for use in uses
    ]
    confidence = least_sure([line.confidence for line in lines])
    return Part(name, sum(line.usd for line in lines), confidence, tuple(lines))


def _not_priced(
    stack: StackContents, uses: Sequence[Use], prices: Mapping[str, Price]
) -> tuple[NotPriced, ...]:
    return (
        *(
            NotPriced(f"{use.part}: {use.quantity:,.0f} x {use.price}", "no price of it is known")
            for use in uses
            if use.price not in prices
        ),
        *(
            NotPriced(f"{count} x {name}", "the model does not know what such a resource costs")
            for name, count in sorted(stack.unknown.items())
        ),
        *(NotPriced(what, "the template does not say what it runs on") for what in stack.unseen),
    )

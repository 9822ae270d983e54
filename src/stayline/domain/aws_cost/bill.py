"""The bill of a month: each part, how sure its prices are, and what could not be priced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stayline.domain.aws_cost.contents import StackContents
from stayline.domain.aws_cost.prices import Confidence, Price, least_sure
from stayline.domain.aws_cost.traffic import Traffic
from stayline.domain.aws_cost.uses import Use, uses_of

LEFT_OUT = (
    "data that leaves AWS",
    "reads of S3",
    "disks of jobs",
    "traces",
    "older versions of keys and objects",
    "the second instance while a version replaces another",
    "taxes",
)
"""What no template tells, or no price is known of; at small traffic each is small."""
_BY_THE_CALL = frozenset(
    {
        "AWS::Budgets::Budget",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::StepFunctions::StateMachine",
    }
)
"""Types that cost nothing while nothing is asked of them; alarms and failures ask little."""


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
    """What is in the stack, and not in the total; ``matters`` where it may change that much.

    What is paid for by the call alone, as messages are, does not at the traffic of one company.
    """

    what: str
    why: str
    matters: bool = True


@dataclass(frozen=True, slots=True)
class Bill:
    """What a month costs, the dearest part first; ``total`` holds no part of `not_priced`."""

    total: float
    parts: tuple[Part, ...]
    not_priced: tuple[NotPriced, ...]

    @property
    def has_unknown_rates(self) -> bool:
        """Whether something that may cost much is not in the total."""
        return any(one.matters for one in self.not_priced)


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
        *(_unknown(name, count) for name, count in sorted(stack.unknown.items())),
        *(NotPriced(what, "the template does not say what it runs on") for what in stack.unseen),
    )


def _unknown(name: str, count: int) -> NotPriced:
    what = f"{count} x {name}"
    if name in _BY_THE_CALL:
        return NotPriced(what, "paid for by the call, at a price that is not in the table", False)
    return NotPriced(what, "the model does not know what such a resource costs")

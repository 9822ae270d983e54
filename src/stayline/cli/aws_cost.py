"""``stayline aws cost``: what a stack costs a month, from its own template."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import JsonOption, say, show_json, show_table
from stayline.domain.stack_names import PROFILES, STAGES, check_profile, stack_of

if TYPE_CHECKING:
    from stayline.usecases.estimate_cost import CostEstimate

_CENT = 0.01
_REGION = "us-east-1"
"""Where nearly all prices of the table are from; a template costs the same number of things."""


def cost(
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="One profile (default: every one).", show_default=False),
    ] = None,
    stage: Annotated[str, typer.Option("--stage", help="Which stack: dev or prod.")] = STAGES[0],
    template: Annotated[
        Path | None,
        typer.Option(
            "--template",
            help="A template, or a folder of them, instead of writing them anew.",
            show_default=False,
        ),
    ] = None,
    predictions: Annotated[
        float, typer.Option("--predictions-a-day", min=0, max=1e9, help="How much is asked.")
    ] = 500,
    people: Annotated[
        int, typer.Option("--people", min=0, max=10_000_000, help="How many are scored nightly.")
    ] = 1_500,
    budget: Annotated[float, typer.Option("--budget", min=1, help="US dollars a month.")] = 80,
    as_json: JsonOption = False,
) -> None:
    """Say what each profile costs a month, what would break the budget, and how it grows."""
    from stayline.domain.aws_cost.traffic import Traffic
    from stayline.formats.aws_prices import read_prices
    from stayline.formats.cloudformation import read_templates
    from stayline.usecases.estimate_cost import estimate_cost

    traffic, prices = Traffic(predictions, people), read_prices()
    wanted = (check_profile(profile),) if profile else PROFILES
    if template is not None:
        wanted = wanted[:1]
    estimates = []
    for each in wanted:
        with _templates(template, stage, each) as found:
            resources = read_templates(found)
        estimates.append(
            estimate_cost(resources, profile=each, traffic=traffic, prices=prices, budget=budget)
        )
    if as_json:
        _show_json(estimates)
    for estimate in () if as_json else estimates:
        _show(estimate)


@contextmanager
def _templates(given: Path | None, stage: str, profile: str) -> Iterator[Path]:
    """Give where the templates are: where somebody says, or written anew by the checkout."""
    if given is not None:
        yield given
        return
    from stayline.cli.cdk import Target, find_tools

    with TemporaryDirectory(prefix="stayline-aws-") as folder:
        target = Target(stack_of(stage), stage, profile, _REGION)
        tools = find_tools()
        yield tools.synthesise(target, Path(folder), version=1, is_to_be_deployed=False)


def _show_json(estimates: "list[CostEstimate]") -> None:
    """Print the first estimate, which is the default profile's, with the others within it."""
    from dataclasses import fields

    first, *others = estimates
    shown = {field.name: getattr(first, field.name) for field in fields(first)}
    show_json(shown | {"others": others})


def _show(estimate: "CostEstimate") -> None:
    from stayline.domain.aws_cost.bill import LEFT_OUT

    say(f"Profile {estimate.profile}: ${estimate.total:.2f} a month, {_verdict(estimate)}")
    show_table(
        ("part", "$ a month", "prices are"),
        [(part.part, _usd(part.usd), part.confidence.value) for part in estimate.parts],
    )
    say("Not priced, and in no sum:")
    for one in estimate.not_priced:
        say(f"  {one.what}: {one.why}")
    say(f"  {', '.join(LEFT_OUT)}")
    say(f"With one thing changed, of ${estimate.budget:.0f}:")
    for change in estimate.what_ifs:
        verdict = "breaks it" if change.breaks else "fits"
        say(f"  {verdict:9}  ${_usd(change.total)}  {change.what}")
    _show_limits(estimate)
    _show_growth(estimate)


def _usd(amount: float) -> str:
    return f"{amount:,.2f}".rjust(9)


def _show_growth(estimate: "CostEstimate") -> None:
    """Show the parts that grow with what is asked, and the rest as one."""
    rates = estimate.sensitivity
    rows = {
        part.part: [rate.parts.get(part.part, 0.0) for rate in rates] for part in estimate.parts
    }
    growing = {name: costs for name, costs in rows.items() if max(costs) - min(costs) > _CENT}
    rest = [
        rate.total - sum(costs[at] for costs in growing.values()) for at, rate in enumerate(rates)
    ]
    growing |= {"all else": rest, "total": [rate.total for rate in rates]}
    say("By predictions a day:")
    show_table(
        ("$ a month", *(f"{rate.predictions_a_day:,.0f}".rjust(9) for rate in rates)),
        [
            *((name, *map(_usd, costs)) for name, costs in growing.items()),
            ("instances that takes", *(str(rate.instances).rjust(9) for rate in rates)),
        ],
    )


def _verdict(estimate: "CostEstimate") -> str:
    if estimate.fits is None:
        return f"and not known to be within ${estimate.budget:.0f}: not all of it could be priced"
    within = "within" if estimate.fits else "BEYOND"
    return f"{within} ${estimate.budget:.0f}; prices of us-east-1, not AWS's own word"


def _show_limits(estimate: "CostEstimate") -> None:
    limits = estimate.limits
    if limits.price_rise is not None:
        say(f"It still fits if every price is {100 * limits.price_rise:.0f} % higher,")
        rate = limits.predictions_a_day
        say(f"or up to {rate:,.0f} predictions a day." if rate else "or with any traffic.")

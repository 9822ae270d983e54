"""``stayline oversight``: how people decide on scores, and who was trained to."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    say,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from stayline.domain.oversight import OversightPolicy
    from stayline.settings import Settings

group = typer.Typer(help="Oversee how people decide on scores.", no_args_is_help=True)
DaysOption = Annotated[float, typer.Option("--days", min=0, help="How far back to look.")]
_DAY = ["%Y-%m-%d"]
_MINUTE = "%Y-%m-%d %H:%M"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="oversight")


@group.command("rates")
def rates(
    days: DaysOption = 92, by: ByOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Show who overrides high scores how often; near never or always opens a review."""
    from stayline.reports.numbers import percent
    from stayline.usecases.find_override_rates import find_override_rates

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = find_override_rates(
        days=days, by=by or settings.actor, policy=_policy(settings), decisions=ports.decisions,
        register=ports.register, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(found)
        return
    show_table(
        ("decider", "decisions", "on high scores", "no action", "disputed", "overridden", "review"),
        [
            (one.decided_by, one.decisions, one.overrides.n, percent(one.no_action),
             percent(one.disputed), percent(one.overrides), "asked for" if one.is_extreme else "")
            for one in found.rates
        ],
    )  # fmt: skip
    say("Shares of decisions on high scores, with 95 % intervals.")
    for entry in found.opened:
        say(f"Opened review {entry.entry_id}: {entry.record.found}")


@group.command("bulk")
def bulk(days: DaysOption = 92, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List decisions that one person took about many people in a short time."""
    from stayline.usecases.find_bulks import find_bulks

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = find_bulks(
        days=days, policy=_policy(settings), decisions=ports.decisions, clock=ports.clock
    )
    if as_json:
        show_json({"bulks": found})
    elif not found:
        say("Nobody decided in bulk.")
    else:
        show_table(
            ("decider", "from (UTC)", "to (UTC)", "decisions", "people", "all the same"),
            [
                (one.decided_by, f"{one.since:{_MINUTE}}", f"{one.until:{_MINUTE}}",
                 one.decisions, one.people, one.same_action)
                for one in found
            ],
        )  # fmt: skip


@group.command("after-views")
def after_views(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List what HR did about people soon after a high score of theirs was viewed."""
    from stayline.usecases.find_events_after_views import find_events_after_views

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = find_events_after_views(
        policy=_policy(settings), register=ports.register, audit=ports.audit
    )
    if as_json:
        show_json({"events": found})
    elif not found:
        say("No event of HR on record followed a view of a high score.")
    else:
        show_table(
            ("person", "event", "happened (UTC)", "days after", "viewed by"),
            [
                (one.subject, one.event, f"{one.happened_at:{_MINUTE}}", one.days, one.viewed_by)
                for one in found
            ],
        )
        say("Somebody should look at each; that one follows the other does not say why.")


@group.command("train")
def train(
    subject: Annotated[str, typer.Argument(help="What the overseer signs in as.")],
    course: Annotated[str, typer.Option("--course", help="Which course.")],
    until: Annotated[
        datetime, typer.Option("--until", formats=_DAY, help="The day it ends to be valid.")
    ],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DAY, help="Since when (default: now).", show_default=False),
    ] = None,
    authority: Annotated[
        str, typer.Option("--authority", help="Who gave the authority to decide.")
    ] = "",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put on record that somebody was trained, and given the authority, to act on scores."""
    from stayline.usecases.record_training import record_training

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    entry = record_training(
        subject, course=course, authority=authority,
        valid_from=since.replace(tzinfo=UTC) if since else None,
        valid_until=until.replace(tzinfo=UTC), by=by or settings.actor,
        register=ports.register, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(entry)
    else:
        say(f"On record: {entry.record.subject} may act on scores until {until:%Y-%m-%d}.")


@group.command("reviews")
def reviews(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the reviews of people's decisions, closed ones too."""
    from stayline.domain.register.oversight import OversightReview

    found = ports_for(settings_for(home), must_exist=True).register.entries(OversightReview)
    if as_json:
        show_json({"reviews": found})
    elif not found:
        say("No review was ever opened.")
    else:
        show_table(
            ("review", "decider", "found", "closed (UTC)", "outcome"),
            [
                (entry.entry_id, entry.record.subject, entry.record.found,
                 f"{entry.record.closed_at:{_MINUTE}}" if entry.record.closed_at else "open",
                 entry.record.outcome)
                for entry in found
            ],
        )  # fmt: skip


@group.command("close")
def close(
    review: Annotated[str, typer.Argument(help="The review, as `oversight reviews` shows it.")],
    outcome: Annotated[str, typer.Option("--outcome", help="What the look found.")],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a review with what the look found."""
    from stayline.usecases.close_review import close_review

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    entry = close_review(
        review, outcome=outcome, by=by or settings.actor, register=ports.register,
        audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(entry)
    else:
        say(f"Review {entry.entry_id} is closed.")


def _policy(settings: "Settings") -> "OversightPolicy":
    from stayline.domain.oversight import OversightPolicy
    from stayline.formats.governance_toml import read_policy

    return read_policy(settings.home, "oversight", OversightPolicy)

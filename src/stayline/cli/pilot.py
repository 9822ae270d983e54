"""``stayline pilot``: who is scored while a model is tried on some people only."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ReasonOption,
    ports_for,
    say,
    settings_for,
    show_json,
)

group = typer.Typer(help="Score some people only, and see how that goes.", no_args_is_help=True)
WhereOption = Annotated[
    list[str],
    typer.Option("--where", help="Column=Value; the same column again is another value that fits."),
]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="pilot")


@group.command("set")
def set_scope(
    where: WhereOption,
    reason: ReasonOption,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", formats=["%Y-%m-%d"], help="The day from which on nobody is scored any more."
        ),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score and show only people with these stored values, everywhere, within a second."""
    from stayline.usecases.set_pilot import set_pilot

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = set_pilot(
        where, reason=reason, by=by or settings.actor,
        until=until.replace(tzinfo=UTC) if until else None,
        features=ports.features, scores=ports.scores, control=ports.control, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(found)
    else:
        say(f"Scored from now on: {found.people:,} of {found.of:,} people, whose "
            f"{found.pilot.scope}.")  # fmt: skip
        say("The kept scores of all others are taken down.")


@group.command("end")
def end(
    reason: ReasonOption, by: ByOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """End the pilot: everybody may be scored."""
    from stayline.usecases.end_pilot import end_pilot

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    ended = end_pilot(
        reason=reason, by=by or settings.actor, control=ports.control, clock=ports.clock
    )
    if as_json:
        show_json(ended)
    else:
        say("The pilot has ended; everybody may be scored.")


@group.command("show")
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the pilot that runs, and those before it."""
    from stayline.domain.scoring_rules import Rule

    ports = ports_for(settings_for(home), must_exist=True)
    now, state = ports.clock.now(), ports.control.state()
    past = [change for change in ports.control.history() if change.rule is Rule.PILOT]
    if as_json:
        show_json({"scope": str(state.scope_at(now)), "pilot": state.pilot, "changes": past})
        return
    say(f"Scored: {state.scope_at(now)}.")
    for change in past:
        told = f"only if {change.scope}" if change.is_in_force else "everybody"
        until = f", until {change.until:%Y-%m-%d}" if change.until else ""
        say(f"  {change.at:%Y-%m-%d %H:%M} by {change.by}: {told}{until}. {change.reason}")


@group.command("report")
def report(
    out: Annotated[Path, typer.Option("--out", help="Where the page goes.")] = Path("pilot.html"),
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how the pilot goes: coverage, use, decisions, quality, fairness."""
    from stayline.cli.named_files import write_files
    from stayline.cli.pilot_tables import tables
    from stayline.domain.oversight import OversightPolicy
    from stayline.formats.governance_toml import read_policy
    from stayline.reports.pilot_page import pilot_page
    from stayline.usecases.report_pilot import report_pilot

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = report_pilot(
        policy=read_policy(settings.home, "oversight", OversightPolicy), control=ports.control,
        features=ports.features, scores=ports.scores, opt_outs=ports.opt_outs,
        decisions=ports.decisions, answers=ports.answers, outcomes=ports.outcomes,
        registry=ports.registry, reports=ports.reports, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    write_files(out.parent, {out.name: pilot_page(found).encode()})
    if as_json:
        show_json(found)
    else:
        tables(found)
        say(f"Wrote {out}.")

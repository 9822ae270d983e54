"""``stayline outcomes``: what became of people, as it becomes known."""

from pathlib import Path
from typing import Annotated

import typer

from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ports_for,
    progress,
    say,
    settings_for,
    show_json,
)

group = typer.Typer(help="Import and count outcomes: the labels of scores.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="outcomes")


@group.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="Ground truth as JSON Lines, or a CSV of people: employee_id, left_on, seen_until."
        ),
    ],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep who left and who stayed; bad lines go to a reject file (then exit status 2)."""
    from stayline.usecases.import_outcomes import import_outcomes

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    with progress("Importing", hidden=as_json) as advance:
        report = import_outcomes(
            file, actor=by or settings.actor, rejects=settings.home / "rejects",
            outcomes=ports.outcomes, directory=ports.directory, opt_outs=ports.opt_outs,
            audit=ports.audit, secrets=ports.secrets, clock=ports.clock, progress=advance,
        )  # fmt: skip
    if as_json:
        show_json(report)
    else:
        for line in report.lines():
            say(line)
    if report.rejected:
        raise typer.Exit(2)


@group.command("summary")
def summary(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Count what is known today, of people and of events."""
    ports = ports_for(settings_for(home), must_exist=True)
    now = ports.clock.now()
    people, events = ports.outcomes.of_people(now), ports.outcomes.of_events(now)
    left = [person for person in people if person.left_on is not None]
    counted = {
        "people": len(people),
        "left_voluntarily": sum(person.is_voluntary for person in left),
        "left_otherwise": sum(not person.is_voluntary for person in left),
        "seen_until": max((person.seen_until for person in people), default=None),
        "events": len(events),
        "events_left": sum(events.values()),
    }
    if as_json:
        show_json(counted)
        return
    say(
        f"{counted['people']:,} people: {counted['left_voluntarily']:,} left voluntarily, "
        f"{counted['left_otherwise']:,} otherwise."
    )
    say(f"{counted['events']:,} labelled events: in {counted['events_left']:,} the person left.")

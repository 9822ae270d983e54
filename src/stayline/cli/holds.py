"""``stayline holds``: whose records must stay, for which matter, and since when."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.people import hr_ids_of, token_of
from stayline.cli.terminal import (
    ByOption,
    HomeOption,
    JsonOption,
    ReasonOption,
    ports_for,
    say,
    settings_for,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    from stayline.domain.register.retention import LegalHold
    from stayline.ports.governance_register import Entry

group = typer.Typer(help="Set, lift and list legal holds.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="holds")


@group.command("set")
def set_holds(
    matter: Annotated[str, typer.Option("--matter", help="Which matter of law it is for.")],
    reason: ReasonOption,
    employee: Annotated[str | None, typer.Argument(help="The person's HR id.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="A file of HR ids instead, one a line.", show_default=False),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep everything of a person, whatever its age, until the hold is lifted."""
    from stayline.usecases.set_legal_holds import set_legal_holds

    hr_ids = hr_ids_of(employee, file)
    if not hr_ids or (employee and file):
        raise typer.BadParameter("Name one person, or a file of ids with --file.")
    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    holds = set_legal_holds(
        [token_of(ports, hr_id) for hr_id in hr_ids], matter=matter, reason=reason,
        actor=by or settings.actor, register=ports.register, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json({"holds": [_row(entry) for entry in holds]})
    else:
        for entry in holds:
            say(f"Hold {entry.entry_id} stands for employee {entry.record.subject}.")


@group.command("lift")
def lift(
    hold: Annotated[str, typer.Argument(help="The hold, as `holds list` shows it.")],
    reason: ReasonOption,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a hold end; what has been kept for too long goes with the next purge."""
    from stayline.usecases.lift_legal_hold import lift_legal_hold

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    lifted = lift_legal_hold(
        hold, reason=reason, actor=by or settings.actor,
        register=ports.register, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(_row(lifted))
    else:
        say(f"Hold {hold} ended. The next purge treats employee {lifted.record.subject} as usual.")


@group.command("list")
def list_holds(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List all holds, ended ones too."""
    from stayline.domain.register.retention import LegalHold

    ports = ports_for(settings_for(home), must_exist=True)
    rows = [_row(entry) for entry in ports.register.entries(LegalHold)]
    if as_json:
        show_json({"holds": rows})
    elif not rows:
        say("No legal hold was ever set.")
    else:
        show_table(list(rows[0]), [list(row.values()) for row in rows])


def _row(entry: "Entry[LegalHold]") -> dict[str, object]:
    hold = entry.record
    return {
        "hold": entry.entry_id,
        "employee": hold.subject,
        "matter": hold.matter,
        "reason": hold.reason,
        "since": hold.since,
        "until": hold.until,
        "by": entry.recorded_by,
    }

"""``stayline waivers``: who lets which gate pass for want of evidence, why and until when."""

from datetime import datetime
from typing import Annotated

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

group = typer.Typer(help="File and list waivers of gates.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="waivers")


@group.command("file")
def file(
    gate: Annotated[str, typer.Option("--gate", help="The gate, e.g. 'enough positives'.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in your own words.")],
    until: Annotated[
        datetime,
        typer.Option("--until", formats=["%Y-%m-%d"], help="Its last day, 180 days away at most."),
    ],
    subject: Annotated[
        str, typer.Option("--subject", help="What the gate's message names, e.g. 'Site = North'.")
    ] = "",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a gate with too little evidence pass; for training runs of other people than you."""
    from stayline.usecases.file_waiver import file_waiver

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    filed = file_waiver(
        gate=gate, subject=subject, reason=reason, until=until.date(), by=by or settings.actor,
        waivers=ports.waivers, audit=ports.audit, clock=ports.clock,
    )  # fmt: skip
    if as_json:
        show_json(filed)
    else:
        of = f" ({filed.subject})" if filed.subject else ""
        named = "it names this very subject" if filed.subject else "it names no subject"
        say(f"Gate {filed.gate}{of} will be waived in the next training run, if {named}.")
        say(f"The waiver holds until {filed.expires_on}, unless {filed.filed_by} trains.")


@group.command("list")
def list_waivers(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List all waivers, expired ones too."""
    ports = ports_for(settings_for(home), must_exist=True)
    waivers, today = ports.waivers.waivers(), ports.clock.now().date()
    if as_json:
        show_json({"waivers": waivers})
    elif not waivers:
        say("No waiver was ever filed.")
    else:
        show_table(
            ("gate", "subject", "until", "holds", "filed by", "reason"),
            [
                (w.gate, w.subject, w.expires_on, "yes" if w.holds_on(today) else "no",
                 w.filed_by, w.reason)
                for w in waivers
            ],
        )  # fmt: skip

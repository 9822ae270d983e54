"""``stayline erase``: take a person out of every store."""

from typing import Annotated

import typer

from stayline.cli.people import tokens_of
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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase")(erase)


def erase(
    employee: Annotated[str, typer.Argument(help="The person's HR id.")],
    reason: ReasonOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    allow_again: Annotated[
        bool,
        typer.Option("--allow-again", help="Let later imports take an erased person's rows again."),
    ] = False,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a person for good, everywhere; a legal hold defers it."""
    from stayline.bootstrap.retention import decisions_before, personal_stores, retention_policy
    from stayline.usecases.erase_employee import erase_employee
    from stayline.usecases.lift_erasure import lift_erasure

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    actor = by or settings.actor
    if allow_again:
        tokens = tokens_of(ports, employee)
        lift_erasure(
            tokens, reason=reason, actor=actor,
            register=ports.register, audit=ports.audit, clock=ports.clock,
        )  # fmt: skip
        told = f"Later imports take rows of employee {tokens[0]} again."
        show_json({"employee": tokens[0], "may_be_imported": True}) if as_json else say(told)
        return
    if not yes:
        who = tokens_of(ports, employee)[0]
        typer.confirm(f"Erase everything of employee {who}? It cannot be undone", abort=True)
    with ports.secrets.steady_tokens():
        done = erase_employee(
            tokens_of(ports, employee), hr_ids=[employee.strip()], reason=reason, actor=actor,
            decisions_before=decisions_before(retention_policy(settings), ports.clock.now()),
            stores=personal_stores(ports), register=ports.register,
            audit=ports.audit, clock=ports.clock,
        )  # fmt: skip
    if as_json:
        show_json(done)
        return
    went = ", ".join(f"{count:,} {name}" for name, count in done.gone.items())
    say(f"Employee {done.token} is erased: {went}.")
    if done.decisions_kept:
        say(f"{done.decisions_kept:,} decisions stay by law, under the token.")

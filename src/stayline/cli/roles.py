"""``stayline roles``: roles granted here, where the identity provider tells none."""

from typing import TYPE_CHECKING, Annotated

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
    show_table,
)
from stayline.domain.role_grants import DEFAULT_DAYS, LONGEST_DAYS

if TYPE_CHECKING:
    from datetime import datetime

    from stayline.domain.role_grants import RoleGrant

group = typer.Typer(
    help="Ask for roles, grant, revoke and list them, beside those of the identity provider.",
    no_args_is_help=True,
)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As `roles list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="roles")


@group.command("request")
def request(
    role: Annotated[str, typer.Argument(help="The role, such as hr_partner.")],
    reason: ReasonOption,
    subject: Annotated[
        str | None,
        typer.Option("--for", help="Whose: the provider's `sub` (default: you).", metavar="SUB"),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for a role; it permits nothing until somebody else grants it."""
    from stayline.usecases.request_role import request_role

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    asked = by or settings.actor
    found = request_role(
        subject or asked, role, reason=reason, by=asked, roles=ports.roles, audit=ports.audit,
        clock=ports.clock,
    )  # fmt: skip
    _show(found, as_json, f"{found.grant_id}: waits for `stayline roles grant {found.grant_id}`.")


@group.command("grant")
def grant(
    grant_id: IdArgument,
    days: Annotated[
        int, typer.Option("--days", min=1, max=LONGEST_DAYS, help="How long it holds.")
    ] = DEFAULT_DAYS,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grant what somebody else asked for, to somebody else than you."""
    from stayline.usecases.grant_role import grant_role

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = grant_role(
        grant_id, days=days, by=by or settings.actor, roles=ports.roles, audit=ports.audit,
        clock=ports.clock,
    )  # fmt: skip
    held = f"{found.subject} is {found.role.value} until {found.expires_at:%Y-%m-%d}."
    _show(found, as_json, held)


@group.command("revoke")
def revoke(
    grant_id: IdArgument,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a grant now, or turn a request down; every process knows at once."""
    from stayline.usecases.revoke_role import revoke_role

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    found = revoke_role(
        grant_id, by=by or settings.actor, roles=ports.roles, audit=ports.audit, clock=ports.clock
    )
    _show(found, as_json, f"{found.subject} is not {found.role.value} by {grant_id} any more.")


@group.command("list")
def list_grants(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every request and grant, ended ones too."""
    ports = ports_for(settings_for(home), must_exist=True)
    grants, now = ports.roles.grants(), ports.clock.now()
    if as_json:
        show_json({"roles": grants})
    elif not grants:
        say("No role was ever asked for here.")
    else:
        show_table(
            ("id", "subject", "role", "state", "until", "asked by", "granted by", "reason"),
            [
                (g.grant_id, g.subject, g.role.value, _state(g, now),
                 f"{g.expires_at:%Y-%m-%d}" if g.expires_at else None,
                 g.requested_by, g.granted_by, g.reason)
                for g in grants
            ],
        )  # fmt: skip


def _state(grant: "RoleGrant", now: "datetime") -> str:
    if grant.holds_at(now):
        return "in force"
    if grant.revoked_at is not None:
        return "revoked"
    return "asked for" if grant.granted_at is None else "ended"


def _show(grant: "RoleGrant", as_json: bool, line: str) -> None:
    if as_json:
        show_json(grant)
    else:
        say(line)

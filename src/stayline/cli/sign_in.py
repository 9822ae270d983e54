"""Who runs a command: whoever works at this machine or, with an identity provider, who signs in.

This keeps honest people to their roles and puts their names to what they do. Who can write to the
home's files needs no command to change them: the files' permissions are the wall.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from stayline.cli.acting import acting_as

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.domain.callers import Caller
    from stayline.domain.roles import Operation
    from stayline.settings import Settings

CREDENTIAL = "STAYLINE_TOKEN"


class SignedInCommand(TyperCommand):
    """A command that runs only for somebody whose roles permit it."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer hands its own kind
        """Find out who runs it, then run it as this caller."""
        command = " ".join(ctx.command_path.split()[1:])
        with acting_as(_caller_of(command, ctx.params)):
            return super().invoke(ctx)


def require_sign_in(app: typer.Typer) -> None:
    """Let every command of an application ask who runs it."""
    for command in app.registered_commands:
        command.cls = SignedInCommand
    for group in app.registered_groups:
        if group.typer_instance is not None:
            require_sign_in(group.typer_instance)


def _caller_of(command: str, options: dict[str, Any]) -> "Caller | None":
    """Return who runs a command, None where nobody has to sign in; raises where they may not."""
    from stayline.cli.operations import MAKES_A_HOME, operation_of
    from stayline.domain.roles import PUBLIC
    from stayline.errors import SettingRefused
    from stayline.settings import load_settings

    operation = operation_of(command, options)
    if operation in PUBLIC:
        return None
    home: Path | None = options.get("home")
    settings = load_settings(home=home)
    if not settings.oidc_issuer:
        return None
    caller = _caller(settings, operation, must_exist=command not in MAKES_A_HOME)
    by = options.get("by")
    if by is not None and by != caller.subject:
        expected = "to be left out: with an identity provider, who signs in is who acts"
        raise SettingRefused("--by", by, expected)
    return caller


def _caller(settings: "Settings", operation: "Operation", *, must_exist: bool) -> "Caller":
    """Return who the credential tells, permitted to do this of everyone.

    The right to ask about one's own reporting line is used through the API, which knows the line.
    """
    from stayline.cli.terminal import ports_for
    from stayline.domain.roles import PERMITTED, Reach, Role
    from stayline.errors import NotPermitted, NotSignedIn

    ports = ports_for(settings, must_exist=must_exist)
    try:
        caller = _told(ports)
    except NotSignedIn as refusal:
        _note(ports, "anonymous", operation, refusal.because)
        raise
    if not caller.may(operation) or caller.reach(operation) is Reach.OWN_LINE:
        _note(ports, caller.subject, operation, "role")
        raise NotPermitted(operation, PERMITTED[operation] - {Role.MANAGER})
    return caller


def _told(ports: "Ports") -> "Caller":
    from stayline.domain.pseudonyms import pseudonym
    from stayline.errors import NotSignedIn
    from stayline.usecases.sign_in import sign_in

    credential = os.environ.get(CREDENTIAL, "").strip()
    if not credential:
        problem = f"put a token of the identity provider, or an API key, into {CREDENTIAL}."
        raise NotSignedIn("missing", problem)
    return sign_in(
        credential,
        tokens=ports.tokens,
        api_keys=ports.api_keys,
        roles=ports.roles,
        token_of=lambda hr_id: pseudonym(ports.secrets.token_key(), hr_id),
        clock=ports.clock,
    )


def _note(ports: "Ports", who: str, operation: "Operation", because: str) -> None:
    from stayline.domain.audit_events import access_refused

    at = ports.clock.now()
    ports.audit.append(access_refused(operation, because, actor=who, subject=who, at=at))

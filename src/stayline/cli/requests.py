"""``stayline requests``: what people asked for, and by when it must be answered."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.people import token_of
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
    from stayline.domain.register.rights import RightsRequest
    from stayline.ports.governance_register import Entry

group = typer.Typer(
    help="Requests of people about their data, with their deadlines.", no_args_is_help=True
)
_Request = Annotated[str, typer.Argument(help="The request's id, as `requests list` shows it.")]
_DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="requests")


@group.command("open")
def open_(
    employee: Annotated[str, typer.Argument(help="The person's HR id.")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="access, correction, erasure, objection, explanation, grievance or "
            "bias_audit_data.",
        ),
    ],
    received: Annotated[
        datetime | None,
        typer.Option("--received", formats=_DAY, help="The day it came in.", show_default="today"),
    ] = None,
    jurisdiction: Annotated[
        str,
        typer.Option(
            "--jurisdiction",
            help="EU, UK, IN, US, US-CA, US-CO, US-IL or NYC.",
            show_default="[rights] of governance.toml, else EU",
        ),
    ] = "",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a request on record; its last day follows from its kind and the law it goes by."""
    from stayline.domain.deadlines import Jurisdiction, RightsPolicy
    from stayline.domain.register.rights import RequestKind
    from stayline.formats.governance_toml import read_policy
    from stayline.usecases.open_request import open_request

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    usual = read_policy(settings.home, "rights", RightsPolicy).jurisdiction
    entry = open_request(
        token_of(ports, employee),
        kind=RequestKind(_one_of(kind, list(RequestKind), "--kind")),
        jurisdiction=Jurisdiction(
            _one_of(jurisdiction or usual, list(Jurisdiction), "--jurisdiction")
        ),
        received_on=received.date() if received else None,
        register=ports.register, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip
    _show(entry, as_json)


@group.command("close")
def close(
    request: _Request,
    outcome: Annotated[str, typer.Option("--outcome", help="What was done, in a sentence.")],
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=_DAY, help="The day of the answer.", show_default="today"),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Note that a request was answered."""
    from stayline.usecases.settle_request import close_request

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    entry = close_request(
        request, outcome=outcome, closed_on=on.date() if on else None,
        register=ports.register, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip
    _show(entry, as_json)


@group.command("extend")
def extend(
    request: _Request,
    reason: ReasonOption,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take two months more, once; the person was told today, within the first month, and why."""
    from stayline.usecases.settle_request import extend_request

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    entry = extend_request(
        request, reason=reason, register=ports.register, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip
    _show(entry, as_json)


@group.command("list")
def list_requests(
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that were answered in time.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List requests, the most pressing first: overdue, due soon, open, answered too late."""
    from stayline.domain.deadlines import RightsPolicy, Standing
    from stayline.formats.governance_toml import read_policy
    from stayline.usecases.list_requests import list_requests as listed

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    soon = read_policy(settings.home, "rights", RightsPolicy).due_soon_days
    rows = [
        (one.standing, one.entry)
        for one in listed(due_soon_days=soon, register=ports.register, clock=ports.clock)
        if everything or one.standing is not Standing.CLOSED
    ]
    if as_json:
        show_json(
            {
                "overdue": sum(stands is Standing.OVERDUE for stands, _ in rows),
                "due_soon": sum(stands is Standing.DUE_SOON for stands, _ in rows),
                "requests": [
                    {"request_id": e.entry_id, "standing": stands, "request": e.record}
                    for stands, e in rows
                ],
            }
        )
    elif not rows:
        say("No request is open or was answered too late.")
    else:
        show_table(
            ("request", "standing", "due", "kind", "law", "received", "answered", "token"),
            [
                (e.entry_id, stands.value.replace("_", " "), *_cells(e.record), e.record.subject)
                for stands, e in rows
            ],
        )


def _cells(request: "RightsRequest") -> tuple[date | str | None, ...]:
    return (
        *(request.due_on, request.kind.value, request.jurisdiction),
        *(request.received_on, request.closed_on),
    )


def _one_of(value: str, allowed: list[str], option: str) -> str:
    if value not in allowed:
        raise typer.BadParameter(f"expected one of {', '.join(allowed)}.", param_hint=option)
    return value


def _show(entry: "Entry[RightsRequest]", as_json: bool) -> None:
    request = entry.record
    if as_json:
        show_json({"request_id": entry.entry_id, "request": request})
        return
    say(f"Request {entry.entry_id}: {request.kind.value} under {request.jurisdiction}.")
    if request.closed_on is None:
        say(f"Received on {request.received_on}; answer it by {request.due_on}.")
    else:
        late = "" if request.closed_on <= request.due_on else ", which is too late"
        say(f"Answered on {request.closed_on}{late}; it was due on {request.due_on}.")

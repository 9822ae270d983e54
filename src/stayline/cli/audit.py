"""``stayline audit``: what happened, and proof that nobody changed the record of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.people import tokens_of
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

if TYPE_CHECKING:
    from stayline.domain.audit_chain import AuditVerification
    from stayline.domain.audit_events import AuditEvent, AuditEventKind

group = typer.Typer(
    help="List what happened, and check that the record of it is whole.", no_args_is_help=True
)
_SHOWN = 20
"""How many problems are told one by one."""


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="audit")


@group.command("list")
def list_events(
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only of this kind; may be repeated.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Only about this token, version or key.")
    ] = None,
    employee: Annotated[
        str | None, typer.Option("--employee", help="Only about the person of this HR id.")
    ] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only what this one did.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help="Not before this time, in UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", help="Before this time, in UTC.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="The newest so many; 0 for all.")
    ] = 100,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List events, oldest first; people are told by their tokens."""
    from heapq import merge

    ports = ports_for(settings_for(home), must_exist=True)
    subjects: tuple[str | None, ...] = (subject,)
    if employee is not None:
        if subject is not None:
            raise typer.BadParameter("goes without --subject.", param_hint="--employee")
        subjects = tokens_of(ports, employee)
    found = [
        ports.audit.between(
            since and since.replace(tzinfo=UTC), until and until.replace(tzinfo=UTC),
            kinds=_kinds(kind), subject=one, actor=actor, limit=limit or None,
        )
        for one in subjects
    ]  # fmt: skip
    events = found[0] if len(found) == 1 else merge(*found, key=lambda event: event.at)
    for line in _json_lines(events) if as_json else map(_line, events):
        say(line)


@group.command("verify")
def verify(
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="Checkpoints that were kept elsewhere.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="The public key that was kept elsewhere.")
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the chain of events and its checkpoints; exit status 1 when something is broken."""
    from stayline.usecases.verify_audit_log import verify_audit_log

    settings = settings_for(home)
    copy, key = _content(checkpoint), _content(public_key)
    ports = ports_for(settings, must_exist=True)
    with progress("Checking", unit="events", hidden=as_json) as advance:
        found = verify_audit_log(
            audit=ports.audit, checkpoints=ports.checkpoints, clock=ports.clock,
            actor=by or settings.actor, copy=copy, public_key=key, progress=advance,
        )  # fmt: skip
    if as_json:
        show_json({"is_whole": found.is_whole, "audit_log": found})
    else:
        for line in _told(found):
            say(line)
    if not found.is_whole:
        raise typer.Exit(1)


@group.command("checkpoint")
def checkpoint(by: ByOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Sign where the log stands now, and print it, to be kept elsewhere."""
    from stayline.usecases.sign_checkpoint import sign_checkpoint

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    with progress("Checking", unit="events", hidden=as_json) as advance:
        signed = sign_checkpoint(
            audit=ports.audit, checkpoints=ports.checkpoints, clock=ports.clock,
            actor=by or settings.actor, progress=advance,
        )  # fmt: skip
    line = ports.checkpoints.written(signed)
    if as_json:
        show_json({"checkpoint": signed, "line": line})
    else:
        say(line)


@group.command("public-key")
def public_key(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print the key that checks the checkpoints' signatures, in PEM."""
    ports = ports_for(settings_for(home), must_exist=True)
    text = ports.checkpoints.public_key().decode()
    if as_json:
        show_json({"public_key": text})
    else:
        say(text.strip())


def _kinds(names: list[str] | None) -> "list[AuditEventKind] | None":
    from stayline.domain.audit_events import AuditEventKind

    known = {kind.value: kind for kind in AuditEventKind}
    for name in names or ():
        if name not in known:
            told = f"{name!r} is none; there are: {', '.join(sorted(known))}."
            raise typer.BadParameter(told, param_hint="--kind")
    return [known[name] for name in names] if names else None


def _line(event: "AuditEvent") -> str:
    details = " ".join(f"{name}={value}" for name, value in event.details.items())
    told = (f"{event.at:%Y-%m-%d %H:%M:%S}", event.kind.value, event.actor, event.subject, details)
    return "  ".join(_printable(part) for part in told if part)


def _printable(text: str) -> str:
    """Return a text in which nothing steers a terminal or makes a line of its own."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _json_lines(events: Iterator["AuditEvent"]) -> Iterator[str]:
    """Yield one JSON document, an event a line, without holding them all."""
    import msgspec

    yield '{"events": ['
    before = ""
    for event in events:
        if before:
            yield f"{before},"
        before = f"  {msgspec.json.encode(event).decode()}"
    if before:
        yield before
    yield "]}"


def _told(found: "AuditVerification") -> Iterator[str]:
    for problem in found.problems[:_SHOWN]:
        yield f"BROKEN: {problem}."
    if len(found.problems) > _SHOWN:
        yield f"... and {len(found.problems) - _SHOWN:,} more; --json lists them."
    for note in found.notes:
        yield f"Note: {note}."
    reached = f"{found.count:,} events"
    if found.is_whole:
        anchored = f"{found.checkpoints:,} checkpoints hold, up to event {found.anchored:,}"
        yield f"The audit log is whole: {reached}; {anchored}. Head: {found.head}"
    else:
        yield f"The audit log is broken; it holds up to here: {reached}."


def _content(path: Path | None) -> bytes | None:
    from stayline.errors import FileUnreadable

    try:
        return None if path is None else path.read_bytes()
    except OSError as error:
        raise FileUnreadable(str(path), error.strerror or "it failed") from error

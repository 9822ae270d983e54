"""``stayline register``: what the organisation keeps on record, of any kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    show_table,
)

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.cli.terminal import Advance
    from stayline.ports.governance_register import Record
    from stayline.usecases.keep_records import KeptRecords

group = typer.Typer(
    help="The register: training, notices, bases, incidents, documents and the rest.",
    no_args_is_help=True,
)
_Kind = Annotated[str, typer.Argument(help="The kind, as `register kinds` lists them.")]
_AT_ONCE = 10_000
_FIRST_LINE = 2
_MOST_TOLD = 20


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(group, name="register")


@group.command("kinds")
def show_kinds(as_json: JsonOption = False) -> None:
    """List the kinds of records and their fields."""
    from dataclasses import fields

    from stayline.usecases.keep_records import record_kinds

    found = {name: [field.name for field in fields(kind)] for name, kind in record_kinds().items()}
    if as_json:
        show_json(found)
    else:
        show_table(("kind", "fields"), [(name, ", ".join(own)) for name, own in found.items()])


@group.command("list")
def list_entries(
    kind: _Kind,
    subject: Annotated[
        str, typer.Option("--subject", help="Of this subject only; a person by token.")
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what stands on record of a kind; people by token."""
    from dataclasses import fields

    from stayline.usecases.keep_records import kind_named

    ports = ports_for(settings_for(home), must_exist=True)
    record_type = kind_named(kind)
    entries = ports.register.entries(record_type, subject=subject or None)
    if as_json:
        show_json({"kind": record_type.__name__, "entries": entries})
    elif not entries:
        say(f"Nothing is on record as {record_type.__name__}.")
    else:
        names = [field.name for field in fields(record_type)]
        show_table(
            ("entry", *names, "recorded at", "by"),
            [
                (e.entry_id, *(_cell(getattr(e.record, n)) for n in names), e.recorded_at,
                 e.recorded_by)
                for e in entries
            ],
        )  # fmt: skip


@group.command("add")
def add(
    kind: _Kind,
    field: Annotated[
        list[str],
        typer.Option("--field", help="NAME=VALUE, once a field; several values between ;"),
    ],
    entry: Annotated[
        str, typer.Option("--id", help="Replace what stands under this id.", show_default="new")
    ] = "",
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put one record on the register; a person is named by HR id, as subject or employee_id."""
    from stayline.usecases.keep_records import kind_named

    record_type = kind_named(kind)
    texts = dict(_named(one) for one in field)
    _show(keep(record_type, [texts], by, home, entry_id=entry or None), as_json)


@group.command("import")
def import_file(
    kind: _Kind,
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file, a column a field.")],
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a file of records on the register: all of them, or none and why."""
    from stayline.usecases.keep_records import kind_named

    _show(import_records(kind_named(kind), file, by, home, hidden=as_json), as_json)


def import_records(
    kind: "type[Record]", file: Path, by: str | None, home: HomeOption, *, hidden: bool
) -> "KeptRecords":
    """Keep every record of a file."""
    with progress("Reading", unit="lines", hidden=hidden) as advance:
        return keep(kind, _lines(file, advance), by, home)


def keep(
    kind: "type[Record]",
    lines: "Iterator[dict[str, str]] | list[dict[str, str]]",
    by: str | None,
    home: HomeOption,
    *,
    entry_id: str | None = None,
) -> "KeptRecords":
    """Keep records given as texts; raises `RegisterEntryRefused` with the lines at fault."""
    from stayline.usecases.keep_records import keep_records

    settings = settings_for(home)
    ports = ports_for(settings, must_exist=True)
    return keep_records(
        _records(kind, lines, ports), kind=kind, entry_id=entry_id,
        register=ports.register, audit=ports.audit, clock=ports.clock,
        actor=by or settings.actor,
    )  # fmt: skip


def _records(
    kind: "type[Record]", lines: "Iterator[dict[str, str]] | list[dict[str, str]]", ports: "Ports"
) -> "list[Record]":
    from functools import partial

    from stayline.domain.pseudonyms import pseudonym
    from stayline.errors import RegisterEntryRefused
    from stayline.formats.register_records import record_of

    token_of = partial(pseudonym, ports.secrets.token_key())
    records, problems = [], list[str]()
    for number, texts in enumerate(lines, start=_FIRST_LINE):
        if not any(texts.values()):
            continue
        try:
            records.append(record_of(kind, texts, token_of))
        except RegisterEntryRefused as refusal:
            at = f"line {number}: " if isinstance(lines, Iterator) else ""
            problems += [f"{at}{problem}" for problem in refusal.problems]
        if len(problems) > _MOST_TOLD:
            break
    if problems:
        raise RegisterEntryRefused(kind.__name__, problems)
    return records


def _lines(file: Path, advance: "Advance") -> Iterator[dict[str, str]]:
    from stayline.formats.extract import extract_batches

    done = 0
    for batch in extract_batches(file, _AT_ONCE):
        for row in batch.to_dicts():
            yield {name: "" if cell is None else str(cell) for name, cell in row.items()}
        done += batch.height
        advance(done, None)


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{name[:40]!r} is not NAME=VALUE.", param_hint="--field")
    return name, value


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def _show(kept: "KeptRecords", as_json: bool) -> None:
    if as_json:
        show_json(kept)
        return
    known = f"; {kept.unchanged:,} stood there already" if kept.unchanged else ""
    say(f"{kept.new:,} put on record as {kept.kind}{known}.")
    if len(kept.ids) == 1:
        say(f"Its id is {kept.ids[0]}.")

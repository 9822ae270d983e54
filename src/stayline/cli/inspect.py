"""``stayline inspect``: what an extract holds, and what is wrong with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import JsonOption, progress, say, schema_named, show_json, show_table

if TYPE_CHECKING:
    from stayline.domain.inspection import Inspection


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect")(inspect)


def inspect(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet extract.")],
    schema: Annotated[
        str | None,
        typer.Option(help="Judge this schema.toml or preset instead of drafting one."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the drafted schema there, to be edited.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft the schema of an extract, and name leaks and whatever else a careful analyst would."""
    from stayline.usecases.inspect_extract import inspect_extract

    given = schema_named(schema) if schema else None
    with progress("Inspecting", hidden=as_json):
        found = inspect_extract(file, schema=given)
    if as_json:
        show_json({"rows": found.rows, "columns": found.columns, "findings": found.findings})
    else:
        _show(found)
    if out is not None:
        _write(found, out, quiet=as_json)


def _show(found: "Inspection") -> None:
    rows = [(c.name, c.kind, c.role, c.distinct, c.missing, c.note) for c in found.columns]
    say(f"{found.rows:,} rows, {len(rows)} columns")
    show_table(("column", "kind", "role", "distinct", "missing", "note"), rows)
    for severity in dict.fromkeys(finding.severity for finding in found.findings):
        group = [finding for finding in found.findings if finding.severity is severity]
        say(f"{severity.upper()} ({len(group)})")
        for finding in group:
            say(f"  {finding.kind}  {finding.column or 'whole file'}: {finding.message}")
            say(f"      {finding.action}")


def _write(found: "Inspection", out: Path, *, quiet: bool) -> None:
    from stayline.errors import SchemaRefused, SettingRefused
    from stayline.formats.schema_toml import dump_schema

    if found.schema is None:
        raise SchemaRefused(str(out), [f.message for f in found.findings if f.kind == "schema"])
    try:
        out.write_text(dump_schema(found.schema), "utf-8")
    except OSError as error:
        raise SettingRefused("out", str(out), f"a file that can be written ({error})") from error
    if not quiet:
        say(f"Schema written to {out}; read it through before you import with it.")

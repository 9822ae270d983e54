"""``stayline import``: an extract into the stores."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.terminal import (
    Advance,
    ByOption,
    HomeOption,
    JsonOption,
    SchemaOption,
    ports_for,
    progress,
    say,
    schema_named,
    settings_for,
    show_json,
)

if TYPE_CHECKING:
    from stayline.bootstrap import Ports
    from stayline.domain.import_report import ImportReport
    from stayline.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_extract)


def import_extract(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet extract.")],
    schema: SchemaOption,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="The date the rows were true, for extracts without one."
        ),
    ] = None,
    by: ByOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate an extract and part its rows; bad rows go to a reject file (then exit status 2)."""
    settings = settings_for(home)
    with progress("Importing", hidden=as_json) as advance:
        report = imported(
            file,
            schema,
            ports_for(settings),
            settings,
            as_of=as_of.replace(tzinfo=UTC) if as_of else None,
            by=by,
            advance=advance,
        )
    if as_json:
        show_json(report)
    else:
        for line in report.lines():
            say(line)
    if report.rejected:
        raise typer.Exit(2)


def imported(
    file: Path,
    schema: str,
    ports: "Ports",
    settings: "Settings",
    *,
    as_of: datetime | None = None,
    by: str | None = None,
    advance: Advance = lambda done, total: None,
) -> "ImportReport":
    """Import an extract into a home, with its rejects beside it."""
    from stayline.usecases.import_workforce import import_workforce

    return import_workforce(
        file,
        schema=schema_named(schema),
        as_of=as_of,
        actor=by or settings.actor,
        rejects=settings.home / "rejects",
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        register=ports.register,
        audit=ports.audit,
        secrets=ports.secrets,
        clock=ports.clock,
        progress=advance,
    )

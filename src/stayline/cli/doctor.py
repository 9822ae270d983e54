"""``stayline doctor``: is everything whole?"""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from stayline.cli.terminal import (
    HomeOption,
    JsonOption,
    ports_for,
    say,
    settings_for,
    show_json,
)

if TYPE_CHECKING:
    from stayline.usecases.check_home import Check


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check every store of the home; exit status 1 when one is damaged."""
    checks = _checks(home)
    is_whole = all(check.is_whole for check in checks)
    if as_json:
        show_json({"whole": is_whole, "checks": checks})
    else:
        for check in checks:
            say(f"{'whole  ' if check.is_whole else 'DAMAGED'}  {check.name}")
            for line in (*check.problems, *check.notes):
                say(f"         {line}")
    if not is_whole:
        raise typer.Exit(1)


def _checks(home: Path | None) -> "list[Check]":
    """Return one check per store, or the one of a store that cannot even be opened."""
    from stayline.errors import StoreDamaged, StoreUnavailable
    from stayline.usecases.check_home import Check, check_home

    try:
        ports = ports_for(settings_for(home), must_exist=True)
    except (StoreDamaged, StoreUnavailable) as error:
        return [Check("home", (str(error),))]
    return check_home(
        features=ports.features,
        protected=ports.protected,
        directory=ports.directory,
        imports=ports.imports,
        registry=ports.registry,
        runner=ports.runner,
        endpoint=ports.endpoint,
        capture=ports.capture,
        audit=ports.audit,
        secrets=ports.secrets,
    )

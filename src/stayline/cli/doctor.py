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
    from stayline.bootstrap import Ports
    from stayline.settings import Settings
    from stayline.usecases.check_home import Check


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check every store of the home and its database; exit status 1 when one is damaged."""
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
    from stayline.errors import DatabaseAway, StoreDamaged, StoreUnavailable
    from stayline.usecases.check_home import Check

    settings = settings_for(home)
    try:
        ports = ports_for(settings, must_exist=True)
    except DatabaseAway as error:
        return [Check("database", (f"{_place(settings)} does not answer. {error}",))]
    except (StoreDamaged, StoreUnavailable) as error:
        return [Check("home", (str(error),))]
    stores = _of_stores(ports)
    if not settings.database_url:
        return stores
    return [Check("database", notes=(f"{_place(settings)} answers",)), *stores]


def _place(settings: "Settings") -> str:
    from stayline.adapters.embedded.postgres_url import postgres_url, told_place

    return told_place(postgres_url(settings.database_url))


def _of_stores(ports: "Ports") -> "list[Check]":
    from stayline.usecases.check_home import check_home

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
        storage=ports.storage,
    )

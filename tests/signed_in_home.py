"""A home of a few people and their managers, behind an identity provider, without a model.

Person 0 leads everyone, 1 leads 10 to 19, 10 has left and led 100 to 109; see `import_runs.panel`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from identity_provider import AUDIENCE, Provider, identity_provider
from import_runs import Home, panel
from local_client import LocalClient
from stayline.bootstrap import Ports, build
from stayline.settings import Settings
from stayline.web.app import create_app
from stores import SetClock

PEOPLE = 110


@dataclass
class SignedInHome:
    """What a test needs of it: its ports under a clock, and a client somewhere else."""

    folder: Path
    provider: Provider
    clock: SetClock
    ports: Ports
    client: LocalClient

    def bearer(self, **claims: Any) -> dict[str, str]:
        """Return the header of somebody who has signed in."""
        return {"Authorization": f"Bearer {self.provider.token(self.clock.instant, **claims)}"}

    def refusals(self) -> list[tuple[str, str, str]]:
        """Return who was refused what because of what."""
        return [
            (event.actor, event.details["operation"], event.details["because"])
            for event in self.ports.audit.events()
            if event.kind == "access.refused"
        ]


def imported(folder: Path) -> Home:
    """Return a home with the people imported."""
    home = Home(folder / "home")
    extract = folder / "panel.csv"
    stays = pl.when(pl.col("Id") != "0")
    rows = panel(PEOPLE, 3).with_columns(LastDay=stays.then("LastDay"), Why=stays.then("Why"))
    rows.write_csv(extract)
    assert home.take(extract).landed
    return home


@contextmanager
def signed_in_home(folder: Path) -> Iterator[SignedInHome]:
    """Give the home, its provider and a client on another machine."""
    home = imported(folder)
    with identity_provider() as provider:
        settings = Settings(
            home=home.folder, oidc_issuer=provider.issuer, oidc_audience=AUDIENCE, max_instances=20
        )
        ports = build(settings, clock=home.clock)
        app = create_app(ports, settings, environment={})
        with LocalClient(
            app,
            address="203.0.113.9",
            base_url="https://stayline.example.org",
            raise_server_exceptions=False,
        ) as client:
            yield SignedInHome(home.folder, provider, home.clock, ports, client)

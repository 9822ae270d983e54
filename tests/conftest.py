"""Homes that several folders of tests start from, and one seed for every property test."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from declared_calls import (  # noqa: F401  (hooks)
    pytest_deselected,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)
from deployed_home import make_ibm_home
from made_once import made_once
from panel_home import make_trained_panel
from postgres_server import HASTY, PostgresServer, programs, running_postgres
from slow_first import pytest_collection_modifyitems  # noqa: F401  (hook)
from stayline.adapters.embedded.database import HEADS, open_of_home
from stayline.bootstrap import Ports, build
from stayline.settings import Settings
from watched_home import make_watched_home

settings.register_profile("seeded", deadline=None, derandomize=True)
settings.load_profile("seeded")


@pytest.fixture(scope="session")
def ibm_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with IBM's people and a deployed model; copy it before changing it."""
    return made_once(tmp_path_factory, "ibm-home", make_ibm_home)


@pytest.fixture(scope="session")
def trained_panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a small panel on which the pipeline ran once; copy it before changing it."""
    return made_once(tmp_path_factory, "trained-panel", make_trained_panel)


@pytest.fixture(scope="session")
def watched_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployed home whose model has all its evaluation files; copy it before changing it."""
    return made_once(tmp_path_factory, "watched-home", make_watched_home)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server that all tests share, with a database ``made`` to begin from."""
    if programs() is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    with running_postgres(**HASTY) as server:
        server.execute("CREATE DATABASE made")
        for name in HEADS:
            open_of_home(Path(), name, server.url_of("made")).dispose()
        yield server


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a database of the test's own, its tables made."""
    name = f"test_{secrets.token_hex(8)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE made STRATEGY FILE_COPY")
    yield postgres.url_of(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def home(ibm_home: Path, tmp_path: Path) -> Path:
    """A deployed home of the test's own."""
    return Path(shutil.copytree(ibm_home, tmp_path / "home"))


@pytest.fixture
def ports(home: Path) -> Ports:
    """The real embedded adapters on a deployed home of the test's own."""
    return build(Settings(home=home))

"""Homes that several folders of tests start from, and one seed for every property test."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from deployed_home import make_ibm_home
from stayline.bootstrap import Ports, build
from stayline.settings import Settings

settings.register_profile("seeded", deadline=None, derandomize=True)
settings.load_profile("seeded")


@pytest.fixture(scope="session")
def ibm_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with IBM's people and a deployed model; copy it before changing it."""
    return make_ibm_home(tmp_path_factory.mktemp("ibm"))


@pytest.fixture
def home(ibm_home: Path, tmp_path: Path) -> Path:
    """A deployed home of the test's own."""
    return Path(shutil.copytree(ibm_home, tmp_path / "home"))


@pytest.fixture
def ports(home: Path) -> Ports:
    """The real embedded adapters on a deployed home of the test's own."""
    return build(Settings(home=home))

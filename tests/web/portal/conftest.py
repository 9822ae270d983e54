"""A browser and a real server on a deployed home for each file of tests of pages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browsers import opened_page, started_browser
from served_home import Served, served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for a file: its event loop would be in the way of other tests of this process."""
    with started_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of a browser that has been nowhere."""
    with opened_page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def portal(ibm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server on IBM's people with a deployed model, where the test may change everything."""
    home = tmp_path_factory.mktemp("portal") / "home"
    with served(shutil.copytree(ibm_home, home)) as server:
        yield server

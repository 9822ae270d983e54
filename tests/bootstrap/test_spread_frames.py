"""Frames read by workers, which are real processes, against the store's own."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dask_processes import dask_processes
from import_runs import LATER, Home, panel
from stayline.adapters.dask.cluster import connected
from stayline.bootstrap.cluster import DASK, LOCAL
from stayline.bootstrap.shared_facts import shared_facts
from stayline.bootstrap.spread_frames import SpreadFrames, frame_reader
from stayline.ports.feature_store import FEATURES, OUTCOMES
from stayline.settings import Settings


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dask_processes(tmp_path_factory.mktemp("machines")) as machines:
        yield machines.address


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of a panel that was corrected once."""
    home, path = Home(tmp_path / "home"), tmp_path / "panel.csv"
    rows = panel(people=300, months=12)
    rows.write_csv(path)
    home.take(path)
    home.clock.instant += timedelta(days=1)
    rows.head(40).with_columns(Pay=pl.lit("5")).write_csv(path)
    home.take(path)
    return home


@pytest.mark.parametrize("group", [FEATURES, OUTCOMES])
def test_a_frame_that_workers_read_is_the_stores_own_row_by_row(
    group: str, home: Home, address: str
):
    with connected(address) as cluster:
        facts = shared_facts(Settings(home=home.folder), home.ports)
        frame = SpreadFrames(cluster, facts, people=100_000)
        assert_frame_equal(frame(group, as_of=LATER), home.facts(group))


def test_the_store_itself_reads_where_no_engine_is_named(home: Home):
    with frame_reader(LOCAL, None, Settings(home=home.folder), home.ports) as frame:
        assert_frame_equal(frame(FEATURES, as_of=LATER), home.facts(FEATURES))


def test_dask_reads_where_it_is_named(home: Home, address: str):
    with frame_reader(DASK, address, Settings(home=home.folder), home.ports) as frame:
        assert isinstance(frame, SpreadFrames)
        assert_frame_equal(frame(FEATURES, as_of=LATER), home.facts(FEATURES))

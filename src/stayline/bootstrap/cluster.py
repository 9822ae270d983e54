"""The engine of batch work, as a command names it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from stayline.errors import SettingRefused
from stayline.ports.cluster import Cluster

LOCAL = "local"
DASK = "dask"


@contextmanager
def cluster_of(engine: str, scheduler: str | None) -> Iterator[Cluster]:
    """Give the engine that ``--engine`` and ``--scheduler`` name; Dask is loaded by nobody else.

    Raises `SettingRefused`, `ClusterUnavailable` and `ClusterMismatch`.
    """
    if engine == LOCAL and scheduler is None:
        from stayline.adapters.embedded.cluster import InProcessCluster

        yield InProcessCluster()
        return
    if engine != DASK:
        expected = f"{LOCAL!r}, or {DASK!r} with `--scheduler ADDRESS`"
        raise SettingRefused("--engine", engine, expected)
    if not scheduler:
        raise SettingRefused("--scheduler", "", "the address that `dask scheduler` tells")
    if find_spec("distributed") is None:
        raise SettingRefused("--engine", engine, "a home with `pip install 'stayline[dask]'`")
    from stayline.adapters.dask.cluster import connected

    with connected(scheduler) as cluster:
        yield cluster

"""The commands of Dask's scheduler and worker start what they should, and health is told."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from deployed_parts import compose, objects, pods
from target_server import free_port
from waiting import end, soon

pytest.importorskip("distributed", reason="the extra `dask` is not installed")
DASK = Path(sys.executable).parent / "dask"


@contextmanager
def started(words: list[str], folder: Path) -> Iterator[None]:
    with (folder / f"{words[1]}.log").open("wb") as log:
        process = subprocess.Popen([str(DASK), *words[1:]], stdout=log, stderr=log, cwd=folder)
    try:
        yield
    finally:
        end(process)


def moved(words: list[str], ports: dict[str, int], folder: Path) -> list[str]:
    """Return a command with other ports, on loopback, and with a folder of the test's."""
    text = "\n".join(words).replace("0.0.0.0", "127.0.0.1")  # noqa: S104  (what is replaced)
    for name in ("stayline-dask-scheduler", "dask-scheduler"):
        text = text.replace(f"tcp://{name}", "tcp://127.0.0.1")
    for port, other in ports.items():
        text = text.replace(port, str(other))
    return text.replace("/tmp", str(folder)).replace("3GiB", "256MiB").splitlines()  # noqa: S108


def is_healthy(port: int) -> bool:
    with suppress(URLError, ConnectionError), urlopen(f"http://127.0.0.1:{port}/health") as answer:
        return bool(answer.status == 200)
    return False


def test_the_chart_s_scheduler_and_worker_are_healthy_where_probes_ask(tmp_path: Path) -> None:
    made = pods(objects("least"))
    (scheduler,) = made["dask-scheduler"]["containers"]
    (worker,) = made["dask-worker"]["containers"]
    ports = {port: free_port() for port in ("8786", "8787", "8788")}
    asked = []
    for one in (scheduler, worker):
        numbers = {port["name"]: port["containerPort"] for port in one["ports"]}
        for kind in ("livenessProbe", "readinessProbe"):
            assert one[kind]["httpGet"] == {"path": "/health", "port": "health"}
        asked.append(ports[str(numbers["health"])])
    with (
        started(moved(scheduler["args"], ports, tmp_path), tmp_path),
        started(moved(worker["args"], ports, tmp_path), tmp_path),
    ):
        for port in asked:
            assert soon(partial(is_healthy, port))
        assert soon(lambda: "Registered to" in (tmp_path / "worker.log").read_text())


def test_compose_starts_the_same_scheduler_and_workers_that_the_chart_does() -> None:
    services, made = compose()["services"], pods(objects("least"))
    for name in ("dask-scheduler", "dask-worker"):
        (container,) = made[name]["containers"]
        words = "\n".join(container["args"]).replace("stayline-dask", "dask").splitlines()
        words = [one for one in words if one != "--dashboard-address=:8788"]  # nobody asks it there
        assert services[name]["command"] == words

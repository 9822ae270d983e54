"""What spreading work over a cluster costs where one machine would do.

`python bench/cluster_overhead.py` makes a home of simulated people with 30 features each, and runs
`stayline score --all` and `stayline watch workforce` by turns in one process and on two Dask
workers of this machine. Processor time tells the cost: of seconds, other work on the machine takes
its part. The first round is left out, in which workers load what they need.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from dask_processes import DaskProcesses, dask_processes
from workforce_home import make_home

COMMANDS = {"score": ("score", "--all", "--afresh"), "watch": ("watch", "workforce")}
_ALONE = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Run:
    """Seconds, and processor seconds of the command and of the workers together."""

    seconds: float
    command: float
    workers: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=4)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home, logs = Path(name) / "home", Path(name) / "logs"
        # In a process of its own, for a child begins with the peak memory of its parent.
        making = get_context("spawn").Process(target=make_home, args=(home, asked.people))
        making.start()
        making.join()
        logs.mkdir()
        with dask_processes(logs, environment=_ALONE) as cluster:
            runs: dict[tuple[str, str], list[Run]] = {
                (name, engine): [] for name in COMMANDS for engine in ("local", "dask")
            }
            for _ in range(asked.rounds):
                for (name, engine), found in runs.items():
                    found.append(run(name, home, cluster if engine == "dask" else None))
                    print(name, engine, found[-1], f"load {os.getloadavg()[0]:.1f}", flush=True)
    for name in COMMANDS:
        local, dask = (warm(runs[name, engine]) for engine in ("local", "dask"))
        print(
            f"{name}, {asked.people:,} people: {local.command:.1f} s of a processor here, on a "
            f"cluster {dask.command:.1f} s here and {dask.workers:.1f} s of workers: "
            f"{(dask.command + dask.workers) / local.command:.2f} times"
        )


def run(name: str, home: Path, cluster: DaskProcesses | None) -> Run:
    """Run a command in a process of its own."""
    words = [*COMMANDS[name], "--json", "--home", str(home)]
    workers = () if cluster is None else cluster.workers
    if cluster is not None:
        words += ["--engine", "dask", "--scheduler", cluster.address]
    before = sum(processor_seconds(worker.pid) for worker in workers)
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "stayline", *words], stdout=subprocess.PIPE)
    told = process.stdout.read() if process.stdout else b""
    _, _, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    assert json.loads(told)
    spent = sum(processor_seconds(worker.pid) for worker in workers) - before
    return Run(seconds, usage.ru_utime + usage.ru_stime, spent)


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process that runs."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def warm(runs: list[Run]) -> Run:
    """Return the medians of all runs but the first."""
    rest = runs[1:] or runs
    return Run(
        statistics.median(one.seconds for one in rest),
        statistics.median(one.command for one in rest),
        statistics.median(one.workers for one in rest),
    )


if __name__ == "__main__":
    main()

"""Import, frame, train and score at growing sizes, in one process and on Dask workers.

python -m bench.scale --rows 100000 1000000         both engines, two workers
python -m bench.scale --rows 10000000 --stages frame --more
python -m bench.scale --draw                        the tables and the picture of the last run
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from distributed import Client
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from bench.scale.companies import write_extract
from bench.scale.paper import HOURS, MONTHS, PEOPLE, on_paper, storage
from bench.scale.picture import draw
from bench.scale.records import MEASURED, Records, Sizes, engines, keep, kept
from bench.scale.slopes import slope
from bench.scale.stages import IMPORT, STAGES, Engine, Home, Measured

from dask_processes import dask_processes

_MIB = 2**20


def main() -> None:
    """Measure, keep, print and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", nargs="+", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--engines", nargs="+", default=["local", "dask"])
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--trials", type=int, default=4, help="candidates of each training")
    parser.add_argument("--folder", type=Path, help="where there is room for extracts and homes")
    parser.add_argument("--more", action="store_true", help="keep what an earlier run measured")
    parser.add_argument("--out", type=Path, default=MEASURED, help="the file of what was measured")
    parser.add_argument("--draw", action="store_true", help="only show what was kept")
    asked = parser.parse_args()
    if not asked.draw:
        measure(asked)
    records = kept(asked.out)
    show(records)
    draw(records)


def measure(asked: argparse.Namespace) -> None:
    """Run every stage of every size; what was measured is kept after each."""
    records = kept(asked.out) if asked.more else Records(f"{os.cpu_count()} cores", [], [])

    def note(run: Measured) -> None:
        tell(run)
        records.runs.append(run)
        keep(records, asked.out)

    for rows in asked.rows:
        with tempfile.TemporaryDirectory(dir=asked.folder) as name:
            extract = Path(name) / "extract.csv"
            imported = Home(Path(name) / "imported", write_extract(extract, rows), asked.trials)
            note(imported.take(extract))
            records.sizes.append(Sizes(imported.rows, dict(imported.bytes_a_row())))
            for engine in asked.engines:
                home = imported.copied(Path(name) / engine)
                with _engine(engine, Path(name), asked.workers) as able:
                    for stage in asked.stages:
                        note(home.run(stage, able))


def tell(run: Measured) -> None:
    """Print a run as soon as it has ended."""
    workers = ", ".join(f"{size / _MIB:,.0f}" for size in run.worker_bytes) or "none"
    print(
        f"{run.engine} {run.stage}: {run.rows:,} rows in {run.seconds:.1f} s, of processors "
        f"{run.cpu_seconds:.1f} s, load {os.getloadavg()[0]:.1f}; "
        f"MiB: {run.command_bytes / _MIB:,.0f}, of workers {workers}",
        flush=True,
    )


@contextmanager
def _engine(name: str, folder: Path, workers: int) -> Iterator[Engine]:
    if name == "local":
        yield Engine(name)
        return
    logs = folder / "machines"
    logs.mkdir(exist_ok=True)
    threads = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with dask_processes(logs, workers=workers, environment=threads) as machines:
        _warm(machines.address)
        yield Engine(name, machines.address, machines.workers)


def _warm(address: str) -> None:
    """Have the workers load what they will need: a cluster is there before its work is."""
    with Client(address) as client:
        client.run(import_module, "stayline.modelling.cluster_fitting")
        client.run(import_module, "stayline.bootstrap.spread_scoring")


def show(records: Records) -> None:
    """Print what was measured, how it grows, and what a hundred million people would take."""
    console = Console(width=140)
    measured = Table("engine", "stage", "rows", "s", "CPU s", "MiB", "MiB, each worker")
    for run in records.runs:
        measured.add_row(
            run.engine, run.stage, f"{run.rows:,}", f"{run.seconds:.1f}",
            f"{run.cpu_seconds:.1f}", f"{run.command_bytes / _MIB:,.0f}",
            ", ".join(f"{size / _MIB:,.0f}" for size in run.worker_bytes),
        )  # fmt: skip
    growth = Table("engine", "stage", "CPU time grows as rows to the", "memory of a worker, to the")
    for engine, _ in engines(records.runs):
        for stage in (IMPORT, *STAGES):
            runs = [run for run in records.runs if (run.engine, run.stage) == (engine, stage)]
            if len({run.rows for run in runs}) < 2:
                continue
            rows = [run.rows for run in runs]
            memory = [max(run.worker_bytes, default=run.command_bytes) for run in runs]
            told = slope(rows, [run.cpu_seconds for run in runs]), slope(rows, memory)
            growth.add_row(engine, stage, *map(str, told))
    console.print(records.machine, measured, growth)
    paper = Table(
        "engine", "stage", "rows/s of a processor", "its hours", f"for {HOURS:g} h", "USD",
        title=f"{PEOPLE:,} employees x {MONTHS} months, on paper",
    )  # fmt: skip
    for one in on_paper(records):
        paper.add_row(
            one.engine, one.stage, f"{one.rows_a_second:,.0f}", f"{one.hours:,.0f}",
            f"{one.processors:,.0f}", f"{one.usd:,.0f}",
        )  # fmt: skip
    kept_there = Table("place", "TB", "USD a month")
    for place, terabytes, usd in storage(records):
        kept_there.add_row(place, f"{terabytes:.2f}", f"{usd:,.0f}")
    console.print(paper, kept_there)


if __name__ == "__main__":
    main()

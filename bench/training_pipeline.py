"""The whole training pipeline: how long, how much memory, and whether its gates can say no.

python bench/training_pipeline.py            IBM, and simulated panels with planted faults
python bench/training_pipeline.py million    a panel of a million rows
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from real_data import write_ibm_csv

PAGE = os.sysconf("SC_PAGE_SIZE")
EMPLOYEES, MONTHS = 8000, 36
TINY_GROUP = 40
"""People moved into a group of their own, so few that hardly ten rows of it left."""


@dataclass(frozen=True)
class Run:
    """What a command came to."""

    seconds: float
    gigabytes: float
    failed: bool
    told: str


def stayline(home: Path, *words: object) -> Run:
    """Run the real command, and sample the memory of it and its children together."""
    command = [sys.executable, "-m", "stayline", "--home", str(home), *map(str, words)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    most = [0.0]
    watching = threading.Thread(target=_watch, args=(process, most), daemon=True)
    watching.start()
    out, err = process.communicate()
    watching.join()
    seconds = time.perf_counter() - started
    failed = process.returncode != 0
    return Run(seconds, most[0], failed, err.splitlines()[-1] if failed else out)


def _watch(process: subprocess.Popen[str], most: list[float]) -> None:
    while process.poll() is None:
        most[0] = max(most[0], _tree_bytes(process.pid) / 1e9)
        time.sleep(0.1)


def _tree_bytes(pid: int) -> int:
    """Return the resident bytes of a process and everything below it."""
    try:
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return resident + sum(_tree_bytes(int(child)) for child in below)


def home_of(folder: Path, extract: Path, schema: str, *more: str) -> Path:
    """Return a new home with an imported workforce."""
    imported = stayline(folder / "home", "import", extract, "--schema", schema, *more)
    assert not imported.failed, imported.told
    return folder / "home"


def simulated(folder: Path, employees: int, *more: str) -> Path:
    """Return the extract of a simulated panel."""
    out = folder / "panel.csv"
    words = ["simulate", "--employees", employees, "--months", MONTHS, "--out", out, *more]
    assert not stayline(folder / "unused", *words).failed
    return out


def verdict(run: Run, home: Path) -> str:
    """Say in a few words what came of a training."""
    if not run.failed:
        told = json.loads(run.told)["model"]
        return f"version {told['version']} registered"
    newest = json.loads(stayline(home, "pipeline", "list", "--json").told)["executions"][0]
    failure = newest["failure"].partition(" Next: ")[0]
    return f"rejected: {failure[:230]}"


def ibm(folder: Path, table: Table) -> None:
    home = home_of(folder, write_ibm_csv(folder / "ibm.csv"), "ibm-hr", "--as-of", "2026-01-01")
    for name in ("IBM, first run", "IBM, all from the cache"):
        run = stayline(home, "train", "--json")
        table.add_row(name, f"{run.seconds:.1f}", f"{run.gigabytes:.2f}", verdict(run, home))


def planted(folder: Path, table: Table) -> None:
    """A clean panel, one with a planted disparity, one with a group too small to judge."""
    for name, more in (("clean panel", ()), ("planted disparity (women)", ("--disparity",))):
        place = folder / name.split()[0]
        place.mkdir()
        extract = simulated(place, EMPLOYEES, *more)
        home = home_of(place, extract, "monthly-panel")
        run = stayline(home, "train", "--json")
        table.add_row(name, f"{run.seconds:.1f}", f"{run.gigabytes:.2f}", verdict(run, home))
        if not more:
            challenged(home, table)
    place = folder / "tiny"
    place.mkdir()
    home = home_of(place, with_tiny_group(folder / "clean/panel.csv", place), "monthly-panel")
    run = stayline(home, "train", "--json")
    table.add_row(
        "about ten of a group left", f"{run.seconds:.1f}", f"{run.gigabytes:.2f}",
        verdict(run, home),
    )  # fmt: skip


def challenged(home: Path, table: Table) -> None:
    """The deployed model's retrain, and a challenger that learned from the first months only."""
    reason = "Its card was read; it is as good as the data allow."
    assert not stayline(home, "models", "approve", 1, "--by", "bo", "--reason", reason).failed
    for name, more in (
        ("the champion's own retrain", ()),
        ("a challenger of one month's data", ("--train-until", "2022-07-01")),
    ):
        run = stayline(home, "train", "--json", *more)
        table.add_row(name, f"{run.seconds:.1f}", f"{run.gigabytes:.2f}", verdict(run, home))


def with_tiny_group(extract: Path, folder: Path) -> Path:
    """Return the panel with a few people in a group of their own."""
    rows = pl.read_csv(extract, infer_schema=False)
    few = rows["EmployeeNumber"].unique().sort().sample(TINY_GROUP, seed=0)
    tiny = pl.when(pl.col("EmployeeNumber").is_in(few.implode())).then(pl.lit("Diverse"))
    rows.with_columns(tiny.otherwise(pl.col("Gender")).alias("Gender")).write_csv(
        folder / "panel.csv"
    )
    return folder / "panel.csv"


def million(folder: Path, table: Table) -> None:
    place = folder / "million"
    place.mkdir()
    home = home_of(place, simulated(place, 28_000), "monthly-panel")
    run = stayline(home, "train", "--json")
    table.add_row(
        "panel of a million rows", f"{run.seconds:.1f}", f"{run.gigabytes:.2f}", verdict(run, home)
    )


RUNS = {"ibm": ibm, "planted": planted, "million": million}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", help=f"which of {list(RUNS)}; without, the first two")
    chosen = parser.parse_args().runs or ["ibm", "planted"]
    table = Table("run", "seconds", "GB, all processes", "came to", title="The training pipeline")
    with tempfile.TemporaryDirectory() as name:
        for run in chosen:
            RUNS[run](Path(name), table)
    load = os.getloadavg()[0]
    Console(width=150).print(table, f"{os.cpu_count()} cores, load average {load:.1f} at the end")


if __name__ == "__main__":
    main()

"""How fast a simulated panel of a million rows is imported, and in how much memory.

`python bench/import_rows.py` simulates the extract and imports it in a process of its own: first as
the simulator writes it (by month), then by person, which scatters each batch over all months.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from stayline.usecases.simulate_workforce import simulate_workforce

MONTHS = 36
KIB_A_GIB = 1024**2
STAYLINE = Path(sys.executable).with_name("stayline")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    wanted = parser.parse_args().rows
    table = Table("extract", "rows", "MB", "seconds", "rows/s", "peak GiB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        extracts = folder / "by-month.csv", folder / "by-person.csv"
        # In a process of its own, for a child begins with the peak memory of its parent.
        simulation = get_context("spawn").Process(target=simulate, args=(wanted, *extracts))
        simulation.start()
        simulation.join()
        for extract in extracts:
            seconds, peak = imported(extract, folder / extract.stem)
            table.add_row(
                extract.stem,
                f"{wanted:,}",
                f"{extract.stat().st_size / 1e6:.0f}",
                f"{seconds:.1f}",
                f"{wanted / seconds:,.0f}",
                f"{peak:.2f}",
            )
    Console(width=100).print(table)


def simulate(wanted: int, by_month: Path, by_person: Path) -> None:
    """Write a panel of that many rows twice, sorted by month and sorted by person."""
    simulate_workforce(employees=wanted // MONTHS + 1, months=MONTHS, seed=0, out=by_month)
    rows = pl.read_csv(by_month, infer_schema=False).head(wanted)
    assert rows.height == wanted
    rows.write_csv(by_month)
    rows.sort("EmployeeNumber", maintain_order=True).write_csv(by_person)


def imported(extract: Path, home: Path) -> tuple[float, float]:
    """Import an extract by the command line; return its seconds and its peak memory in GiB.

    A run that did not land every row in that very home measures nothing, so it ends the benchmark.
    """
    command = [STAYLINE, "import", extract, "--schema", "monthly-panel", "--home", home, "--json"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    told = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the import ended with status {process.returncode}")
    report = json.loads(told)
    assert report["landed"] == report["rows"] > 0
    assert report["unchanged"] == 0
    assert (home / "offline").is_dir()
    return seconds, usage.ru_maxrss / KIB_A_GIB


if __name__ == "__main__":
    main()

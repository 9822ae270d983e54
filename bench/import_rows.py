"""How fast a simulated panel of a million rows is imported, and in how much memory.

`python bench/import_rows.py` simulates the extract and imports it in a process of its own: first as
the simulator writes it (by month), then by person, which scatters each batch over all months.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
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
        by_month, by_person = folder / "by-month.csv", folder / "by-person.csv"
        simulate_workforce(employees=wanted // MONTHS + 1, months=MONTHS, seed=0, out=by_month)
        rows = pl.read_csv(by_month, infer_schema=False).head(wanted)
        rows.write_csv(by_month)
        rows.sort("EmployeeNumber", maintain_order=True).write_csv(by_person)
        for extract in (by_month, by_person):
            seconds, peak = imported(extract, folder / extract.stem)
            table.add_row(
                extract.stem,
                f"{rows.height:,}",
                f"{extract.stat().st_size / 1e6:.0f}",
                f"{seconds:.1f}",
                f"{rows.height / seconds:,.0f}",
                f"{peak:.2f}",
            )
    Console(width=100).print(table)


def imported(extract: Path, home: Path) -> tuple[float, float]:
    """Import an extract by the command line; return its seconds and its peak memory in GiB."""
    command = [STAYLINE, "--home", home, "import", extract, "--schema", "monthly-panel"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the import ended with status {process.returncode}")
    return seconds, usage.ru_maxrss / KIB_A_GIB


if __name__ == "__main__":
    main()

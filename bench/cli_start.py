"""How long ``stayline --help`` takes, start of Python included."""

import statistics
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

RUNS = 11


def main() -> None:
    """Print the median and range of several runs, beside an empty Python."""
    table = Table("command", "median s", "min s", "max s", title=f"start-up, n = {RUNS} runs")
    for name, arguments in (
        ("stayline --help", ["-m", "stayline", "--help"]),
        ("python -c pass", ["-c", "pass"]),
    ):
        seconds = [_timed([sys.executable, *arguments]) for _ in range(RUNS + 1)][1:]
        median = statistics.median(seconds)
        table.add_row(name, f"{median:.3f}", f"{min(seconds):.3f}", f"{max(seconds):.3f}")
    Console().print(table)


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()

"""How fast a window of captured answers becomes a frame, and in how much memory.

Run ``python bench/watch_intake.py``: 1,000,000 made-up answers of 30 inputs over 24 hours, read in
a process of its own; then a tenth of them in the other two encodings. The target for the million is
8 seconds and 1.5 GiB on 2 cores; CPU seconds tell how much of that other work on the machine took.
"""

import argparse
import resource
import tempfile
import time
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table

from captured_rows import COLUMNS, DAY, VERSION, write_captured
from stayline.domain.monitoring import Window
from stayline.formats.capture_blocks import captured_blocks
from stayline.modelling.watching.intake import captured_window, last_of_each_person

TARGET_S, TARGET_GIB = 8.0, 1.5
KIB_A_GIB = 1024**2


def main() -> None:
    """Measure, print, and hold the million against the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    table = Table("kept as", "rows", "MB", "seconds", "CPU s", "one row a person, s", "peak GiB")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        for content_type, many in (
            ("application/json", rows),
            ("text/csv", rows // 10),
            ("text/libsvm", rows // 10),
        ):
            folder = Path(name) / content_type
            context = get_context("spawn")
            writer = context.Process(target=write_captured, args=(folder, many, content_type))
            writer.start()
            writer.join()
            with context.Pool(1) as pool:
                took, cpu, people_took, peak = pool.apply(read, (folder, many))
            size = sum(path.stat().st_size for path in folder.rglob("*.jsonl")) / 1e6
            kept_as = {"application/json": "JSON", "text/csv": "CSV"}.get(content_type, "BASE64")
            table.add_row(
                kept_as, f"{many:,}", f"{size:,.0f}", f"{took:.1f}", f"{cpu:.1f}",
                f"{people_took:.2f}", f"{peak:.2f}",
            )  # fmt: skip
            if many == rows:
                seconds, gib = took, peak
    Console(width=100).print(table)
    assert seconds <= TARGET_S
    assert gib <= TARGET_GIB


def read(folder: Path, rows: int) -> tuple[float, float, float, float]:
    """Return the seconds and CPU seconds of reading, those of one row a person, the peak in GiB.

    What does not give back every row measures nothing, so it ends the benchmark.
    """
    window = Window(DAY, DAY + timedelta(days=1))
    started, cpu_before = time.perf_counter(), time.process_time()
    blocks = captured_blocks(folder, window.start, window.end)
    taken = captured_window(blocks, inputs=COLUMNS, window=window, model_version=VERSION)
    read_at, cpu = time.perf_counter(), time.process_time() - cpu_before
    people = last_of_each_person(taken.frame)
    ended = time.perf_counter()
    assert taken.frame.height == rows == taken.intake.lines
    assert not taken.intake.faults
    assert people.height == people["token"].n_unique() < rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_A_GIB
    return read_at - started, cpu, ended - read_at, peak


if __name__ == "__main__":
    main()

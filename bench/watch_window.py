"""How long a window of a million captured answers takes from the files to what is said of it.

Run ``python bench/watch_window.py``: 1,000,000 made-up answers of 30 inputs, read from files
and analysed in a process of its own: statistics, the drift tests of every input and of all pairs,
violations, and the quality that the risks lead one to expect. 100,000 such rows are the baseline.
The target is 20 seconds and 2 GiB on 2 cores.
"""

import argparse
import resource
import tempfile
import time
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from captured_rows import COLUMNS, DAY, VERSION, write_captured
from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Window
from stayline.formats.capture_blocks import captured_blocks
from stayline.modelling.data_constraints import suggested_constraints
from stayline.modelling.drift.check import drift_findings
from stayline.modelling.drift.joint import joint_statistics
from stayline.modelling.drift.violations import drift_violations
from stayline.modelling.feature_statistics import feature_statistics
from stayline.modelling.watching.estimated_quality import estimated_quality
from stayline.modelling.watching.intake import CapturedWindow, captured_window
from stayline.modelling.watching.monitors import people_once, persons

TARGET_S, TARGET_GIB = 20.0, 2.0
KIB_A_GIB = 1024**2


def main() -> None:
    """Measure, print, and hold the whole against the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    context = get_context("spawn")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        for folder, many in (("baseline", 100_000), ("window", rows)):
            writer = context.Process(target=write_captured, args=(Path(name) / folder, many))
            writer.start()
            writer.join()
        with context.Pool(1) as pool:
            steps, peak = pool.apply(analysed, (Path(name), rows))
    table = Table("step", "seconds")
    for step, seconds in steps.items():
        table.add_row(step, f"{seconds:.2f}")
    whole = sum(steps.values())
    table.add_row("whole", f"{whole:.2f}")
    Console(width=100).print(table)
    print(f"{rows:,} rows x {len(COLUMNS)} inputs, peak {peak:.2f} GiB")
    assert whole <= TARGET_S
    assert peak <= TARGET_GIB


def analysed(folder: Path, rows: int) -> tuple[dict[str, float], float]:
    """Return the seconds of each step, and the peak in GiB."""
    before = people_once(_read(folder / "baseline").frame)
    baseline = feature_statistics(before, COLUMNS)
    joint = joint_statistics(before, COLUMNS, baseline, persons(before["token"]))
    constraints = suggested_constraints(baseline, COLUMNS)
    del before
    steps: dict[str, float] = {}
    began = time.perf_counter()

    def step(name: str) -> None:
        nonlocal began
        steps[name] = time.perf_counter() - began
        began = time.perf_counter()

    captured = _read(folder / "window")
    assert captured.frame.height == rows
    step("reading the files")
    frame = people_once(captured.frame)
    step("one row a person")
    window = feature_statistics(frame, COLUMNS)
    step("statistics")
    findings = drift_findings(frame, COLUMNS, window, baseline, joint)
    assert not [one for one in findings if one.verdict is Verdict.FAIL]
    assert not drift_violations(window, constraints, findings).violations
    step("distances and tests")
    risk, person = frame["risk"].to_numpy(), persons(frame["token"])
    estimate = estimated_quality(risk, person, alert_from=0.5, rng=np.random.default_rng(0))
    assert 0.5 < estimate.figures["auc"].value < 1
    step("estimated quality")
    return steps, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_A_GIB


def _read(folder: Path) -> CapturedWindow:
    window = Window(DAY, DAY + timedelta(days=1))
    blocks = captured_blocks(folder, window.start, window.end)
    return captured_window(blocks, inputs=COLUMNS, window=window, model_version=VERSION)


if __name__ == "__main__":
    main()

"""How long a window takes to be held against its baseline: ``python -m bench.drift_speed``.

Ours and Evidently's DataDriftPreset see the same made-up rows (25 columns of numbers, 5 of words)
by turns in one run, Evidently in an environment of its own below ``.bench/``. Ours is all of it:
the window's statistics, every distance, every test, the pairs. What a model package keeps of its
baseline is made beforehand, as in life; Evidently has the baseline's rows instead. Then a million
rows of ours alone, in a process of its own, for its time and memory.
"""

import argparse
import multiprocessing
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from bench.drift_people import COLUMNS, people
from bench.peers.environments import python_of

from stayline.modelling.drift.check import drift_findings
from stayline.modelling.drift.joint import joint_statistics
from stayline.modelling.feature_statistics import feature_statistics

BESIDE, ALONE = 100_000, 1_000_000
TARGET_RATIO, TARGET_GIB = 50, 2.0
PEER = Path(__file__).with_name("drift_evidently.py")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.drift_speed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ours-only", action="store_true")
    asked = parser.parse_args()
    if not asked.ours_only:
        _beside(asked.rounds)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, gib = pool.apply(_alone)
    print(
        f"ours, {ALONE:,} x {len(COLUMNS)}: {seconds:.2f} s, {gib:.2f} GiB at most, rows included"
    )
    assert gib <= TARGET_GIB


def _beside(rounds: int) -> None:
    baseline, window = _frames(BESIDE)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / "reference.parquet", Path(name) / "current.parquet"]
        for frame, file in zip((baseline, window), files, strict=True):
            frame.write_parquet(file)
        for _ in range(rounds):
            ours.append(_ours(baseline, window))
            told = subprocess.run([python_of("evidently"), PEER, *files], check=True,
                                  capture_output=True, text=True).stdout  # fmt: skip
            theirs.append(float(told.splitlines()[-1]))
    ratio = statistics.median(theirs) / statistics.median(ours)
    for who, took in (("ours", ours), ("Evidently", theirs)):
        middle = statistics.median(took)
        spread = f"{min(took):.3f} to {max(took):.3f}, n = {rounds}"
        print(f"{who}, {BESIDE:,} x {len(COLUMNS)}: {middle:.3f} s ({spread})")
    print(f"ours is {ratio:.0f} times as fast (target {TARGET_RATIO})")
    assert ratio >= TARGET_RATIO


def _ours(baseline: pl.DataFrame, window: pl.DataFrame) -> float:
    before = feature_statistics(baseline, COLUMNS)
    joint = joint_statistics(baseline, COLUMNS, before, np.arange(baseline.height))
    begun = time.perf_counter()
    now = feature_statistics(window, COLUMNS)
    findings = drift_findings(window, COLUMNS, now, before, joint)
    took = time.perf_counter() - begun
    assert len(findings) > 5 * len(COLUMNS)
    return took


def _alone() -> tuple[float, float]:
    seconds = _ours(*_frames(ALONE))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _frames(rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(0)
    return people(BESIDE, rng), people(rows, rng)


if __name__ == "__main__":
    main()

"""How fast a million people are scored with all their reasons, and in how much memory.

`python bench/score_workforce.py` makes a home of simulated people with 30 features each, and runs
`stayline score --all` on it in a fresh process. Then the same model explains the same 100,000 rows
by our evaluator, by XGBoost's own contributions (two threads), and by `woodelf-explainer` where
that is installed. The targets are 90 s, 3 GiB, and 5 times XGBoost.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
import xgboost as xgb

from stayline.formats.model_archive import archive_digest, read_archive
from stayline.modelling.equality import check_equality
from stayline.modelling.explanation import column_contributions
from stayline.modelling.forest import Forest
from stayline.modelling.unpacking import unpacked
from workforce_home import COLUMNS, DEPTH, TREES, make_home, package, people

KIB_A_GIB = 1024**2
STAYLINE = Path(sys.executable).with_name("stayline")
EXPLAINED = 100_000
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--explained", type=int, default=EXPLAINED)
    wanted = parser.parse_args()
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; {TREES} trees of depth {DEPTH}")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        # In a process of its own, for a child begins with the peak memory of its parent.
        making = get_context("spawn").Process(target=make_home, args=(home, wanted.people))
        making.start()
        making.join()
        for night in ("first night", "the night after"):
            seconds, peak = scored(home, wanted.people)
            size = (home / "state.db").stat().st_size / wanted.people
            print(
                f"{wanted.people:,} people x {len(COLUMNS)} features, {night}: {seconds:.1f} s, "
                f"{wanted.people / seconds:,.0f} people/s, {peak:.2f} GiB, "
                f"{size:.0f} bytes kept a person",
                flush=True,
            )
    compare(wanted.explained)


def scored(home: Path, count: int) -> tuple[float, float]:
    """Score everyone by the command line; return its seconds and its peak memory in GiB."""
    command = [STAYLINE, "score", "--all", "--json", "--home", home]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    told = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the run ended with status {process.returncode}")
    assert json.loads(told)["count"] == count
    return seconds, usage.ru_maxrss / KIB_A_GIB


def compare(count: int) -> None:
    """Print how long each way to explain the same rows takes, and how far it is from ours."""
    data = package()
    archive = read_archive(data, archive_digest(data))
    encoder, _, _ = unpacked(archive.manifest)
    rows = encoder.encode_frame(people(count, seed=5))
    loading = timed(lambda: Forest(archive.model, encoder.owners))[0]
    forest = Forest(archive.model, encoder.owners)
    booster = xgb.Booster({"nthread": 2})
    booster.load_model(bytearray(archive.model))
    booster.set_param({"nthread": 2})
    one, ours = timed(lambda: forest.explained(rows).contributions)
    two, _ = timed(lambda: forest.explained(rows, threads=2))
    theirs, shap = timed(lambda: booster.predict(xgb.DMatrix(rows), pred_contribs=True))
    difference = np.abs(column_contributions(shap, encoder) - ours).max()
    print(f"{count:,} rows x {rows.shape[1]} encoded columns explained; loading {loading:.3f} s")
    print(f"  stayline, 1 thread   {one:7.2f} s  {theirs / one:5.1f} x XGBoost")
    print(f"  stayline, 2 threads  {two:7.2f} s  {theirs / two:5.1f} x XGBoost")
    print(f"  XGBoost, 2 threads   {theirs:7.2f} s  differs by {difference:.1e}")
    if importlib.util.find_spec("woodelf") is None:
        print("  woodelf-explainer    not installed")
    else:
        import pandas as pd
        from woodelf import WoodelfExplainer

        table = pd.DataFrame(rows, columns=booster.feature_names)
        explain = WoodelfExplainer(booster).shap_values
        taken, found = timed(lambda: explain(table, verbose=False))
        difference = np.abs(np.asarray(found) - shap[:, :-1]).max()
        print(
            f"  woodelf-explainer    {taken:7.2f} s  {theirs / taken:5.1f} x XGBoost, "
            f"differs by {difference:.1e}"
        )
    one_row(forest, booster, rows)
    report = check_equality(archive)
    print(
        f"equal to XGBoost within {report.risk:.1e} in risk, {report.contribution:.1e} in reasons"
    )


def one_row(forest: Forest, booster: xgb.Booster, rows: np.ndarray) -> None:
    """Print microseconds for one row, the best of five times 500."""
    booster.set_param({"nthread": 1})
    row, matrix = rows[0], rows[:1]
    for label, work in (
        ("stayline, margin", lambda: forest.margin(row)),
        ("stayline, margin and contributions", lambda: forest.explain(row)),
        ("XGBoost, inplace_predict", lambda: booster.inplace_predict(matrix)),
        (
            "XGBoost, contributions",
            lambda: booster.predict(xgb.DMatrix(matrix, nthread=1), pred_contribs=True),
        ),
    ):
        best = min(timed(lambda work=work: [work() for _ in range(500)])[0] for _ in range(5))
        print(f"  one row: {label:<36}{best / 500 * 1e6:8.1f} us")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


if __name__ == "__main__":
    main()

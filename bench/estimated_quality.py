"""How well, and how fast, quality is estimated without labels, beside NannyML's CBPE.

Run ``python -m bench.estimated_quality``. NannyML lives in an environment of its own below
``.bench/``: it pins an XGBoost older than ours and brings 50 packages. Both estimate the same
100,000 risks in one run; ``--write`` keeps what NannyML says of the seeded window that a test
holds us to. Then the share of windows whose realised figures lie in the estimate's band: with
labels drawn from the risks, and with a model's risks of later months of simulated panels.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from bench.peers.environments import python_of
from rich.console import Console
from rich.table import Table

from stayline.modelling.evaluation import roc_auc
from stayline.modelling.training import TrainingOptions, train
from stayline.modelling.watching.estimated_quality import EstimatedQuality, estimated_quality
from stayline.ports.feature_store import EVENT_TIME
from stayline.samples.presets import named_schema
from training_frames import panel, stored, training_data

ALERT_FROM = 0.4
FIGURES = ("auc", "recall", "precision")
KEPT = Path(__file__).parents[1] / "tests/modelling/watching/nannyml_estimates.json"
KEPT_ROWS, KEPT_SEED = 20_000, 5
REFERENCE_ROWS = 100_000
AGREEMENT, COVERAGE = 0.005, 0.90
PROGRAM = Path(__file__).with_name("nannyml_estimate.py")


def main() -> None:
    """Compare, time, count, and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--windows", type=int, default=500)
    options.add_argument("--panels", type=int, default=12)
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    if given.write:
        theirs = nannyml(KEPT_ROWS, KEPT_SEED)
        kept = {"rows": KEPT_ROWS, "seed": KEPT_SEED, "alert_from": ALERT_FROM}
        kept |= {name: theirs[name] for name in ("version", "values")}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    compare(given.rows)
    count(given.windows)
    count_months(given.panels)


def window(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Return risks as an attrition model has them: most of them low."""
    return 0.9 * rng.random(rows) ** 4


def nannyml(rows: int, seed: int) -> dict:
    """Return NannyML's estimates of a seeded window.

    It calibrates risks anew where its reference data seem to ask for that, so there is much of it.
    """
    rng = np.random.default_rng(seed)
    risk = window(rng, rows)
    reference = window(rng, REFERENCE_ROWS)
    left = (rng.random(REFERENCE_ROWS) < reference).astype(np.int64)
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "risks.npz"
        np.savez(held, reference=reference, left=left, window=risk)
        done = subprocess.run(
            [python_of("nannyml"), PROGRAM, held, str(ALERT_FROM)],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def ours(rows: int, seed: int) -> EstimatedQuality:
    """Return our estimates of the same window, with their bands."""
    rng = np.random.default_rng(seed)
    return estimated_quality(window(rng, rows), np.arange(rows), alert_from=ALERT_FROM, rng=rng)


def compare(rows: int) -> None:
    """Print both estimates; they must agree."""
    theirs = nannyml(rows, seed=1)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        found = ours(rows, seed=1)
        seconds.append(time.perf_counter() - started)
    table = Table(title=f"{rows:,} risks, NannyML {theirs['version']}")
    for heading in ("figure", "NannyML", "ours", "band", "difference"):
        table.add_column(heading)
    for name in FIGURES:
        mine, other = found.figures[name], theirs["values"][name]
        table.add_row(
            name, f"{other:.5f}", f"{mine.value:.5f}", f"{mine.low:.4f} to {mine.high:.4f}",
            f"{mine.value - other:+.5f}",
        )  # fmt: skip
        assert abs(mine.value - other) <= AGREEMENT
    Console(width=100).print(table)
    median = statistics.median(seconds)
    print(
        f"NannyML {theirs['seconds']:.3f} s after a fit of {theirs['fit_seconds']:.1f} s, bands of "
        f"the reference data; ours {median:.3f} s, bands of this window (median of 5)"
    )


def count(windows: int) -> None:
    """Print the share of windows whose realised figures lie in the band of the estimate."""
    table = Table(title=f"share of {windows:,} windows in the band of 95 %")
    for heading in ("rows", *FIGURES):
        table.add_column(heading)
    for rows in (200, 1000, 5000):
        shares = np.mean([_is_inside(rows, seed) for seed in range(windows)], axis=0)
        table.add_row(f"{rows:,}", *(f"{share:.1%}" for share in shares))
        assert shares.min() >= COVERAGE
    Console(width=100).print(table)


def count_months(panels: int) -> None:
    """Print the same of months after training, where the risks are a model's."""
    found = [inside for seed in range(panels) for inside in _months(seed)]
    shares = np.mean(found, axis=0)
    table = Table(*FIGURES, title=f"{len(found)} months of {panels} panels, 1,500 employees each")
    table.add_row(*(f"{share:.1%}" for share in shares))
    Console(width=100).print(table)
    assert shares.min() >= COVERAGE


def _is_inside(rows: int, seed: int) -> list[bool]:
    rng = np.random.default_rng(seed)
    risk = window(rng, rows)
    return _held(risk, rng.random(rows) < risk, ALERT_FROM, rng)


def _months(seed: int) -> list[list[bool]]:
    schema = named_schema("monthly-panel")
    data = training_data(*stored(panel(1500, 42, seed)[0], schema), schema)
    model = train(data.development, schema, options=TrainingOptions(trials=2))
    later = data.later
    assert later is not None
    risk, times = model.risk(later), later.frame[EVENT_TIME].to_numpy()
    rng = np.random.default_rng(seed)
    return [
        _held(risk[times == at], later.label[times == at] == 1, model.bands.high, rng)
        for at in np.unique(times)
    ]


def _held(
    risk: np.ndarray, left: np.ndarray, alert_from: float, rng: np.random.Generator
) -> list[bool]:
    """Return, per figure, whether what came true lies in the band of the estimate."""
    figures = estimated_quality(risk, np.arange(len(risk)), alert_from=alert_from, rng=rng).figures
    flagged = risk >= alert_from
    found = int((left & flagged).sum())
    realised = (roc_auc(left.astype(int), risk), found / left.sum(), found / flagged.sum())
    return [
        figures[name].low <= value <= figures[name].high
        for name, value in zip(FIGURES, realised, strict=True)
    ]


if __name__ == "__main__":
    main()

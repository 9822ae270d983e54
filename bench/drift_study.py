"""How often drift is seen where there is none, and where there is: ``python -m bench.drift_study``.

Every seed is one window of 1,000 people held against a baseline of others. Results are kept below
``.bench/drift_study/``, one line a seed, so that a run with more ``--seeds`` goes on from there.
Prints the tables of docs/monitoring.md.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from bench.drift_people import COLUMNS, SMALLER, TARGETS, Drift, panel, people
from scipy.stats import beta, norm
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from stayline.domain.gates import Verdict
from stayline.domain.workforce_schema import Column
from stayline.modelling.drift.check import drift_findings
from stayline.modelling.drift.joint import CHECK, joint_statistics
from stayline.modelling.feature_statistics import feature_statistics
from stayline.samples.presets import named_schema
from stayline.samples.simulator import Plant, simulate_months

KEPT = Path(__file__).parents[1] / ".bench" / "drift_study"
WINDOW = 1_000
BASELINE_PEOPLE, BASELINE_MONTHS = 3_000, 4
POOL, MONTH = 60_000, 12
FOLDS = 5
LEVEL = 0.05
NO_DRIFT = "none"
Outcome = dict[str, bool]


@dataclass(frozen=True)
class Case:
    """A baseline, whose rows they are, and a window."""

    baseline: pl.DataFrame
    person: np.ndarray
    window: pl.DataFrame
    columns: tuple[Column, ...]


def main() -> None:
    """Run what is missing, then print."""
    parser = argparse.ArgumentParser(prog="python -m bench.drift_study", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--no-drift-seeds", type=int, default=200)
    parser.add_argument("--classifier-seeds", type=int, default=40)
    asked = parser.parse_args()
    _table("no drift", "windows", "false alarms", "95 % interval", "by columns, by pairs")
    for name, kept, case in (
        ("made with numpy", NO_DRIFT, _numpy_case),
        ("workforce simulator", "simulated", _simulated_case),
    ):
        done = _kept(kept, asked.no_drift_seeds, lambda rng, case=case: _judged(case(rng)))
        alarms = int(_hits(done).sum())
        parts = f"{_count(done, 'columns')}, {_count(done, 'joint')}"
        _row(name, len(done), f"{alarms / len(done):.1%}", _band(alarms, len(done)), parts)
    print()
    _table("drift", "one window", "95 % interval", "two windows", "by columns, by pairs",
           "classifier, one window")  # fmt: skip
    for name, drift in ((NO_DRIFT, Drift()), *TARGETS.items(), *SMALLER.items()):
        _row(name, *_power(name, drift, asked.seeds, asked.classifier_seeds))


def _power(name: str, drift: Drift, seeds: int, classifier_seeds: int) -> Iterator[str]:
    done = _kept(name, seeds, lambda rng: _judged(_numpy_case(rng, drift)))
    rivals = _kept(
        f"classifier, {name}", classifier_seeds, lambda rng: _classified(_numpy_case(rng, drift))
    )
    hits = _hits(done)
    # Each two seeds in turn are one try at two windows.
    pairs = hits[: len(hits) // 2 * 2].reshape(-1, 2).any(axis=1)
    yield f"{hits.mean():.1%}"
    yield _band(int(hits.sum()), len(hits))
    yield f"{pairs.mean():.1%} of {len(pairs)}"
    yield f"{_share(done, 'columns')}, {_share(done, 'joint')}"
    yield f"{_share(rivals, 'found')} of {len(rivals)}"


def _numpy_case(rng: np.random.Generator, drift: Drift | None = None) -> Case:
    baseline, person = panel(BASELINE_PEOPLE, BASELINE_MONTHS, rng)
    return Case(baseline, person, people(WINDOW, rng, drift), COLUMNS)


def _simulated_case(rng: np.random.Generator) -> Case:
    pool, columns = _workforce()
    drawn = rng.permutation(pool.height)[: BASELINE_PEOPLE + WINDOW]
    baseline = pool[np.sort(drawn[WINDOW:])]
    return Case(baseline, np.arange(baseline.height), pool[np.sort(drawn[:WINDOW])], columns)


@cache
def _workforce() -> tuple[pl.DataFrame, tuple[Column, ...]]:
    """Return one month of a large simulated workforce: people to be drawn apart."""
    months = simulate_months(POOL, MONTH + 1, 0, Plant(), lambda done, total: None)
    columns = named_schema("monthly-panel").model_inputs
    return months[-1].extract.select(c.name for c in columns), columns


def _judged(case: Case) -> Outcome:
    before = feature_statistics(case.baseline, case.columns)
    findings = drift_findings(
        case.window,
        case.columns,
        feature_statistics(case.window, case.columns),
        before,
        joint_statistics(case.baseline, case.columns, before, case.person),
    )
    failed = [f for f in findings if f.verdict is Verdict.FAIL]
    return {
        "columns": any(f.check != CHECK for f in failed),
        "joint": any(f.check == CHECK for f in failed),
    }


def _classified(case: Case) -> Outcome:
    """Return whether a classifier tells the window's people from the baseline's.

    It has the whole rate of false alarms to itself, and sees one row of each person.
    """
    _, first = np.unique(case.person, return_index=True)
    both = pl.concat([case.baseline[np.sort(first)], case.window])
    words = [c.name for c in case.columns if c.name.startswith("word")]
    matrix = both.with_columns(pl.col(words).cast(pl.Categorical).to_physical().cast(pl.Float64))
    label = np.r_[np.zeros(len(first)), np.ones(case.window.height)]
    model = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=8, categorical_features=[n in words for n in both.columns],
        random_state=0,
    )  # fmt: skip
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    risk = cross_val_predict(model, matrix.to_numpy(), label, cv=folds, method="predict_proba")
    area = roc_auc_score(label, risk[:, 1])
    error = np.sqrt((len(label) + 1) / (12 * len(first) * case.window.height))
    return {"found": bool(area > 0.5 + norm.isf(LEVEL) * error)}


def _kept(name: str, seeds: int, run: Callable[[np.random.Generator], Outcome]) -> list[Outcome]:
    """Return the first results of that name; those not kept yet are made, one by one."""
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / f"{''.join(c if c.isalnum() else '-' for c in name)}.jsonl"
    done = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    with file.open("a") as out:
        for seed in range(len(done), seeds):
            done.append(run(np.random.default_rng([seed, 5])))
            out.write(json.dumps(done[-1]) + "\n")
            out.flush()
    print(f"{name}: {len(done)}", file=sys.stderr, flush=True)
    return done[:seeds]


def _hits(done: list[Outcome]) -> np.ndarray:
    return np.array([any(one.values()) for one in done])


def _count(done: list[Outcome], key: str) -> int:
    return sum(one[key] for one in done)


def _share(done: list[Outcome], key: str) -> str:
    return f"{_count(done, key) / max(1, len(done)):.0%}"


def _band(hits: int, of: int) -> str:
    low = beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return f"{low:.1%} to {high:.1%}"


def _table(*names: str) -> None:
    _row(*names)
    print("|---" * len(names) + "|")


def _row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()

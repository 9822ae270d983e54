"""How good the model is on IBM's set, beside the published plan's: ``docs/model-quality.md``.

Run ``python bench/ibm_model.py``; ``--mfg PATH`` adds the later years of the MFG set, with and
without age. It needs the test extra, which brings IBM's data.
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    precision_recall_curve,
    roc_auc_score,
)
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from real_data import ibm_extract
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.modelling.dataset import TrainingSet
from stayline.modelling.training import TrainingOptions, train
from stayline.samples.presets import named_schema
from training_frames import ibm_data, stored, training_data, trial_of, with_justified, without_role

PRECISION, RECALL = 0.42, 0.60
DRAWS = 1000
Figures = dict[str, float]
Intervals = dict[str, tuple[float, float, float]]


def figures(label: np.ndarray, risk: np.ndarray) -> Figures:
    precise, found, _ = precision_recall_curve(label, risk)
    return {
        "ROC AUC": roc_auc_score(label, risk),
        "average precision": average_precision_score(label, risk),
        f"recall at precision {PRECISION}": found[precise >= PRECISION].max(),
        f"precision at recall {RECALL}": precise[found >= RECALL].max(),
        "Brier": brier_score_loss(label, risk),
    }


def nested(data: TrainingSet, schema: WorkforceSchema, repeats: int) -> list[Figures]:
    """Return the figures of each repeat, pooled over its five folds, each trained from scratch."""
    found, risk = [], np.empty(len(data))
    splits = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=0)
    for number, (learn, held) in enumerate(splits.split(data.label, data.label), 1):
        model = train(data.take(learn), schema, options=TrainingOptions())
        risk[held] = model.risk(data.take(held))
        print(f"fold {number} of {5 * repeats}", file=sys.stderr)
        if number % 5 == 0:
            found.append(figures(data.label, risk))
    return found


def published_split(data: TrainingSet, schema: WorkforceSchema) -> tuple[int, Intervals]:
    """Return the number of test rows of the plan's split, and our figures there with intervals."""
    tokens = ibm_extract()["EmployeeNumber"].cast(pl.String)
    row_of = tokens.arg_sort().to_numpy()  # the training set is sorted by token
    left = ibm_extract()["Attrition"].eq("Yes").to_numpy()
    assert (left[row_of] == data.label).all()
    _, test = train_test_split(np.arange(len(left)), test_size=0.2, random_state=42, stratify=left)
    is_test = np.isin(row_of, test)
    model = train(data.take(~is_test), schema, options=TrainingOptions())
    held = data.take(is_test)
    risk = model.risk(held)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(DRAWS):
        rows_drawn = rng.integers(0, len(held), len(held))
        draws.append(list(figures(held.label[rows_drawn], risk[rows_drawn]).values()))
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    point = figures(held.label, risk)
    return (
        len(held),
        {name: (value, low[i], high[i]) for i, (name, value) in enumerate(point.items())},
    )


def mfg(path: Path) -> Table:
    """Return how the years after 2013 are ranked, with age justified and without it."""
    table = Table("inputs", "year", "n", "left", "ROC AUC", title="MFG, trained on years <= 2013")
    preset = named_schema("mfg-yearly")
    for name, schema in (
        ("with age", with_justified(preset, "age")),
        ("without age", without_role(preset, "age")),
    ):
        frames = stored(pl.read_csv(path, infer_schema=False), schema)
        edge = datetime(2013, 12, 31, tzinfo=UTC)
        data = training_data(*frames, schema, train_until=edge)
        model = train(data.development, schema, options=TrainingOptions())
        for year in trial_of(model, data, schema).periods:
            table.add_row(
                name, year.period, str(year.n), str(year.positives), f"{year.roc_auc:.3f}"
            )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--mfg", type=Path)
    options = parser.parse_args()
    console = Console(width=100)
    data, schema = ibm_data()
    started = time.perf_counter()
    train(data.development, schema, options=TrainingOptions())
    seconds = time.perf_counter() - started

    rows, split = published_split(data.development, schema)
    table = Table(
        "figure", "published", "ours", "95 % interval", title=f"The published split, n = {rows}"
    )
    published = {"ROC AUC": ".77", "recall at precision 0.42": ".60"}
    published["precision at recall 0.6"] = ".42"
    for name, (value, low, high) in split.items():
        table.add_row(name, published.get(name, ""), f"{value:.3f}", f"{low:.3f} to {high:.3f}")
    console.print(table, f"one training of all 1,470 rows: {seconds:.1f} s")

    if options.repeats:
        repeats = nested(data.development, schema, options.repeats)
        table = Table("figure", "mean", "least", "most", title=f"{len(repeats)} x 5-fold, nested")
        for name in repeats[0]:
            values = [repeat[name] for repeat in repeats]
            table.add_row(name, *(f"{v:.4f}" for v in (np.mean(values), min(values), max(values))))
        console.print(table)
    if options.mfg:
        console.print(mfg(options.mfg))


if __name__ == "__main__":
    main()

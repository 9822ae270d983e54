"""How far the scores are from the true risks of a simulated workforce, on months never seen."""

import tempfile
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from stayline.bootstrap import build
from stayline.modelling.dataset import labelled_snapshots, training_data
from stayline.modelling.evaluation import calibration_error, roc_auc
from stayline.modelling.search import margins
from stayline.modelling.training import TrainingOptions, train
from stayline.ports.feature_store import EVENT_TIME, FEATURES, OUTCOMES
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.simulate_workforce import simulate_workforce

EMPLOYEES, MONTHS = 2000, 36
SEEDS = (0, 1, 2)


def main() -> None:
    """Print one row per seed of the simulator."""
    table = Table(
        "seed", "later rows", "ECE against true risk", "ROC AUC", "ROC AUC of the true risk",
        title=f"{EMPLOYEES} employees x {MONTHS} months",
    )  # fmt: skip
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            table.add_row(str(seed), *_measured(Path(folder), seed))
    Console().print(table)


def _measured(folder: Path, seed: int) -> tuple[str, ...]:
    extract = folder / "panel.csv"
    report = simulate_workforce(employees=EMPLOYEES, months=MONTHS, seed=seed, out=extract)
    settings = Settings(home=folder / "home")
    ports = build(settings)
    schema = named_schema("monthly-panel")
    import_workforce(
        extract, schema=schema, as_of=None, actor="bench", rejects=folder / "rejects",
        features=ports.features, protected=ports.protected, directory=ports.directory,
        imports=ports.imports, audit=ports.audit, secrets=ports.secrets, clock=ports.clock,
    )  # fmt: skip
    now = ports.clock.now()
    features = ports.features.frame(FEATURES, as_of=now)
    outcomes = ports.features.frame(OUTCOMES, as_of=now)
    data = training_data(features, outcomes, schema)
    model = train(data, schema, options=TrainingOptions(seed=seed))
    truth = _with_truth(features, ports.directory, Path(report.truth))
    rows = labelled_snapshots(truth, outcomes, _keeping_truth(schema))
    later = rows.take((rows.frame[EVENT_TIME] > data.development.frame[EVENT_TIME].max()).to_numpy())
    raise SystemExit(str((len(later), model.rows)))


if __name__ == "__main__":
    main()

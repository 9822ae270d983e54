"""How far the scores are from the true risks of a simulated workforce, on months never seen."""

import sys
import tempfile
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from stayline.bootstrap import build
from stayline.domain.pseudonyms import pseudonym
from stayline.modelling.evaluation import calibration_error
from stayline.modelling.search import margins
from stayline.modelling.training import TrainingOptions, train
from stayline.ports.feature_store import EVENT_TIME, FEATURES, INSTANT, OUTCOMES, TOKEN
from stayline.samples.presets import named_schema
from stayline.settings import Settings
from stayline.usecases.import_workforce import import_workforce
from stayline.usecases.simulate_workforce import simulate_workforce
from training_frames import training_data, trial_of

EMPLOYEES, MONTHS = 2000, 36
SEEDS = (0, 1, 2)


def main() -> None:
    """Print one row per seed of the simulator."""
    table = Table(
        "seed", "rows", "mean true risk", "mean score", "ECE against true risk", "ROC AUC",
        title=f"{EMPLOYEES} employees x {MONTHS} months, months after training",
    )  # fmt: skip
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            table.add_row(str(seed), *_measured(Path(folder), seed))
    Console().print(table)


def _measured(folder: Path, seed: int) -> tuple[str, ...]:
    extract = folder / "panel.csv"
    report = simulate_workforce(employees=EMPLOYEES, months=MONTHS, seed=seed, out=extract)
    ports = build(Settings(home=folder / "home"))
    schema = named_schema("monthly-panel")
    import_workforce(
        extract, schema=schema, as_of=None, actor="bench", rejects=folder / "rejects",
        features=ports.features, protected=ports.protected, directory=ports.directory,
        imports=ports.imports, register=ports.register,
        audit=ports.audit, secrets=ports.secrets, clock=ports.clock,
    )  # fmt: skip
    now = ports.clock.now()
    features = ports.features.frame(FEATURES, as_of=now)
    data = training_data(features, ports.features.frame(OUTCOMES, as_of=now), schema)
    model = train(data.development, schema, options=TrainingOptions(seed=seed))
    key = ports.secrets.token_key()
    truth = pl.read_parquet(report.truth).select(
        pl.col("EmployeeNumber")
        .map_elements(lambda number: pseudonym(key, str(number)), pl.String)
        .alias(TOKEN),
        pl.col("SnapshotDate")
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone("UTC")
        .alias(EVENT_TIME),
        "true_risk",
    )
    trained_until = data.development.frame[EVENT_TIME].max()
    unseen = features.filter(pl.col(EVENT_TIME) > trained_until).join(
        truth.with_columns(pl.col(EVENT_TIME).cast(INSTANT)), on=[TOKEN, EVENT_TIME]
    )
    risk = model.calibration(margins(model.booster, model.encoder.encode_frame(unseen)))
    true = unseen["true_risk"].to_numpy()
    return (
        f"{unseen.height:,}",
        f"{true.mean():.4f}",
        f"{risk.mean():.4f}",
        f"{calibration_error(risk, true):.4f}",
        str(trial_of(model, data, schema).evaluations[-1].roc_auc),
    )


if __name__ == "__main__":
    main()

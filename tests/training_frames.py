"""The frames a model is trained on, as the import would have stored them, without the stores."""

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from real_data import ibm_extract
from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.modelling.dataset import (
    TrainingData,
    TrainingSet,
    labelled_rows,
    parted_by_time,
    training_set,
)
from stayline.modelling.parting import part_rows
from stayline.modelling.training import TrainedModel
from stayline.modelling.trial import Trial, try_model
from stayline.modelling.validation import HR_ID, validate_rows
from stayline.ports.feature_store import TOKEN
from stayline.samples.presets import named_schema
from stayline.samples.simulator import Plant, simulate_months

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
"""When the people of a cross-section are taken to be what their rows say."""
AGE_JUSTIFICATION = "Retirement is part of the outcome, and depends on age by contract."


def ibm_data(*, justified: str = "") -> tuple[TrainingData, WorkforceSchema]:
    """Return IBM's set ready to train on; ``justified`` names a protected column to let in."""
    schema = with_justified(named_schema("ibm-hr"), justified)
    return training_data(*stored(ibm_extract(), schema), schema), schema


def with_justified(schema: WorkforceSchema, name: str) -> WorkforceSchema:
    """Return the schema with a written justification for that column, if there is such a one."""
    columns = tuple(
        replace(c, justification=AGE_JUSTIFICATION) if c.name == name else c for c in schema.columns
    )
    return replace(schema, columns=columns)


def without_role(schema: WorkforceSchema, *names: str) -> WorkforceSchema:
    """Return the schema with these columns ignored."""
    columns = tuple(
        replace(c, role=Role.IGNORED, justification="") if c.name in names else c
        for c in schema.columns
    )
    return replace(schema, columns=columns)


def stored(raw: pl.DataFrame, schema: WorkforceSchema) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frames of features and outcomes that an extract becomes; bad rows are left out."""
    rows = validate_rows(
        raw.cast(pl.String),
        schema,
        first_row=2,
        default_event_time=NEW_YEAR,
        latest=datetime(2100, 1, 1, tzinfo=UTC),
    )
    parts = part_rows(rows, schema)
    assert parts.outcomes is not None
    return parts.features.rename({HR_ID: TOKEN}), parts.outcomes.rename({HR_ID: TOKEN})


def panel(
    employees: int, months: int, seed: int, plant: Plant | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a simulated extract, and the true risks of its rows."""
    written = simulate_months(employees, months, seed, plant or Plant(), lambda done, total: None)
    return (
        pl.concat([month.extract for month in written]),
        pl.concat([month.truth for month in written]),
    )


def training_data(
    features: pl.DataFrame,
    outcomes: pl.DataFrame,
    schema: WorkforceSchema,
    *,
    train_until: datetime | None = None,
) -> TrainingData:
    """Return what `prepare` leaves for training and for trying the model, as values."""
    development, later = parted_by_time(
        labelled_rows(features, outcomes, schema), schema, train_until=train_until
    )
    return TrainingData(
        training_set(development, schema), None if later is None else training_set(later, schema)
    )


def labelled_snapshots(
    features: pl.DataFrame, outcomes: pl.DataFrame, schema: WorkforceSchema
) -> TrainingSet:
    """Return every snapshot whose label is known, as a model takes them."""
    return training_set(labelled_rows(features, outcomes, schema), schema)


def trial_of(model: TrainedModel, data: TrainingData, schema: WorkforceSchema) -> Trial:
    """Return the figures that `evaluate` finds of a model just trained on these rows."""
    later_risk = None if data.later is None else model.risk(data.later)
    return try_model(
        data, model.unseen_risk, later_risk, bands=model.bands, schema=schema,
        seed=model.options.seed,
    )  # fmt: skip

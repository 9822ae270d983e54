"""The frames a model is trained on, as the import would have stored them, without the stores."""

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from real_data import ibm_extract
from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.modelling.dataset import TrainingData, training_data
from stayline.modelling.parting import part_rows
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

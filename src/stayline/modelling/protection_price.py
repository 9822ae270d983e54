"""What it costs the model not to see protected attributes, measured instead of guessed."""

from dataclasses import dataclass, replace

import polars as pl

from stayline.domain.workforce_schema import Column, Kind, Role, WorkforceSchema
from stayline.modelling.dataset import TrainingData, training_set
from stayline.modelling.search import Candidate
from stayline.modelling.trial import InputsTried, try_inputs
from stayline.ports.feature_store import EVENT_TIME, TOKEN, polars_type


@dataclass(frozen=True, slots=True)
class PricedInputs:
    """One choice of inputs and how it ranks; ``is_in_use`` marks the schema's own choice."""

    inputs: str
    is_in_use: bool
    tried: InputsTried


def price_of_protection(
    development: pl.DataFrame,
    later: pl.DataFrame | None,
    attributes: pl.DataFrame,
    schema: WorkforceSchema,
    candidate: Candidate,
    *,
    seed: int,
) -> list[PricedInputs]:
    """Return the same trees without, with the justified and with all protected attributes.

    ``development`` and ``later`` are rows as `modelling.dataset.labelled_rows` makes them;
    ``attributes`` are those of the audit: token, event time, text. The models are thrown away; only
    their figures are kept. Empty when the schema has no protected attributes.
    """
    shielded = schema.with_role(Role.PROTECTED)
    if not shielded:
        return []
    seeing_all = replace(
        schema,
        columns=tuple(
            replace(c, role=Role.FEATURE) if c.role is Role.PROTECTED else c for c in schema.columns
        ),
    )
    typed = _typed(attributes, schema)
    sets = [
        training_set(_beside(rows, typed), seeing_all)
        for rows in (development, later)
        if rows is not None
    ]
    data = TrainingData(sets[0], sets[1] if len(sets) > 1 else None)
    choices = {"without any": tuple(c for c in schema.model_inputs if c not in shielded)}
    if schema.justified:
        choices[f"with {_names(schema.justified)}"] = schema.model_inputs
    if len(schema.justified) < len(shielded):
        choices[f"with {_names(shielded)}"] = seeing_all.model_inputs
    return [
        PricedInputs(
            name, columns == schema.model_inputs, try_inputs(data, columns, candidate, seed)
        )
        for name, columns in choices.items()
    ]


def _beside(rows: pl.DataFrame, attributes: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the attributes of each; only these are made anew."""
    key = [TOKEN, EVENT_TIME]
    found = rows.select(key).join(attributes, on=key, how="left", maintain_order="left")
    return rows.hstack(found.drop(key))


def _typed(attributes: pl.DataFrame, schema: WorkforceSchema) -> pl.DataFrame:
    """Turn the text of the attributes that are no features yet into their own types."""
    needed = [c for c in schema.with_role(Role.PROTECTED) if not c.is_model_input]
    return attributes.select(TOKEN, EVENT_TIME, *(_as_kind(c, attributes) for c in needed))


def _as_kind(column: Column, attributes: pl.DataFrame) -> pl.Expr:
    if column.name not in attributes.columns:
        return pl.lit(None, polars_type(column)).alias(column.name)
    text = pl.col(column.name)
    return (
        text.str.to_date("%Y-%m-%d") if column.kind is Kind.DATE else text.cast(polars_type(column))
    )


def _names(columns: tuple[Column, ...]) -> str:
    return ", ".join(column.name for column in columns)

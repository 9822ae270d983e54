"""What it costs the model not to see protected attributes, measured instead of guessed."""

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.workforce_schema import Column, Kind, Role, WorkforceSchema
from stayline.modelling.dataset import training_data, without_people
from stayline.modelling.search import Candidate
from stayline.modelling.training import InputsTried, try_inputs
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    OUTCOMES,
    TOKEN,
    FeatureStore,
    polars_type,
)
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.protected_attributes import ProtectedAttributes

PURPOSE = "price of leaving protected attributes out of the model"


@dataclass(frozen=True, slots=True)
class PricedInputs:
    """One choice of inputs and how it ranks; ``is_in_use`` marks the schema's own choice."""

    inputs: str
    is_in_use: bool
    tried: InputsTried


def price_protection(
    schema: WorkforceSchema,
    candidate: Candidate,
    *,
    seed: int,
    actor: str,
    features: FeatureStore,
    protected: ProtectedAttributes,
    opt_outs: OptOutList,
    audit: AuditLog,
    clock: Clock,
    train_until: datetime | None = None,
) -> list[PricedInputs]:
    """Return the same trees without, with the justified and with all protected attributes.

    The models are thrown away; only their figures are kept. The read of protected attributes is
    recorded. Empty when the schema has none.
    """
    shielded = schema.with_role(Role.PROTECTED)
    if not shielded:
        return []
    now = clock.now()
    audit.append(AuditEvent(AuditEventKind.PROTECTED_READ, actor, "all", now, {"purpose": PURPOSE}))
    attributes = _typed(protected.read(AuditPurpose(actor, PURPOSE)), schema)
    seeing_all = replace(
        schema,
        columns=tuple(
            replace(c, role=Role.FEATURE) if c.role is Role.PROTECTED else c for c in schema.columns
        ),
    )
    known = without_people(features.frame(FEATURES, as_of=now), opt_outs.opted_out(at=now))
    data = training_data(
        known.join(attributes, on=[TOKEN, EVENT_TIME], how="left"),
        features.frame(OUTCOMES, as_of=now),
        seeing_all,
        train_until=train_until,
    )
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


def _typed(attributes: pl.DataFrame, schema: WorkforceSchema) -> pl.DataFrame:
    """Turn the text of the attributes that are no features yet into their own types."""
    needed = [
        column
        for column in schema.with_role(Role.PROTECTED)
        if not column.is_model_input and column.name in attributes.columns
    ]
    return attributes.select(TOKEN, EVENT_TIME, *(_as_kind(column) for column in needed))


def _as_kind(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    return (
        text.str.to_date("%Y-%m-%d") if column.kind is Kind.DATE else text.cast(polars_type(column))
    )


def _names(columns: tuple[Column, ...]) -> str:
    return ", ".join(column.name for column in columns)

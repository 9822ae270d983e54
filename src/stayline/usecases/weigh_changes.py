"""Weigh what a company could change about somebody's work, as the model sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from stayline.domain.actionable_columns import Step, steps
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import ModelIdentity
from stayline.errors import HasOptedOut, NoLongerEmployed, OutsidePilot, UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.endpoint import Endpoint
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.scoring_control import ScoringControl

_MOST_OF_ONE_COLUMN = 3


@dataclass(frozen=True, slots=True)
class WeighedStep:
    """A step, the risk that the model would give then, and how far that is from the risk now."""

    step: Step
    risk: float
    change: float


@dataclass(frozen=True, slots=True)
class WeighedChanges:
    """Steps by column, the one that lowers the risk most first; ``risk`` is that of now."""

    risk: float
    model: ModelIdentity
    steps: tuple[WeighedStep, ...]


def weigh_changes(
    token: EmployeeToken,
    *,
    actor: str,
    endpoint: Endpoint,
    features: FeatureStore,
    opt_outs: OptOutList,
    control: ScoringControl,
    audit: AuditLog,
    clock: Clock,
) -> WeighedChanges:
    """Return each step that a company could take, alone, and what the model would say then.

    It is the model's view: what goes with staying in the data, no promise of what a step would do.
    Only columns that `domain.actionable_columns` allows are changed, so none that is protected or
    about family; of many other roles those three with the lowest risk. Nothing of it is captured or
    kept: monitoring would take imagined people for real ones. Raises `ScoringStopped`,
    `UnknownEmployee`, `NoLongerEmployed`, `OutsidePilot`, `HasOptedOut`, `NothingDeployed`,
    `PackageRefused` and `EndpointUnavailable`.
    """
    scope, now = control.scope(), clock.now()
    record = features.get(token)
    if record is None:
        raise UnknownEmployee(token)
    if features.has_left(token, at=now):
        raise NoLongerEmployed(token)
    if not scope.includes(record.values):
        raise OutsidePilot(token)
    if opt_outs.opted_out_of([token], at=now):
        raise HasOptedOut(token)
    variant = endpoint.variant(affinity=token)
    values = {name: record.values.get(name) for name in variant.inputs}
    columns = [one for one in features.schema().columns if one.name in values]
    tried = [step for column in columns for step in steps(column, values[column.name])]
    rows = [values, *({**values, step.column: step.instead} for step in tried)]
    said = variant.predict(rows, [record.event_time] * len(rows), with_reasons=False)
    risk = said[0].risk
    weighed = [
        WeighedStep(step, one.risk, one.risk - risk)
        for step, one in zip(tried, said[1:], strict=True)
    ]
    audit.note(
        [
            AuditEvent(
                AuditEventKind.CHANGES_WEIGHED,
                actor,
                token,
                now,
                {"model_version": variant.model.version, "steps": len(weighed)},
            )
        ]
    )
    return WeighedChanges(risk, variant.model, _in_order(weighed))


def _in_order(weighed: Sequence[WeighedStep]) -> tuple[WeighedStep, ...]:
    """Return the steps column by column, the most telling column first."""
    by_column: dict[str, list[WeighedStep]] = {}
    for one in weighed:
        by_column.setdefault(one.step.column, []).append(one)
    for column, some in by_column.items():
        if len(some) > _MOST_OF_ONE_COLUMN:
            by_column[column] = sorted(some, key=lambda one: one.risk)[:_MOST_OF_ONE_COLUMN]
    columns = sorted(by_column.values(), key=lambda some: min(one.risk for one in some))
    return tuple(one for some in columns for one in some)

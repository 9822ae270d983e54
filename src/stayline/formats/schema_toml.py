"""``schema.toml``: the workforce schema as people write it, read with every mistake named."""

import hashlib
import tomllib
from pathlib import Path
from typing import Literal

import msgspec
import tomli_w

from stayline.domain.alert_policy import AlertPolicy, Capacity, RecallAtPrecision
from stayline.domain.treated_people import TreatedPolicy
from stayline.domain.workforce_schema import (
    Column,
    IdentityPart,
    Kind,
    LabelColumn,
    LeavingWithin,
    Outcome,
    Role,
    WorkforceSchema,
    workforce_schema,
)
from stayline.errors import SchemaRefused
from stayline.formats.gates_toml import DeploymentText, GatesText, gate_policy, gates_table


class _ColumnText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    name: str
    kind: Kind
    role: Role
    part: IdentityPart | None = None
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    date_formats: tuple[str, ...] = ()
    justification: str = ""
    note: str = ""


class _OutcomeText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    label: str | None = None
    positive: tuple[str, ...] = ()
    leaving_date: str | None = None
    leaving_reason: str | None = None
    voluntary: tuple[str, ...] = ()
    horizon_months: int | None = None


class _PolicyText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    kind: Literal["recall_at_precision", "capacity"]
    precision: float | None = None
    share: float | None = None


class _TrainingText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    treated: TreatedPolicy = TreatedPolicy.KEEP


class _SchemaText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    name: str
    record_identifier: str
    outcome: _OutcomeText
    column: list[_ColumnText]
    event_time: str | None = None
    protected_age_from: int = 40
    policy: _PolicyText = _PolicyText(kind="recall_at_precision", precision=0.42)
    gates: GatesText = GatesText()
    deployment: DeploymentText = DeploymentText()
    training: _TrainingText = _TrainingText()


def load_schema(path: Path) -> WorkforceSchema:
    """Return the schema in a file; raises `SchemaRefused` naming every problem found."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaRefused(str(path), [f"the file cannot be read: {error}"]) from error
    return parse_schema(text, str(path))


def parse_schema(text: str, source: str) -> WorkforceSchema:
    """Return the schema in a TOML text; ``source`` names it in errors."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaRefused(source, [f"not valid TOML: {error}"]) from error
    problems = _column_problems(document.get("column"))
    try:
        written = msgspec.convert(document | {"column": []}, _SchemaText)
        outcome, policy = _outcome(written.outcome), _policy(written.policy)
    except (msgspec.ValidationError, ValueError) as error:
        raise SchemaRefused(source, [*problems, str(error)]) from error
    if problems:
        raise SchemaRefused(source, problems)
    columns = msgspec.convert(document["column"], list[_ColumnText])
    return workforce_schema(
        name=written.name,
        record_identifier=written.record_identifier,
        event_time=written.event_time,
        protected_age_from=written.protected_age_from,
        columns=[Column(**msgspec.structs.asdict(column)) for column in columns],
        outcome=outcome,
        policy=policy,
        gates=gate_policy(written.gates),
        deploys_automatically=written.deployment.approval == "automatic",
        treated=written.training.treated,
    )


def dump_schema(schema: WorkforceSchema) -> str:
    """Return the TOML text of a schema; reading it back gives an equal schema.

    The sections on gates, deployment and training hold only what is not the default, so that the
    text and the digest of a schema without them never change.
    """
    written = _SchemaText(
        name=schema.name,
        record_identifier=schema.record_identifier,
        event_time=schema.event_time,
        protected_age_from=schema.protected_age_from,
        outcome=_outcome_text(schema.outcome),
        policy=_policy_text(schema.policy),
        column=[
            _ColumnText(**{name: getattr(column, name) for name in _ColumnText.__struct_fields__})
            for column in schema.columns
        ],
    )
    document = _without_none(msgspec.to_builtins(written))
    columns = document.pop("column")
    if gates := gates_table(schema.gates):
        document["gates"] = gates
    if schema.deploys_automatically:
        document["deployment"] = {"approval": "automatic"}
    if schema.treated is not TreatedPolicy.KEEP:
        document["training"] = {"treated": schema.treated.value}
    return tomli_w.dumps({**document, "column": columns})


def schema_digest(schema: WorkforceSchema) -> str:
    """Return the SHA-256 of the schema's text, in hexadecimal."""
    return hashlib.sha256(dump_schema(schema).encode()).hexdigest()


def _column_problems(columns: object) -> list[str]:
    """Check each column entry by itself, so that one error does not hide the others."""
    if not isinstance(columns, list):
        return ["there are no [[column]] entries"]
    problems = []
    for number, entry in enumerate(columns, 1):
        name = entry.get("name", "") if isinstance(entry, dict) else ""
        try:
            msgspec.convert(entry, _ColumnText)
        except msgspec.ValidationError as error:
            problems.append(f"column {number} {name!r}: {error}")
    return problems


def _outcome(written: _OutcomeText) -> Outcome:
    given = {name for name, value in msgspec.structs.asdict(written).items() if value}
    if given <= {"label", "positive"} and written.label is not None:
        return LabelColumn(written.label, written.positive)
    date, reason, horizon = written.leaving_date, written.leaving_reason, written.horizon_months
    if not given & {"label", "positive"} and date and reason and horizon is not None:
        return LeavingWithin(date, reason, written.voluntary, horizon)
    raise ValueError(
        "[outcome] needs either `label` and `positive`, or `leaving_date`, `leaving_reason`, "
        "`voluntary` and `horizon_months`"
    )


def _outcome_text(outcome: Outcome) -> _OutcomeText:
    if isinstance(outcome, LabelColumn):
        return _OutcomeText(label=outcome.column, positive=outcome.positive)
    return _OutcomeText(
        leaving_date=outcome.date_column,
        leaving_reason=outcome.reason_column,
        voluntary=outcome.voluntary,
        horizon_months=outcome.horizon_months,
    )


def _policy(written: _PolicyText) -> AlertPolicy:
    name = "precision" if written.kind == "recall_at_precision" else "share"
    value = getattr(written, name)
    other = written.share if name == "precision" else written.precision
    if value is None or other is not None or not 0 < value < 1:
        raise ValueError(f"[policy] of kind {written.kind!r} needs {name} alone, between 0 and 1")
    return RecallAtPrecision(value) if name == "precision" else Capacity(value)


def _policy_text(policy: AlertPolicy) -> _PolicyText:
    if isinstance(policy, RecallAtPrecision):
        return _PolicyText(kind="recall_at_precision", precision=policy.precision)
    return _PolicyText(kind="capacity", share=policy.share)


def _without_none(document: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in document.items() if value is not None}

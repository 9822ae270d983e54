"""Run the training pipeline on all that is known by now, up to a version awaiting approval."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec
import polars as pl

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.model_package import ModelPackage
from stayline.domain.pipeline_execution import Execution
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.second_person import is_a_name
from stayline.domain.waivers import active_waivers
from stayline.domain.workforce_schema import LeavingWithin, WorkforceSchema
from stayline.errors import ExecutionFailed, SchemaMismatch, SettingRefused
from stayline.formats.frozen_inputs import champion_files, waiver_files, workforce_files
from stayline.modelling.dataset import without_people
from stayline.modelling.training import TrainingOptions
from stayline.modelling.treatment import treatments
from stayline.pipeline.own_programs import check_programs
from stayline.pipeline.parameters import parameter_values
from stayline.pipeline.training_parameters import EMBEDDED_PARAMETERS, check_values
from stayline.pipeline.training_pipeline import training_pipeline
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import (
    FEATURES,
    OUTCOMES,
    TOKEN,
    WRITE_TIME,
    FeatureStore,
    FrameReader,
)
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.pipeline_runner import (
    Follow,
    ParameterValue,
    PipelineRunner,
    nobody_follows,
)
from stayline.ports.waiver_book import WaiverBook

_OWN_PARAMETERS = {"WorkforceUri", "ProtectedUri", "ChampionUri", "WaiversUri", "OutputUri"}
"""What a run is judged on is frozen here; nobody hands in another champion or waiver."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Training:
    """The registered package and the execution that made it."""

    registered: ModelPackage
    execution: Execution


def train_model(
    *,
    options: TrainingOptions,
    actor: str,
    protected_uri: str,
    features: FeatureStore,
    registry: ModelRegistry,
    opt_outs: OptOutList,
    decisions: DecisionBook,
    waivers: WaiverBook,
    runner: PipelineRunner,
    audit: AuditLog,
    clock: Clock,
    schema: WorkforceSchema | None = None,
    train_until: datetime | None = None,
    parameters: Mapping[str, ParameterValue] | None = None,
    definition: Mapping[str, object] | None = None,
    cause: str = "",
    frame: FrameReader | None = None,
    scheduler: str = "",
    follow: Follow = nobody_follows,
) -> Training:
    """Return the registered version, pending unless the same bytes were decided on before.

    The inputs are frozen first: facts as of now without the people who opted out (how many is
    audited, with the name of what was frozen), who got a retention action when, the deployed model,
    the waivers that hold today. ``schema`` may change the policies, the horizon and the gates'
    limits of the imported one, nothing else.
    ``parameters`` are further ones of the pipeline's definition, by name. Another ``definition``
    takes the place of the schema's own, options included; it must have the same parameters and run
    the same programs. ``cause``, why it is trained where no person asked for it, is audited with
    what came of it. ``frame`` reads the facts in the store's place, and the workers of the Dask
    cluster at ``scheduler`` fit the trees, where there are more people than one machine has time
    for. Raises `NothingImported`, `SchemaMismatch`, `SettingRefused`, `DefinitionRefused`, and
    `ExecutionFailed` when a step fails or the gates say no: then nothing was registered.
    """
    imported = features.schema()
    schema = schema or imported
    if _reading(schema) != _reading(imported):
        raise SchemaMismatch(
            f"Schema {schema.name!r} reads other columns than the workforce was imported with.",
            "Import the extract under that schema into a home of its own.",
        )
    asked = _asked(parameters or {}, train_until)
    if not is_a_name(actor):
        raise SettingRefused("actor", actor, "a person's name in plain letters")
    if definition is None:
        definition = training_pipeline(
            schema,
            seed=options.seed,
            trials=options.trials,
            time_limit_s=options.time_limit_s,
            scheduler=scheduler,
        ).document()
    check_programs(definition)
    placeholders = dict.fromkeys(_OWN_PARAMETERS, "s3://stayline/to-come")
    values = parameter_values(definition, {**EMBEDDED_PARAMETERS, **placeholders, **asked})
    check_values(values, justification=schema.gates.justification)
    now = clock.now()
    today = now.date()
    opted_out = opt_outs.opted_out(at=now)
    treated = without_people(treatments(decisions.between(_EVER, now)), opted_out)
    workforce, left_out = _workforce(
        frame or features.frame, schema, now=now, opted_out=opted_out, treated=treated
    )
    staged = {
        "WorkforceUri": runner.stage("workforce", workforce),
        "ChampionUri": runner.stage("champion", _champion(registry)),
        "WaiversUri": runner.stage(
            "waivers",
            waiver_files(active_waivers(waivers.waivers(), trained_by=actor, on=today), on=today),
        ),
    }
    given = {**EMBEDDED_PARAMETERS, **asked, "ProtectedUri": protected_uri, **staged}
    given["OutputUri"] = _output_uri(definition, given)
    before = {package.version for package in registry.packages()}
    why = {"cause": cause} if cause else {}
    with _audited(actor, why, audit, clock), _staged(staged.values(), runner):
        execution = runner.run(definition, parameters=given, by=actor, follow=follow)
        registered = registry.find(_version(execution))
    audit.append(
        AuditEvent(
            AuditEventKind.MODEL_REGISTERED,
            actor=actor,
            subject=str(registered.version),
            at=clock.now(),
            details={
                "digest": registered.digest,
                "execution": execution.execution_id,
                "is_new": registered.version not in before,
                "left_out_opted_out": left_out,
                "workforce": staged["WorkforceUri"].rpartition("/")[2],
                **why,
            },
        )
    )
    return Training(registered, execution)


def _reading(schema: WorkforceSchema) -> tuple[object, ...]:
    """Return what must be as imported: everything but policy, horizon, gates, bounds and notes.

    Above all, no run can leave out a protected attribute that the audit is to look at.
    """
    outcome = schema.outcome
    return (
        frozenset((c.name, c.kind, c.role, c.justification) for c in schema.columns),
        schema.event_time,
        schema.protected_age_from,
        replace(outcome, horizon_months=1) if isinstance(outcome, LeavingWithin) else outcome,
    )


def _asked(
    parameters: Mapping[str, ParameterValue], train_until: datetime | None
) -> dict[str, ParameterValue]:
    for name in parameters.keys() & _OWN_PARAMETERS:
        raise SettingRefused(name, str(parameters[name]), "no value: training sets it")
    until = {} if train_until is None else {"TrainUntil": train_until.date().isoformat()}
    return {**parameters, **until}


def _workforce(
    frame: FrameReader,
    schema: WorkforceSchema,
    *,
    now: datetime,
    opted_out: AbstractSet[EmployeeToken],
    treated: pl.DataFrame,
) -> tuple[Mapping[str, bytes], int]:
    """Return the facts as files, and how many people are left out; the frames go with the call."""
    everybody = _facts(frame, FEATURES, now)
    known = without_people(everybody, opted_out)
    left_out = everybody.get_column(TOKEN).n_unique() - known.get_column(TOKEN).n_unique()
    del everybody
    outcomes = without_people(_facts(frame, OUTCOMES, now), opted_out)
    return workforce_files(schema, known, outcomes, treated), left_out


def _facts(frame: FrameReader, group: str, now: datetime) -> pl.DataFrame:
    """Return what is known now, without the write times: a repeated import changes no training."""
    return frame(group, as_of=now).drop(WRITE_TIME)


def _champion(registry: ModelRegistry) -> Mapping[str, bytes]:
    deployed = registry.deployed()
    if deployed is None:
        return champion_files(None, b"", {})
    digest = deployed.digest
    return champion_files(deployed, registry.archive(digest), registry.reports(digest))


def _version(execution: Execution) -> int:
    """Return the version that the step which registers names at the end of its ARN."""
    for step in execution.steps:
        if step.type == "RegisterModel":
            return int(str(step.properties["ModelPackageArn"]).rpartition("/")[2])
    raise ExecutionFailed(
        execution.execution_id,
        execution.steps[-1].name,
        "it ended without registering anything.",
        "Look at the definition's conditions.",
    )


def _output_uri(definition: Mapping[str, object], given: Mapping[str, ParameterValue]) -> str:
    """Return where the steps write: a place named after what they are given, not after the day."""
    content = msgspec.json.encode([definition, given], order="deterministic")
    return f"s3://stayline/runs/{hashlib.sha256(content).hexdigest()}"


@contextmanager
def _staged(uris: Iterable[str], runner: PipelineRunner) -> Iterator[None]:
    """Remove the frozen inputs afterwards: what is cached is known by their digests."""
    try:
        yield
    finally:
        for uri in uris:
            runner.unstage(uri)


@contextmanager
def _audited(actor: str, why: Mapping[str, str], audit: AuditLog, clock: Clock) -> Iterator[None]:
    """Leave an event when the execution registered nothing."""
    try:
        yield
    except ExecutionFailed as error:
        event = refused(
            AuditEventKind.TRAINING_FAILED, error, actor=actor, subject=error.execution_id,
            at=clock.now(),
        )  # fmt: skip
        audit.append(replace(event, details={**event.details, **why}))
        raise

"""Run the training pipeline on all that is known by now, up to a version awaiting approval."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import msgspec

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.model_package import ModelPackage
from stayline.domain.pipeline_execution import Execution
from stayline.domain.waivers import active_waivers
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import ExecutionFailed, SchemaMismatch, SettingRefused
from stayline.formats.frozen_inputs import champion_files, waiver_files, workforce_files
from stayline.modelling.dataset import without_people
from stayline.modelling.training import TrainingOptions
from stayline.pipeline.training_parameters import EMBEDDED_PARAMETERS
from stayline.pipeline.training_pipeline import training_pipeline
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FEATURES, OUTCOMES, FeatureStore
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
    waivers: WaiverBook,
    runner: PipelineRunner,
    audit: AuditLog,
    clock: Clock,
    schema: WorkforceSchema | None = None,
    train_until: datetime | None = None,
    parameters: Mapping[str, ParameterValue] | None = None,
    definition: Mapping[str, object] | None = None,
    follow: Follow = nobody_follows,
) -> Training:
    """Return the registered version, pending unless the same bytes were decided on before.

    The inputs are frozen first: facts as of now without the people who opted out, the deployed
    model, the waivers that hold today. ``schema`` may change the policy and the horizon of the
    imported one, not its inputs; ``parameters`` are further ones of the pipeline's definition, by
    name. Another ``definition`` takes the place of the schema's own, options included; it must
    have the same parameters. Raises `NothingImported`, `SchemaMismatch`, `SettingRefused`,
    `DefinitionRefused`, and `ExecutionFailed` when a step fails or the gates say no: then nothing
    was registered.
    """
    imported = features.schema()
    schema = schema or imported
    if _reading(schema) != _reading(imported):
        raise SchemaMismatch(
            f"Schema {schema.name!r} reads other columns than the workforce was imported with.",
            "Import the extract under that schema into a home of its own.",
        )
    for name in (parameters or {}).keys() & _OWN_PARAMETERS:
        raise SettingRefused(name, str((parameters or {})[name]), "no value: training sets it")
    now = clock.now()
    today = now.date()
    definition = (
        definition
        or training_pipeline(
            schema, seed=options.seed, trials=options.trials, time_limit_s=options.time_limit_s
        ).document()
    )
    known = without_people(features.frame(FEATURES, as_of=now), opt_outs.opted_out(at=now))
    staged = {
        "WorkforceUri": runner.stage(
            "workforce", workforce_files(schema, known, features.frame(OUTCOMES, as_of=now))
        ),
        "ChampionUri": runner.stage("champion", _champion(registry)),
        "WaiversUri": runner.stage(
            "waivers",
            waiver_files(active_waivers(waivers.waivers(), trained_by=actor, on=today), on=today),
        ),
    }
    given = {**EMBEDDED_PARAMETERS, "ProtectedUri": protected_uri, **staged, **(parameters or {})}
    if train_until is not None:
        given["TrainUntil"] = train_until.date().isoformat()
    given["OutputUri"] = _output_uri(definition, given)
    with _audited(actor, audit, clock), _staged(staged.values(), runner):
        execution = runner.run(definition, parameters=given, by=actor, follow=follow)
    registered = registry.find(_version(execution))
    audit.append(
        AuditEvent(
            AuditEventKind.MODEL_REGISTERED,
            actor=actor,
            subject=str(registered.version),
            at=clock.now(),
            details={"digest": registered.digest, "execution": execution.execution_id},
        )
    )
    return Training(registered, execution)


def _reading(schema: WorkforceSchema) -> tuple[frozenset[str], str | None, type]:
    """Return what must be as imported: the columns, the event time, the kind of outcome."""
    stored = frozenset(column.name for column in schema.stored_columns)
    return stored, schema.event_time, type(schema.outcome)


def _champion(registry: ModelRegistry) -> Mapping[str, bytes]:
    deployed = registry.deployed()
    if deployed is None:
        return champion_files(None, b"", {})
    digest = deployed.digest
    return champion_files(deployed, registry.archive(digest), registry.reports(digest))


def _version(execution: Execution) -> int:
    """Return the version that the register step names at the end of its ARN."""
    register = execution.step("register")
    if register is None:
        raise ExecutionFailed(
            execution.execution_id, "register", "it was not reached.", "Look at the definition."
        )
    return int(str(register.properties["ModelPackageArn"]).rpartition("/")[2])


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
def _audited(actor: str, audit: AuditLog, clock: Clock) -> Iterator[None]:
    """Leave an event when the execution registered nothing."""
    try:
        yield
    except ExecutionFailed as error:
        event = refused(
            AuditEventKind.TRAINING_FAILED, error, actor=actor, subject=error.execution_id,
            at=clock.now(),
        )  # fmt: skip
        audit.append(event)
        raise

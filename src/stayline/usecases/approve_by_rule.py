"""Where the schema says so, a model that passed every gate is approved and deployed by rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.model_package import RULE, ApprovalStatus, ModelPackage
from stayline.domain.model_package import approve_by_rule as approved
from stayline.domain.pipeline_execution import Execution
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import DeploymentRefused, EndpointMissing
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest, read_archive
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.training import TrainingOptions
from stayline.pipeline.definition import digest
from stayline.pipeline.parameters import declared
from stayline.pipeline.training_pipeline import training_pipeline
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.model_registry import ModelRegistry


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """The version that the rule deployed, or why it leaves the decision to a person.

    Both are empty where the schema does not ask for the rule, or a decision is there already.
    """

    deployed: ModelPackage | None = None
    objections: tuple[str, ...] = ()


def approve_by_rule(
    version: int,
    execution: Execution,
    *,
    features: FeatureStore,
    registry: ModelRegistry,
    audit: AuditLog,
    clock: Clock,
    deploy: Callable[[int], ModelPackage],
) -> RuleOutcome:
    """Return what the rule made of the version that an execution registered.

    The rule needs ``[deployment] approval = "automatic"`` in the schema that the workforce was
    imported under, that very schema's own pipeline with no option changed, and a plain pass of
    every gate, the comparison being with what serves now. Anything else is for a person to look at,
    so that nobody who trains can bring the rule along. It is recorded under the rule's own name,
    never as a person's or a stand-in's. ``deploy`` takes the approved version to work; where that
    is refused, it stays approved for a person to look at. Raises `UnknownModel`, `PackageRefused`.
    """
    imported, package = features.schema(), registry.find(version)
    if not imported.deploys_automatically or package.status is not ApprovalStatus.PENDING:
        return RuleOutcome()
    archive = read_archive(registry.archive(package.digest), package.digest)
    objections = (
        *_to_the_run(execution, imported),
        *_to_the_package(archive.manifest, imported, registry.deployed()),
    )
    if objections:
        return RuleOutcome(objections=objections)
    registry.decide(approved(package, digest=archive.digest, at=clock.now()))
    _record(package, audit, clock)
    try:
        return RuleOutcome(deploy(version))
    except (DeploymentRefused, EndpointMissing) as refusal:
        return RuleOutcome(objections=(f"it is approved, but: {refusal}",))


def _to_the_run(execution: Execution, imported: WorkforceSchema) -> Iterator[str]:
    usual = TrainingOptions()
    standard = training_pipeline(
        imported, seed=usual.seed, trials=usual.trials, time_limit_s=usual.time_limit_s
    ).document()
    if execution.definition_digest != digest(standard):
        yield "it was not made by the imported schema's own pipeline, or with other options"
    for name, parameter in declared(standard).items():
        default, given = parameter.get("DefaultValue"), execution.parameters.get(name)
        if default is not None and given != default:
            yield f"parameter {name} was {given!r} instead of {default!r}"


def _to_the_package(
    manifest: Manifest, imported: WorkforceSchema, deployed: ModelPackage | None
) -> Iterator[str]:
    if parse_schema(manifest.schema_toml, "the package's schema") != imported:
        yield "it was trained under another schema than the imported one"
    if manifest.champion != ("" if deployed is None else deployed.digest):
        yield "it was compared with another model than the one that serves now"
    gates = recorded_gates(manifest)
    if not gates:
        yield "no gate judged it"
    for gate in gates:
        if gate.verdict is not Verdict.PASS:
            how = "waived" if gate.waiver else gate.verdict.value
            yield f"{gate.title} is no plain pass ({how})"


def _record(package: ModelPackage, audit: AuditLog, clock: Clock) -> None:
    audit.append(
        AuditEvent(
            AuditEventKind.MODEL_APPROVED,
            actor=RULE,
            subject=str(package.version),
            at=clock.now(),
            details={"digest": package.digest, "is_stand_in": False},
        )
    )

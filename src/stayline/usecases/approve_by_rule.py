"""Where the schema says so, a model that passed every gate is approved and deployed by rule."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.model_package import RULE, ApprovalStatus, ModelPackage
from stayline.domain.model_package import approve_by_rule as approved
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest, read_archive
from stayline.formats.schema_toml import parse_schema
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.model_registry import ModelRegistry


def approve_by_rule(
    version: int,
    *,
    features: FeatureStore,
    registry: ModelRegistry,
    audit: AuditLog,
    clock: Clock,
) -> ModelPackage | None:
    """Return the version that now serves, or None when a person has to decide.

    The rule needs ``[deployment] approval = "automatic"`` in the schema that the workforce was
    imported under, that very schema's limits, and a pass of every gate: a waiver, a warning,
    another limit or a package without gates is for a person to look at. It is recorded under the
    rule's own name, never as a person's or a stand-in's. Raises `UnknownModel`, `PackageRefused`.
    """
    package = registry.find(version)
    archive = read_archive(registry.archive(package.digest), package.digest)
    is_pending = package.status is ApprovalStatus.PENDING
    if not is_pending or not _applies(archive.manifest, features.schema()):
        return None
    registry.decide(approved(package, digest=archive.digest, at=clock.now()))
    _record(AuditEventKind.MODEL_APPROVED, package, audit, clock)
    deployed = registry.deploy(version, by=RULE, at=clock.now())
    _record(AuditEventKind.MODEL_DEPLOYED, package, audit, clock)
    return deployed


def _applies(manifest: Manifest, imported: WorkforceSchema) -> bool:
    gates = recorded_gates(manifest)
    all_passed = all(gate.verdict is Verdict.PASS for gate in gates)
    judged_by = parse_schema(manifest.schema_toml, "the package's schema").gates
    is_allowed = imported.deploys_automatically and judged_by == imported.gates
    return is_allowed and bool(gates) and all_passed


def _record(kind: AuditEventKind, package: ModelPackage, audit: AuditLog, clock: Clock) -> None:
    audit.append(
        AuditEvent(
            kind,
            actor=RULE,
            subject=str(package.version),
            at=clock.now(),
            details={"digest": package.digest, "is_stand_in": False},
        )
    )

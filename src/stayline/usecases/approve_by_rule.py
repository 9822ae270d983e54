"""Where the schema says so, a model that passed every gate is approved and deployed by rule."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.model_package import RULE, ApprovalStatus, ModelPackage
from stayline.domain.model_package import approve_by_rule as approved
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import Manifest, read_archive
from stayline.formats.schema_toml import parse_schema
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry


def approve_by_rule(
    version: int, *, registry: ModelRegistry, audit: AuditLog, clock: Clock
) -> ModelPackage | None:
    """Return the version that now serves, or None when a person has to decide.

    The rule needs ``[deployment] approval = "automatic"`` in the schema that the model was trained
    under, and a pass of every recorded gate: a waiver, a warning or a package without gates is for
    a person to look at. It is recorded under the rule's own name, never as a person's or a
    stand-in's. Raises `UnknownModel`, `PackageRefused`.
    """
    package = registry.find(version)
    archive = read_archive(registry.archive(package.digest), package.digest)
    if package.status is not ApprovalStatus.PENDING or not _applies(archive.manifest):
        return None
    registry.decide(approved(package, digest=archive.digest, at=clock.now()))
    _record(AuditEventKind.MODEL_APPROVED, package, audit, clock)
    deployed = registry.deploy(version, by=RULE, at=clock.now())
    _record(AuditEventKind.MODEL_DEPLOYED, package, audit, clock)
    return deployed


def _applies(manifest: Manifest) -> bool:
    gates = recorded_gates(manifest)
    all_passed = all(gate.verdict is Verdict.PASS for gate in gates)
    schema = parse_schema(manifest.schema_toml, "the package's schema")
    return schema.deploys_automatically and bool(gates) and all_passed


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

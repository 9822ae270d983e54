"""A second person says yes to exactly the bytes that were trained."""

from stayline.domain.approval_evidence import check_evidence
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.gates import still_lifted
from stayline.domain.model_package import ModelPackage, approve
from stayline.formats.gate_records import recorded_gates
from stayline.formats.model_archive import read_archive
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry


def approve_model(
    version: int,
    *,
    reason: str,
    by: str,
    registry: ModelRegistry,
    audit: AuditLog,
    clock: Clock,
    is_stand_in: bool = False,
) -> ModelPackage:
    """Return the approved package.

    The archive is read and its digest checked first, so a version whose bytes were altered cannot
    be approved; nor can one that no gate has judged, whose gates did not pass, or passed by a
    waiver that has expired since, or that was compared with a model that no longer serves.
    ``is_stand_in`` marks an approval given by a machine for a demonstration. Raises `UnknownModel`,
    `PackageRefused`, `ApprovalRefused`.
    """
    package = registry.find(version)
    archive = read_archive(registry.archive(package.digest), package.digest)
    gates = still_lifted(recorded_gates(archive.manifest), on=clock.now().date())
    deployed = registry.deployed()
    check_evidence(
        version,
        gates,
        compared_with=archive.manifest.champion,
        serving="" if deployed is None else deployed.digest,
    )
    approved = approve(
        package,
        digest=package.digest,
        by=by,
        reason=reason,
        at=clock.now(),
        is_stand_in=is_stand_in,
    )
    registry.decide(approved)
    audit.append(
        AuditEvent(
            AuditEventKind.MODEL_APPROVED,
            actor=by,
            subject=str(version),
            at=clock.now(),
            details={"digest": package.digest, "is_stand_in": is_stand_in},
        )
    )
    return approved

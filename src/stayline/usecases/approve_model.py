"""A second person says yes to exactly the bytes that were trained."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.model_package import ModelPackage, approve
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
    be approved. ``is_stand_in`` marks an approval given by a machine for a demonstration. Raises
    `UnknownModel`, `PackageRefused`, `ApprovalRefused`.
    """
    package = registry.find(version)
    registry.archive(package.digest)
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

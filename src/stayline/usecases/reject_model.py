"""A person says no to a model, with a reason."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.model_package import ModelPackage, reject
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry


def reject_model(
    version: int,
    *,
    reason: str,
    by: str,
    registry: ModelRegistry,
    audit: AuditLog,
    clock: Clock,
) -> ModelPackage:
    """Return the rejected package; it can never be deployed.

    Raises `UnknownModel` and `ApprovalRefused`.
    """
    package = registry.find(version)
    rejected = reject(package, digest=package.digest, by=by, reason=reason, at=clock.now())
    registry.decide(rejected)
    audit.append(
        AuditEvent(
            AuditEventKind.MODEL_REJECTED,
            actor=by,
            subject=str(version),
            at=clock.now(),
            details={"digest": package.digest},
        )
    )
    return rejected

"""Put an approved model to work."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.model_package import ModelPackage
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.model_registry import ModelRegistry


def deploy_model(
    version: int, *, by: str, registry: ModelRegistry, audit: AuditLog, clock: Clock
) -> ModelPackage:
    """Return the package that serves from now on, also after a restart.

    Its bytes are checked against the approved digest before the switch, so what serves is what was
    approved; a running server follows within a second. Raises `UnknownModel`, `ModelNotApproved`,
    `PackageRefused`.
    """
    registry.archive(registry.find(version).digest)
    deployed = registry.deploy(version, by=by, at=clock.now())
    audit.append(
        AuditEvent(
            AuditEventKind.MODEL_DEPLOYED,
            actor=by,
            subject=str(version),
            at=clock.now(),
            details={"digest": deployed.digest},
        )
    )
    return deployed

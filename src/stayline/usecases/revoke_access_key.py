"""Let a program call the gateway no longer."""

from stayline.domain.access_keys import AccessKey
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.secrets import Secrets


def revoke_access_key(
    key_id: str, *, secrets: Secrets, audit: AuditLog, clock: Clock, actor: str
) -> AccessKey:
    """Return the removed key, refused everywhere within a second; raises `UnknownAccessKey`."""
    key = secrets.revoke_access_key(key_id)
    audit.append(
        AuditEvent(
            AuditEventKind.ACCESS_KEY_REVOKED,
            actor=actor,
            subject=key.key_id,
            at=clock.now(),
            details={"name": key.name},
        )
    )
    return key

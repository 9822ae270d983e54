"""Let a program call the gateway under a name of its own."""

from stayline.domain.access_keys import AccessKey
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.secrets import Secrets


def create_access_key(
    name: str, *, secrets: Secrets, audit: AuditLog, clock: Clock, actor: str
) -> AccessKey:
    """Return the new key; its secret is shown this once. Raises `SettingRefused` for no name."""
    key = secrets.create_access_key(name)
    audit.append(
        AuditEvent(
            AuditEventKind.ACCESS_KEY_CREATED,
            actor=actor,
            subject=key.key_id,
            at=clock.now(),
            details={"name": key.name},
        )
    )
    return key

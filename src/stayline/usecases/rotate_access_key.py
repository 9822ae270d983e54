"""Give a calling program a new key while its old one is taken for some time."""

from dataclasses import dataclass
from datetime import timedelta

from stayline.domain.access_keys import AccessKey
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.secrets import Secrets


@dataclass(frozen=True, slots=True)
class RotatedAccessKey:
    """The key that was replaced, with its end, and its successor."""

    replaced: AccessKey
    successor: AccessKey


def rotate_access_key(
    key_id: str,
    *,
    overlap: timedelta,
    secrets: Secrets,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> RotatedAccessKey:
    """Return the successor, whose secret is shown this once, of the same name.

    Raises `UnknownAccessKey`, and `SettingRefused` for an overlap that is none or a key that has a
    successor already.
    """
    now = clock.now()
    replaced, successor = secrets.rotate_access_key(key_id, at=now, overlap=overlap)
    until = None if replaced.valid_until is None else replaced.valid_until.isoformat()
    audit.append(
        AuditEvent(
            AuditEventKind.SECRET_ROTATED,
            actor=actor,
            subject=key_id,
            at=now,
            details={"name": successor.name, "successor": successor.key_id, "until": until},
        )
    )
    return RotatedAccessKey(replaced, successor)

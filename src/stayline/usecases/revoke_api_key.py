"""End an API key now."""

from stayline.domain.api_keys import ApiKey
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.api_key_book import ApiKeyBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock


def revoke_api_key(
    key_id: str, *, api_keys: ApiKeyBook, audit: AuditLog, clock: Clock, actor: str
) -> ApiKey:
    """Return the key as it has ended; every process refuses it at once.

    Raises `UnknownApiKey`.
    """
    now = clock.now()
    key = api_keys.end(key_id, at=now)
    details = {"name": key.name}
    audit.append(AuditEvent(AuditEventKind.API_KEY_REVOKED, actor, key_id, now, details))
    return key

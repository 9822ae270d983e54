"""Let a program call Stayline under a key of its own."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from stayline.domain.api_keys import API_KEY_PREFIX, ApiKey, new_api_key
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.ports.api_key_book import ApiKeyBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock

_ID_BYTES = 8
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key, and its text, which is shown this once and kept nowhere."""

    key: ApiKey
    text: str = field(repr=False)


def create_api_key(
    name: str,
    *,
    roles: Iterable[str],
    valid_until: datetime | None,
    api_keys: ApiKeyBook,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> NewApiKey:
    """Return the new key; raises `SettingRefused` for a name, role or end that is none."""
    key_id = API_KEY_PREFIX + secrets.token_hex(_ID_BYTES)
    text = f"{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    now = clock.now()
    key = new_api_key(
        key_id, text=text, name=name, roles=roles, by=actor, at=now, valid_until=valid_until
    )
    api_keys.add(key)
    details = {"name": key.name, "roles": " ".join(sorted(key.roles))}
    audit.append(AuditEvent(AuditEventKind.API_KEY_CREATED, actor, key_id, now, details))
    return NewApiKey(key, text)

"""Take a granted role back, or turn a request down."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.role_grants import RoleGrant, revoked
from stayline.errors import RoleGrantRefused
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.role_book import RoleBook


def revoke_role(
    grant_id: str, *, by: str, roles: RoleBook, audit: AuditLog, clock: Clock
) -> RoleGrant:
    """Return the ended grant; it permits nothing in any process from now on.

    Raises `UnknownRoleGrant`, and `RoleGrantRefused` for one that has ended.
    """
    now = clock.now()
    before = roles.find(grant_id)
    ended = revoked(before, by=by, at=now)
    if not roles.put(ended, before=before):
        raise RoleGrantRefused("somebody else decided just now", "See `stayline roles list`.")
    details = {"role": ended.role.value, "for": ended.subject}
    audit.append(AuditEvent(AuditEventKind.ROLE_REVOKED, by, grant_id, now, details))
    return ended

"""A second person gives somebody a role, for a time."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.role_grants import RoleGrant, granted
from stayline.errors import RoleGrantRefused
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.role_book import RoleBook


def grant_role(
    grant_id: str, *, days: int, by: str, roles: RoleBook, audit: AuditLog, clock: Clock
) -> RoleGrant:
    """Return the grant; it holds in every process from now on.

    Raises `UnknownRoleGrant`, and `RoleGrantRefused` where ``by`` asked for it, gets it, or
    somebody else decided meanwhile.
    """
    now = clock.now()
    request = roles.find(grant_id)
    grant = granted(request, by=by, at=now, days=days)
    if not roles.put(grant, before=request):
        raise RoleGrantRefused("somebody else decided just now", "See `stayline roles list`.")
    details = {"role": grant.role.value, "for": grant.subject, "days": days}
    audit.append(AuditEvent(AuditEventKind.ROLE_GRANTED, by, grant_id, now, details))
    return grant

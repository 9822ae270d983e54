"""Ask for a role, for oneself or somebody else, where the provider tells none."""

from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.role_grants import RoleGrant, requested
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.role_book import RoleBook


def request_role(
    subject: str,
    role: str,
    *,
    reason: str,
    by: str,
    roles: RoleBook,
    audit: AuditLog,
    clock: Clock,
) -> RoleGrant:
    """Return the request, which permits nothing until somebody else grants it.

    Raises `RoleGrantRefused`.
    """
    now = clock.now()
    request = requested(uuid4().hex[:12], subject=subject, role=role, reason=reason, by=by, at=now)
    roles.put(request)
    details = {"role": request.role.value, "for": request.subject}
    audit.append(AuditEvent(AuditEventKind.ROLE_REQUESTED, by, request.grant_id, now, details))
    return request

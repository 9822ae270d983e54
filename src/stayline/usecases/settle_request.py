"""Go on with a person's request: answer it, or tell in time that it takes longer."""

from collections.abc import Callable
from datetime import date

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.deadlines import closed, extended
from stayline.domain.register.rights import RightsRequest
from stayline.errors import RightsRequestRefused, UnknownRightsRequest
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister


def close_request(
    request_id: str,
    *,
    outcome: str,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    closed_on: date | None = None,
) -> Entry[RightsRequest]:
    """Return the request as answered on ``closed_on``, or today; one too late is kept as that.

    Raises `UnknownRightsRequest`, and `RightsRequestRefused` for one that was closed before.
    """

    def close(request: RightsRequest, today: date) -> RightsRequest:
        return closed(request, outcome, closed_on or today, today=today)

    return _changed(
        request_id, close, AuditEventKind.RIGHTS_REQUEST_CLOSED, register, audit, clock, actor
    )


def extend_request(
    request_id: str,
    *,
    reason: str,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> Entry[RightsRequest]:
    """Return the request with two months more; ``reason`` is what the person was told today.

    Raises `UnknownRightsRequest`, and `RightsRequestRefused` where that is too late or not allowed.
    """

    def extend(request: RightsRequest, today: date) -> RightsRequest:
        return extended(request, reason, today=today)

    return _changed(
        request_id, extend, AuditEventKind.REGISTER_ENTRY_ADDED, register, audit, clock, actor
    )


def _changed(
    request_id: str,
    change: Callable[[RightsRequest, date], RightsRequest],
    kind: AuditEventKind,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> Entry[RightsRequest]:
    now = clock.now()
    before = next((e for e in register.entries(RightsRequest) if e.entry_id == request_id), None)
    if before is None:
        raise UnknownRightsRequest(request_id)
    try:
        request = change(before.record, now.date())
    except RightsRequestRefused as refusal:
        denied = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(denied, refusal, actor=actor, subject=before.record.subject, at=now))
        raise
    entry = Entry(request_id, request, now, actor)
    register.add([entry])
    details: dict[str, str | int | float | bool | None] = {
        "request_id": request_id,
        "kind": request.kind.value,
        "due_on": request.due_on.isoformat(),
    }
    if request.closed_on is not None:
        details |= {
            "closed_on": request.closed_on.isoformat(),
            "in_time": request.closed_on <= request.due_on,
        }
    else:
        details |= {"record": RightsRequest.__name__, "extended": True}
    audit.append(AuditEvent(kind, actor, request.subject, now, details))
    return entry

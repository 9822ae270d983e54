"""Put a person's request on record, with the day by which it must be answered."""

from datetime import date
from uuid import NAMESPACE_OID, uuid4, uuid5

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.deadlines import Jurisdiction, opened
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.rights import RequestKind, RightsRequest
from stayline.errors import RightsRequestRefused
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister


def open_request(
    token: EmployeeToken,
    *,
    kind: RequestKind,
    jurisdiction: Jurisdiction,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    received_on: date | None = None,
    once: str | None = None,
) -> Entry[RightsRequest]:
    """Return the kept request; it came in on ``received_on``, or today (UTC).

    Of a form that was sent twice the second time opens nothing: both hold the same ``once``.
    Nothing need be known of the person: who was never imported may ask, too. Raises
    `RightsRequestRefused` for a day that is yet to come.
    """
    now = clock.now()
    today = now.date()
    try:
        request = opened(token, kind, jurisdiction, received_on or today, today=today)
    except RightsRequestRefused as refusal:
        denied = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(denied, refusal, actor=actor, subject=token, at=now))
        raise
    request_id = str(uuid4() if once is None else uuid5(NAMESPACE_OID, f"{token}:{once}"))
    theirs = register.entries(RightsRequest, subject=token)
    if known := next((e for e in theirs if e.entry_id == request_id), None):
        return known
    entry = Entry(request_id, request, now, actor)
    register.add([entry])
    details = {
        "request_id": entry.entry_id,
        "kind": request.kind.value,
        "jurisdiction": request.jurisdiction,
        "received_on": request.received_on.isoformat(),
        "due_on": request.due_on.isoformat(),
    }
    audit.append(AuditEvent(AuditEventKind.RIGHTS_REQUEST_RECEIVED, actor, token, now, details))
    return entry

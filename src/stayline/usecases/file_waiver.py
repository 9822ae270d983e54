"""A person lets a gate pass that had too little evidence to judge, in writing and for a time."""

from datetime import date
from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.gates import Gate
from stayline.domain.waivers import Waiver, new_waiver
from stayline.errors import WaiverRefused
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.waiver_book import WaiverBook


def file_waiver(
    *,
    gate: str,
    subject: str,
    reason: str,
    until: date,
    by: str,
    waivers: WaiverBook,
    audit: AuditLog,
    clock: Clock,
) -> Waiver:
    """Return the kept waiver; the next training run of somebody else takes it into account.

    ``subject`` is as the gate's message says it. A waiver never lifts a failure. Raises
    `WaiverRefused`; that is recorded, too.
    """
    now, waiver_id = clock.now(), str(uuid4())
    try:
        if gate not in list(Gate):
            raise WaiverRefused(f"there is no gate {gate!r}.", f"Gates are: {', '.join(Gate)}.")
        waiver = new_waiver(
            waiver_id,
            gate=gate,
            subject=subject,
            filed_by=by,
            reason=reason,
            filed_at=now,
            expires_on=until,
        )
    except WaiverRefused as refusal:
        kind = AuditEventKind.WAIVER_REFUSED
        audit.append(refused(kind, refusal, actor=by, subject=waiver_id, at=now))
        raise
    waivers.file(waiver)
    details = {"gate": gate, "subject": waiver.subject, "until": until.isoformat()}
    audit.append(AuditEvent(AuditEventKind.WAIVER_FILED, by, waiver_id, now, details))
    return waiver

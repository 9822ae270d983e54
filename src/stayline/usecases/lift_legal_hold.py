"""Let a legal hold end, so that the usual limits hold again."""

from dataclasses import replace

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.register.retention import LegalHold
from stayline.errors import UnknownHold
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister


def lift_legal_hold(
    hold_id: str,
    *,
    reason: str,
    actor: str,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
) -> Entry[LegalHold]:
    """Return the hold as it ended; an erasure that waited for it is up to the next purge.

    Raises `UnknownHold` for one that does not stand.
    """
    now = clock.now()
    standing = {
        entry.entry_id: entry.record
        for entry in register.entries(LegalHold)
        if entry.record.holds_at(now)
    }
    if hold_id not in standing:
        raise UnknownHold(hold_id)
    lifted = Entry(hold_id, replace(standing[hold_id], until=now), now, actor)
    register.add([lifted])
    audit.append(
        AuditEvent(
            AuditEventKind.LEGAL_HOLD_LIFTED,
            actor,
            lifted.record.subject,
            now,
            {"hold": hold_id, "because": reason},
        )
    )
    return lifted

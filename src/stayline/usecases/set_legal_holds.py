"""Keep everything of some people for as long as a matter of law needs it."""

from collections.abc import Sequence
from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.retention import LegalHold
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister


def set_legal_holds(
    tokens: Sequence[EmployeeToken],
    *,
    matter: str,
    reason: str,
    actor: str,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
) -> list[Entry[LegalHold]]:
    """Return the holds that stand from now on, one a person; all are set or none.

    A person may be under several, for matters of their own; the same matter again changes nothing.
    Also people whom the home knows nothing about can be held: what comes later stays.
    """
    now = clock.now()
    standing = {
        entry.record.subject: entry
        for entry in register.entries(LegalHold)
        if entry.record.matter == matter and entry.record.holds_at(now)
    }
    new = [
        Entry(uuid4().hex[:12], LegalHold(token, matter, reason, since=now), now, actor)
        for token in dict.fromkeys(tokens)
        if token not in standing
    ]
    register.add(new)
    for entry in new:
        audit.append(
            AuditEvent(
                AuditEventKind.LEGAL_HOLD_SET,
                actor,
                entry.record.subject,
                now,
                {"hold": entry.entry_id, "matter": matter},
            )
        )
    return [*(standing[token] for token in dict.fromkeys(tokens) if token in standing), *new]

"""Let an erased person be imported again, because the organisation has a reason to."""

from collections.abc import Sequence
from dataclasses import replace

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.rights import Erasure
from stayline.errors import UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister


def lift_erasure(
    tokens: Sequence[EmployeeToken],
    *,
    reason: str,
    actor: str,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
) -> None:
    """From now on imports take rows of the person again; what was erased does not come back.

    Raises `UnknownEmployee` for a person who has no completed erasure.
    """
    now = clock.now()
    lifted = [
        Entry(entry.entry_id, replace(entry.record, lifted_at=now), now, actor)
        for token in tokens
        for entry in register.entries(Erasure, subject=token)
        if entry.record.completed_at is not None and entry.record.lifted_at is None
    ]
    if not lifted:
        raise UnknownEmployee(tokens[0])
    register.add(lifted)
    audit.append(
        AuditEvent(
            AuditEventKind.REGISTER_ENTRY_ADDED,
            actor,
            tokens[0],
            now,
            {"kind": "Erasure", "lifted": True, "because": reason},
        )
    )

"""Put on record that somebody was trained to act on scores."""

from datetime import datetime
from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.register.oversight import OverseerTraining
from stayline.errors import DecisionRefused
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister


def record_training(
    subject: str,
    *,
    course: str,
    authority: str,
    valid_from: datetime | None,
    valid_until: datetime,
    by: str,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
) -> Entry[OverseerTraining]:
    """Return the entry; ``subject`` is what the overseer signs in as, not a name.

    Valid from now on unless ``valid_from`` says otherwise. Raises `DecisionRefused` for a training
    that ends before it begins, without a course, or of no subject.
    """
    now = clock.now()
    begins = valid_from or now
    if valid_until <= begins:
        raise DecisionRefused("until", "The training would end before it begins.")
    for name, text in (("subject", subject), ("course", course)):
        if not text.strip() or not text.isprintable():
            raise DecisionRefused(name, f"Expected a {name} of printable characters.")
    record = OverseerTraining(
        subject.strip(), course.strip(), authority.strip(), begins, valid_until
    )
    entry = Entry(str(uuid4()), record, now, by)
    register.add([entry])
    details = {"kind": "OverseerTraining", "overseer": record.subject}
    audit.append(AuditEvent(AuditEventKind.REGISTER_ENTRY_ADDED, by, entry.entry_id, now, details))
    return entry

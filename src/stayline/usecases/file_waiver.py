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

_SUBJECTS = {
    Gate.QUALITY_FLOOR: "ROC AUC",
    Gate.QUALITY_AGAINST_CHAMPION: "ROC AUC",
    Gate.ENOUGH_POSITIVES: "Gender = Female",
    Gate.FAIRNESS: "Gender = Female",
    Gate.FOUR_FIFTHS: "Gender = Female",
    Gate.DATA_CONSTRAINTS: "Site",
}
"""The gates that always name what they lack evidence of, each with an example."""


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

    ``subject`` is as the gate's message says it; most gates have one. A waiver never lifts a
    failure. Raises `WaiverRefused`; that is recorded, too.
    """
    now, waiver_id = clock.now(), str(uuid4())
    try:
        if gate not in list(Gate):
            raise WaiverRefused(f"there is no gate {gate!r}.", f"Gates are: {', '.join(Gate)}.")
        example = _SUBJECTS.get(Gate(gate))
        if example and not subject.split():
            raise WaiverRefused(
                f"gate {gate!r} judges one subject at a time, and none is named, so nothing would "
                "be waived.",
                f"Name it as the gate's message does, e.g. --subject {example!r}.",
            )
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

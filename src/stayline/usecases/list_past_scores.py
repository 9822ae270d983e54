"""List when a person was scored, and what came out, as far as the audit log holds it."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.audit_log import AuditLog
from stayline.ports.directory import Directory


@dataclass(frozen=True, slots=True)
class PastScore:
    """One score that was made when somebody asked: its band and model, not its figure."""

    at: datetime
    band: str
    model_version: int
    source: str


def list_past_scores(
    token: EmployeeToken, *, limit: int = 12, directory: Directory, audit: AuditLog
) -> list[PastScore]:
    """Return the newest scores of a person as they were, newest first; what-ifs are left out.

    Figures are not kept that long: the log holds bands. Scores of runs over everyone stand in it as
    one event of the whole run, so they are not here.
    """
    events = [
        event
        for one in directory.known_as(token)
        for event in audit.between(
            kinds={AuditEventKind.EMPLOYEE_SCORED}, subject=one, limit=4 * limit
        )
    ]
    found = [
        PastScore(
            event.at,
            str(event.details.get("band")),
            int(event.details.get("model_version") or 0),
            str(event.details.get("source")),
        )
        for event in events
        if not event.details.get("is_what_if")
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]

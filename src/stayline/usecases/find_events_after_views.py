"""Look for what HR did about people soon after a high score of theirs was viewed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.oversight import OversightPolicy
from stayline.domain.register.oversight import HrEvent
from stayline.ports.audit_log import AuditLog
from stayline.ports.governance_register import GovernanceRegister


@dataclass(frozen=True, slots=True)
class AfterView:
    """Something HR did about a person not long after a high score of theirs was viewed."""

    subject: str
    event: str
    happened_at: datetime
    viewed_at: datetime
    viewed_by: str
    days: float


def find_events_after_views(
    *, policy: OversightPolicy, register: GovernanceRegister, audit: AuditLog
) -> list[AfterView]:
    """Return every event of HR that a view of a high score preceded, oldest first.

    It says that somebody should look, not that one led to the other. With each stands the last such
    view before it.
    """
    found = []
    for entry in register.entries(HrEvent):
        event = entry.record
        earliest = event.happened_at - timedelta(days=policy.hr_event_days)
        views = [
            view
            for view in audit.events(subject=event.subject)
            if view.kind is AuditEventKind.EMPLOYEE_VIEWED
            and view.details.get("band") == Band.HIGH.value
            and earliest <= view.at <= event.happened_at
        ]
        if views:
            last = max(views, key=lambda view: view.at)
            days = (event.happened_at - last.at) / timedelta(days=1)
            found.append(
                AfterView(
                    event.subject, event.event, event.happened_at, last.at, last.actor,
                    round(days, 2),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: one.happened_at)

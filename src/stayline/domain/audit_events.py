"""Every event that the audit log may hold, enumerated in one place."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from stayline.domain.light_values import light_value


class AuditEventKind(StrEnum):
    """What happened. A new kind of event starts with a new line here."""

    WORKFORCE_IMPORTED = "workforce.imported"
    WINDOW_WATCHED = "window.watched"
    ACTIONS_COMPARED = "actions.compared"
    OUTCOMES_IMPORTED = "outcomes.imported"
    EMPLOYEE_SCORED = "employee.scored"
    EMPLOYEE_VIEWED = "employee.viewed"
    SCORING_REFUSED = "employee.scoring_refused"
    REQUEST_REFUSED = "employee.request_refused"
    EMPLOYEE_ERASED = "employee.erased"
    FEATURES_PUT = "features.put"
    FEATURES_READ = "features.read"
    FEATURES_ERASED = "features.erased"
    WORKFORCE_SCORED = "workforce.scored"
    DECISION_RECORDED = "decision.recorded"
    OPTED_OUT = "opt_out.set"
    OPTED_IN = "opt_out.withdrawn"
    PROTECTED_READ = "protected.read"
    MODEL_REGISTERED = "model.registered"
    TRAINING_FAILED = "model.training_failed"
    MODEL_APPROVED = "model.approved"
    MODEL_REJECTED = "model.rejected"
    DEPLOYMENT_STARTED = "model.deployment_started"
    DEPLOYMENT_REFUSED = "model.deployment_refused"
    DEPLOYMENT_ROLLED_BACK = "model.deployment_rolled_back"
    MODEL_DEPLOYED = "model.deployed"
    MODEL_ROLLED_BACK = "model.rolled_back"
    WAIVER_FILED = "waiver.filed"
    WAIVER_REFUSED = "waiver.refused"
    ALARM_RAISED = "alarm.raised"
    ALARM_ACKNOWLEDGED = "alarm.acknowledged"
    ALARM_NOT_ACKNOWLEDGED = "alarm.acknowledgement_refused"
    ACCESS_KEY_CREATED = "access_key.created"
    ACCESS_KEY_REVOKED = "access_key.revoked"


@light_value
class AuditEvent:
    """One thing that happened: who did what to which subject, with details that hold no features.

    ``subject`` is an employee token, a model version, a waiver, an alarm, an access key's id or a
    file digest. ``details`` are short words, numbers and digests.
    """

    kind: AuditEventKind
    actor: str
    subject: str
    at: datetime
    details: Mapping[str, str | int | float | bool | None]


def refused(
    kind: AuditEventKind, refusal: Exception, *, actor: str, subject: str, at: datetime
) -> AuditEvent:
    """Return the event of something asked for and refused; it tells the rule, not the words."""
    return AuditEvent(
        kind, actor=actor, subject=subject, at=at, details={"because": type(refusal).__name__}
    )

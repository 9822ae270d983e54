"""Every event that the audit log may hold, enumerated in one place."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from stayline.domain.light_values import light_value

NAMELESS = "nameless"
"""The subject of a score that was asked for without saying of whom."""


class AuditEventKind(StrEnum):
    """What happened. A new kind of event starts with a new line here."""

    WORKFORCE_IMPORTED = "workforce.imported"
    WINDOW_WATCHED = "window.watched"
    WORKFORCE_WATCHED = "workforce.watched"
    ACTIONS_COMPARED = "actions.compared"
    OUTCOMES_IMPORTED = "outcomes.imported"
    EMPLOYEE_SCORED = "employee.scored"
    EMPLOYEE_VIEWED = "employee.viewed"
    TEAM_VIEWED = "team.viewed"
    CHANGES_WEIGHED = "employee.changes_weighed"
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
    ACCESS_REFUSED = "access.refused"
    SESSION_BEGAN = "session.began"
    SESSION_ENDED = "session.ended"
    ROLE_REQUESTED = "role.requested"
    ROLE_GRANTED = "role.granted"
    ROLE_REVOKED = "role.revoked"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    SECRET_ROTATION_STARTED = "secret.rotation_started"  # noqa: S105  (an event, not a secret)
    SECRET_ROTATED = "secret.rotated"  # noqa: S105  (an event, not a secret)
    SECRET_RETIRED = "secret.retired"  # noqa: S105  (an event, not a secret)
    AUDIT_LOG_VERIFIED = "audit_log.verified"
    CHECKPOINT_SIGNED = "audit_log.checkpoint_signed"
    RECORDS_PURGED = "records.purged"
    PURGE_REFUSED = "records.purge_refused"
    LEGAL_HOLD_SET = "legal_hold.set"
    LEGAL_HOLD_LIFTED = "legal_hold.lifted"
    ERASURE_STARTED = "employee.erasure_started"
    PERSON_EXPORTED = "employee.exported"
    PERSON_CORRECTED = "employee.corrected"
    RIGHTS_REQUEST_RECEIVED = "rights_request.received"
    RIGHTS_REQUEST_CLOSED = "rights_request.closed"
    REGISTER_ENTRY_ADDED = "register.entry_added"
    SCORING_STOPPED = "scoring.stopped"
    SCORING_RESUMED = "scoring.resumed"
    STOP_DRILLED = "scoring.stop_drilled"
    PILOT_SET = "pilot.set"
    PILOT_ENDED = "pilot.ended"
    COMPLIANCE_CHECKED = "compliance.checked"


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


def access_refused(
    operation: str, because: str, *, actor: str, subject: str, at: datetime, withheld: int = 0
) -> AuditEvent:
    """Return the event of somebody who was not let in, or not that far.

    ``subject`` is whoever asked or, where only this person is out of reach, the person's token;
    ``withheld`` counts refusals before this one that are not in the log.
    """
    details: dict[str, str | int] = {"operation": str(operation), "because": because}
    if withheld:
        details["withheld"] = withheld
    return AuditEvent(AuditEventKind.ACCESS_REFUSED, actor, subject, at, details)


def session_began(subject: str, *, by: str, at: datetime) -> AuditEvent:
    """Return the event of somebody who signed in at the portal; ``by`` says by what."""
    return AuditEvent(AuditEventKind.SESSION_BEGAN, subject, subject, at, {"by": by})


def session_ended(subject: str, *, at: datetime) -> AuditEvent:
    """Return the event of somebody who signed out of the portal."""
    return AuditEvent(AuditEventKind.SESSION_ENDED, subject, subject, at, {})


def refused(
    kind: AuditEventKind, refusal: Exception, *, actor: str, subject: str, at: datetime
) -> AuditEvent:
    """Return the event of something asked for and refused; it tells the rule, not the words."""
    return AuditEvent(
        kind, actor=actor, subject=subject, at=at, details={"because": type(refusal).__name__}
    )

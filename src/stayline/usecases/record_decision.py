"""Write down what a person decided about a score, and why."""

from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import Decision, checked_action, checked_reason
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import DecisionRefused, UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import FeatureStore


def record_decision(
    token: EmployeeToken,
    *,
    action: str,
    reason: str,
    decided_by: str,
    features: FeatureStore,
    decisions: DecisionBook,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    prediction_id: str | None = None,
) -> Decision:
    """Return the kept decision.

    ``prediction_id``, when given, must be of a score of this very person. Raises `DecisionRefused`
    for an action off the allow-list, a reason that says nothing or a foreign prediction, and
    `UnknownEmployee`.
    """
    allowed, tidy = checked_action(action), checked_reason(reason)
    if features.get(token) is None:
        raise UnknownEmployee(token)
    if prediction_id is not None and not _was_made(prediction_id, token, audit):
        raise DecisionRefused(
            "prediction_id",
            "No prediction of that id was made for this employee. Leave it out, or copy it from "
            "the answer that the decision is about.",
        )
    decision = Decision(
        decision_id=str(uuid4()),
        token=token,
        action=allowed,
        reason=tidy,
        decided_by=decided_by,
        decided_at=clock.now(),
        prediction_id=prediction_id,
    )
    decisions.add(decision)
    audit.append(
        AuditEvent(
            AuditEventKind.DECISION_RECORDED,
            actor=actor,
            subject=token,
            at=decision.decided_at,
            details={
                "decision_id": decision.decision_id,
                "action": decision.action.value,
                "prediction_id": prediction_id,
            },
        )
    )
    return decision


def _was_made(prediction_id: str, token: EmployeeToken, audit: AuditLog) -> bool:
    return any(
        event.kind is AuditEventKind.EMPLOYEE_SCORED
        and event.details.get("prediction_id") == prediction_id
        for event in audit.events(subject=token)
    )

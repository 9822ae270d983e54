"""Write down what a person decided about a score, and why."""

from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.decisions import Decision, checked_action, checked_decider, checked_reason
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
    for an action off the allow-list, a reason that says nothing, a name that cannot be shown or a
    foreign prediction, and `UnknownEmployee`. ``decided_by`` is what the caller claims; the audit
    log holds ``actor``, and whether another name was claimed.
    """
    try:
        decision = Decision(
            decision_id=str(uuid4()),
            token=token,
            action=checked_action(action),
            reason=checked_reason(reason),
            decided_by=checked_decider(decided_by),
            decided_at=clock.now(),
            prediction_id=prediction_id,
        )
        if features.get(token) is None:
            raise UnknownEmployee(token)
        if prediction_id is not None:
            _check_made(prediction_id, token, audit)
    except (DecisionRefused, UnknownEmployee) as refusal:
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=clock.now()))
        raise
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
                "decided_by": "actor" if decided_by == actor else "claimed",
            },
        )
    )
    return decision


def _check_made(prediction_id: str, token: EmployeeToken, audit: AuditLog) -> None:
    was_made = any(
        event.kind is AuditEventKind.EMPLOYEE_SCORED
        and event.details.get("prediction_id") == prediction_id
        for event in audit.events(subject=token)
    )
    if not was_made:
        raise DecisionRefused(
            "prediction_id",
            "No prediction of that id was made for this employee. Leave it out, or copy it from "
            "the answer that the decision is about.",
        )

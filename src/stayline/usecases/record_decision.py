"""Write down what a person decided about a score, and why."""

from uuid import uuid4

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.callers import Caller
from stayline.domain.decisions import Decision, checked_action, checked_reason
from stayline.domain.oversight import OversightPolicy, check_own_words, is_bulk, view_before
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.register.oversight import OverseerTraining
from stayline.errors import DeciderRefused, DecisionRefused, UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FeatureStore
from stayline.ports.governance_register import GovernanceRegister


def record_decision(
    token: EmployeeToken,
    *,
    action: str,
    reason: str,
    caller: Caller,
    policy: OversightPolicy,
    features: FeatureStore,
    decisions: DecisionBook,
    register: GovernanceRegister,
    directory: Directory,
    audit: AuditLog,
    clock: Clock,
    prediction_id: str | None = None,
) -> Decision:
    """Return the kept decision, which is the caller's own.

    ``prediction_id``, when given, must be of a score of this very person. Raises `DeciderRefused`
    for a program, or for somebody untrained where the policy asks for training; `DecisionRefused`
    for an action off the allow-list, a reason that says nothing or repeats an earlier one, a
    decision without a look at score and reasons before it, or a foreign prediction; and
    `UnknownEmployee`.
    """
    actor = caller.subject
    try:
        if not caller.is_human:
            raise DeciderRefused("Only a person decides about people; a program may not.")
        decision = _decided(
            token, action=action, reason=reason, actor=actor, policy=policy, features=features,
            decisions=decisions, register=register, directory=directory, audit=audit, clock=clock,
            prediction_id=prediction_id,
        )  # fmt: skip
    except (DeciderRefused, DecisionRefused, UnknownEmployee) as refusal:
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=clock.now()))
        raise
    decisions.add(decision)
    audit.append(_event(decision))
    return decision


def _decided(
    token: EmployeeToken,
    *,
    action: str,
    reason: str,
    actor: str,
    policy: OversightPolicy,
    features: FeatureStore,
    decisions: DecisionBook,
    register: GovernanceRegister,
    directory: Directory,
    audit: AuditLog,
    clock: Clock,
    prediction_id: str | None,
) -> Decision:
    now = clock.now()
    wanted, words = checked_action(action), checked_reason(reason)
    if features.get(token) is None:
        raise UnknownEmployee(token)
    events = [event for one in directory.known_as(token) for event in audit.events(subject=one)]
    view = view_before(events, actor, at=now, policy=policy)
    earlier = decisions.latest_by(actor, max(policy.copies_among, policy.bulk_decisions))
    recent = earlier[-policy.copies_among :] if policy.copies_among > 0 else []
    check_own_words(words, recent, token=token, action=wanted, policy=policy)
    trainings = register.entries(OverseerTraining, subject=actor)
    is_trained = any(entry.record.is_valid_at(now) for entry in trainings)
    if policy.require_training and not is_trained:
        raise DeciderRefused(
            "Deciding about people needs valid training, and none is on file for you. Ask for it; "
            "`stayline oversight train SUBJECT --course ... --until ...` puts it on file."
        )
    if prediction_id is not None and not any(
        event.kind is AuditEventKind.EMPLOYEE_SCORED
        and event.details.get("prediction_id") == prediction_id
        for event in events
    ):
        raise DecisionRefused(
            "prediction_id",
            "No prediction of that id was made for this employee. Leave it out, or copy it from "
            "the answer that the decision is about.",
        )
    return Decision(
        decision_id=str(uuid4()),
        token=token,
        action=wanted,
        reason=words,
        decided_by=actor,
        decided_at=now,
        prediction_id=prediction_id,
        viewed_at=view.at,
        seen_band=view.band,
        is_bulk=is_bulk(earlier, at=now, policy=policy),
        is_trained=is_trained,
    )


def _event(decision: Decision) -> AuditEvent:
    viewed = decision.viewed_at
    return AuditEvent(
        AuditEventKind.DECISION_RECORDED,
        actor=decision.decided_by,
        subject=decision.token,
        at=decision.decided_at,
        details={
            "decision_id": decision.decision_id,
            "action": decision.action.value,
            "prediction_id": decision.prediction_id,
            "viewed_at": None if viewed is None else viewed.isoformat(),
            "seen_band": decision.seen_band,
            "is_bulk": decision.is_bulk,
            "is_trained": decision.is_trained,
        },
    )

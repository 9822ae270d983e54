"""Write down what a person decided about a score, and why."""

from uuid import NAMESPACE_OID, uuid4, uuid5

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
    sent_as: str | None = None,
) -> Decision:
    """Return the kept decision, which is the caller's own.

    ``prediction_id``, when given, must be of a score of this very person. ``sent_as`` names one
    sending: the same decision sent again under the same name is recorded, and audited, once.
    Raises `DeciderRefused` for a program, or for somebody untrained where the policy asks for
    training; `DecisionRefused` for an action off the allow-list, a reason that says nothing or
    repeats an earlier one, a decision without a look at score and reasons before it, a foreign
    prediction, or other words under the name of an earlier sending; and `UnknownEmployee`.
    """
    actor = caller.subject
    try:
        if not caller.is_human:
            raise DeciderRefused("Only a person decides about people; a program may not.")
        decision_id = _id_of(sent_as, token, actor)
        if sent_as is not None and (kept := _kept(decision_id, token, decisions)):
            return _sent_again(kept, action=action, reason=reason)
        decision = _decided(
            token, action=action, reason=reason, actor=actor, policy=policy, features=features,
            decisions=decisions, register=register, directory=directory, audit=audit, clock=clock,
            prediction_id=prediction_id, decision_id=decision_id,
        )  # fmt: skip
    except (DeciderRefused, DecisionRefused, UnknownEmployee) as refusal:
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=clock.now()))
        raise
    if not decisions.add(decision):  # the same sending, at this very moment
        kept = _kept(decision_id, token, decisions)
        return _sent_again(kept or decision, action=action, reason=reason)
    audit.append(_event(decision))
    return decision


def _id_of(sent_as: str | None, token: EmployeeToken, actor: str) -> str:
    """Return an id of its own; of one sending, person and decider always the same one."""
    if sent_as is None:
        return str(uuid4())
    return str(uuid5(NAMESPACE_OID, "\n".join((token, actor, sent_as))))


def _kept(decision_id: str, token: EmployeeToken, decisions: DecisionBook) -> Decision | None:
    of_person = decisions.decisions(token)
    return next((one for one in of_person if one.decision_id == decision_id), None)


def _sent_again(kept: Decision, *, action: str, reason: str) -> Decision:
    """Return what is kept of a sending, or raise where it says something else this time."""
    if (kept.action.value, kept.reason) != (action, " ".join(reason.split())):
        raise DecisionRefused(
            "employee_id",
            f"This form was sent before, and a decision was recorded at {kept.decided_at:%H:%M} "
            "UTC. Open the person's page again to record another one.",
        )
    return kept


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
    decision_id: str,
) -> Decision:
    now = clock.now()
    wanted, words = checked_action(action), checked_reason(reason)
    if features.get(token) is None:
        raise UnknownEmployee(token)
    events = [event for one in directory.known_as(token) for event in audit.events(subject=one)]
    view = view_before(events, actor, at=now, policy=policy)
    own = decisions.latest_by(actor, max(policy.copies_among, policy.bulk_decisions))
    earlier = [one for one in own if one.decision_id != decision_id]
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
        decision_id=decision_id,
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

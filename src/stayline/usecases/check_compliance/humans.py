"""Gather who decided what, after seeing what."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from stayline.domain.alert_policy import Band
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.compliance.areas.human_records import (
    ActionTaken,
    Drilled,
    HrEventSeen,
    HumanEvidence,
    ScoreView,
)
from stayline.domain.compliance.areas.humans import HumanParameters
from stayline.domain.compliance.verdicts import Window
from stayline.domain.decisions import MINIMUM_REASON, Decision, checked_reason
from stayline.domain.register.accountability import Document
from stayline.domain.register.oversight import HrEvent, OverseerTraining, StopDrill
from stayline.domain.register.words import without_words
from stayline.errors import DecisionRefused
from stayline.ports.audit_log import AuditLog
from stayline.ports.decision_book import DecisionBook
from stayline.ports.governance_register import GovernanceRegister
from stayline.usecases.check_compliance.trail import BEGINNING, trail

SEEN_SINCE = timedelta(days=31)
"""How long before the window a view may be that a decision in it goes by."""
REVIEW_OF_PERSON, REVIEW_OF_HR_EVENT = "oversight_review:", "hr_event_review:"
"""What the documents are called that show a review: of somebody's decisions, of an HR event."""
_KEYS = (AuditEventKind.API_KEY_CREATED, AuditEventKind.ACCESS_KEY_CREATED)
_VIEWED, _SCORED = (AuditEventKind.EMPLOYEE_VIEWED,), (AuditEventKind.EMPLOYEE_SCORED,)


def gather_humans(
    window: Window,
    *,
    parameters: HumanParameters,
    decisions: DecisionBook,
    register: GovernanceRegister,
    audit: AuditLog,
) -> HumanEvidence:
    """Return the evidence of area HUM, without the words of any reason."""
    actions = tuple(map(_action, decisions.between(window.since, window.until)))
    reviews = {
        entry.record.subject
        for entry in register.entries(Document)
        if window.since.date() <= entry.record.dated_on <= window.until.date()
    }
    hr_events = tuple(
        HrEventSeen(without_words(entry.record), f"{REVIEW_OF_HR_EVENT}{entry.entry_id}" in reviews)
        for entry in register.entries(HrEvent)
        if window.holds(entry.record.happened_at)
    )
    concerned = {one.event.subject for one in hr_events}
    decided = {(one.token, one.actor) for one in actions}
    before = max(SEEN_SINCE, timedelta(days=parameters.hr_event_days))
    views, high_views = list[ScoreView](), list[ScoreView]()
    for event in trail(audit, window.since - before, window.until, _VIEWED):
        if (view := _view(event)) is None:
            continue
        if (view.token, view.actor) in decided:
            views.append(view)
        if view.is_high and view.token in concerned:
            high_views.append(view)
    return HumanEvidence(
        actions=actions,
        programs=tuple(
            sorted({event.subject for event in trail(audit, BEGINNING, window.until, _KEYS)})
        ),
        views=tuple(views),
        training=tuple(entry.record for entry in register.entries(OverseerTraining)),
        reviewed=tuple(
            sorted(
                name.removeprefix(REVIEW_OF_PERSON)
                for name in reviews
                if name.startswith(REVIEW_OF_PERSON)
            )
        ),
        drills=tuple(_drills(window, register, audit)),
        hr_events=hr_events,
        high_views=tuple(high_views),
    )


def _action(decision: Decision) -> ActionTaken:
    tidy = " ".join(decision.reason.split())
    return ActionTaken(
        decision_id=decision.decision_id,
        token=decision.token,
        action=decision.action.value,
        actor=decision.decided_by,
        at=decision.decided_at,
        reason_length=len(tidy),
        is_template=len(tidy) >= MINIMUM_REASON and _reads_like_a_template(tidy),
        reason_digest=hashlib.sha256(tidy.casefold().encode()).hexdigest()[:16],
        is_bulk=decision.is_bulk,
    )


def _reads_like_a_template(reason: str) -> bool:
    try:
        checked_reason(reason)
    except DecisionRefused:
        return True
    return False


def _view(event: AuditEvent) -> ScoreView | None:
    """Return what was seen; None where no score was shown."""
    details = event.details
    if not details.get("shown_score"):
        return None
    return ScoreView(
        event.subject,
        event.actor,
        event.at,
        has_reasons=bool(details.get("shown_reasons", True)),
        is_high=details.get("band") == Band.HIGH.value,
    )


def _drills(window: Window, register: GovernanceRegister, audit: AuditLog) -> Iterator[Drilled]:
    """Yield the drills of the window, each with the scores that the audit log has of its time."""
    drills = [entry.record for entry in register.entries(StopDrill)]
    held: Sequence[StopDrill] = [one for one in drills if window.holds(one.stopped_at)]
    for drill in held:
        scored = trail(audit, drill.refused_from, drill.resumed_at, _SCORED)
        yield Drilled(drill, sum(1 for _ in scored))

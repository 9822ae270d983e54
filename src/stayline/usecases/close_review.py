"""Close a review of somebody's decisions, with what the look found."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.register.oversight import OversightReview
from stayline.domain.scoring_rules import checked_why
from stayline.errors import UnknownReview
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.governance_register import Entry, GovernanceRegister


def close_review(
    review_id: str,
    *,
    outcome: str,
    by: str,
    register: GovernanceRegister,
    audit: AuditLog,
    clock: Clock,
) -> Entry[OversightReview]:
    """Return the closed review with what the look found; raises `UnknownReview` and
    `DecisionRefused`.
    """
    now, words = clock.now(), checked_why(outcome)
    found = {entry.entry_id: entry.record for entry in register.entries(OversightReview)}
    review = found.get(review_id)
    if review is None or review.closed_at is not None:
        raise UnknownReview(review_id)
    closed = OversightReview(review.subject, review.found, review.opened_at, now, words)
    entry = Entry(review_id, closed, now, by)
    register.add([entry])
    audit.append(
        AuditEvent(
            AuditEventKind.REGISTER_ENTRY_ADDED,
            actor=by,
            subject=review_id,
            at=now,
            details={"kind": "OversightReview", "decider": review.subject, "closed": True},
        )
    )
    return entry

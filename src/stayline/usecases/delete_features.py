"""Erase what is known of one person, for good."""

from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import RecordRefused
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.score_board import ScoreBoard


def delete_features(
    token: EmployeeToken,
    *,
    event_time: datetime,
    features: FeatureStore,
    scores: ScoreBoard,
    outcomes: OutcomeBook,
    answers: AnswerBook,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> int:
    """Return how many facts went, of features and outcomes, now and ever.

    The kept score goes, too, every answer kept for later, and what became known of the person
    since.

    Raises `RecordRefused` when the newest record is not older than ``event_time``: whoever asks has
    not seen it.
    """
    now = clock.now()
    record = features.get(token)
    if record is not None and record.event_time >= event_time:
        refusal = RecordRefused("The event time must be later than that of the stored record.")
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=now))
        raise refusal
    gone = features.erase(token)
    scores.erase(token)
    outcomes.erase([token])
    answers.erase([token])
    audit.append(
        AuditEvent(
            AuditEventKind.FEATURES_ERASED,
            actor=actor,
            subject=token,
            at=now,
            details={"facts": gone},
        )
    )
    return gone

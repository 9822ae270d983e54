"""Erase what is known of one person, for good."""

from collections.abc import Iterator
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import RecordRefused
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.directory import Directory
from stayline.ports.feature_store import FeatureStore
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.score_board import ScoreBoard


def delete_features(
    token: EmployeeToken,
    *,
    event_time: datetime,
    features: FeatureStore,
    directory: Directory,
    scores: ScoreBoard,
    outcomes: OutcomeBook,
    answers: AnswerBook,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> int:
    """Return how many facts went, of features and outcomes, now and ever.

    Under whichever token: one that waited for a rotation of the token key ends with the new one.
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
    gone = 0
    for one in _every_token(token, directory):
        gone += features.erase(one)
        scores.erase(one)
        outcomes.erase([one])
        answers.erase([one])
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


def _every_token(token: EmployeeToken, directory: Directory) -> Iterator[EmployeeToken]:
    """Yield each token of a person once; tokens that come to be known meanwhile are the last."""
    told = set[EmployeeToken]()
    while due := [one for one in (token, *directory.known_as(token)) if one not in told]:
        told.add(due[0])
        yield due[0]

"""Let a person step out of scoring, and back in."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.opt_out import OptOutRequest
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import RequestRefused, UnknownEmployee
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.score_board import ScoreBoard

AS_USUAL = OptOutRequest()


@dataclass(frozen=True, slots=True)
class OptOutState:
    """Whether a person is out of scoring, and since when."""

    has_opted_out: bool
    since: datetime | None


def set_opt_out(
    token: EmployeeToken,
    has_opted_out: bool,
    *,
    features: FeatureStore,
    scores: ScoreBoard,
    opt_outs: OptOutList,
    answers: AnswerBook,
    outcomes: OutcomeBook,
    audit: AuditLog,
    clock: Clock,
    actor: str,
    request: OptOutRequest | None = None,
    ends_all: bool = False,
) -> OptOutState:
    """Return the state from now on; asking for the state that already holds changes nothing.

    ``request`` says more of what was asked: an opt-out or an objection, how it came in, in whose
    words, and since when. Without it stepping out is an opt-out of now, and stepping in ends
    everything that stands; with it only what is of its kind ends, so that scoring may stay barred,
    unless it ``ends_all``.

    An opt-out bars scoring before the kept score goes, so that none can come back; the answers kept
    for later and what became known of the person go, too. The person's words are in no audit event.
    Raises `UnknownEmployee`, since a mistyped id must not look like a success, and `RequestRefused`
    for an instant that is yet to come.
    """
    asked, now = request or AS_USUAL, clock.now()
    try:
        if features.get(token) is None and not opt_outs.intervals(token):
            raise UnknownEmployee(token)
        since = asked.since(now)
    except (UnknownEmployee, RequestRefused) as refusal:
        kind = AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=now))
        raise
    before, ends_all = opt_outs.intervals(token), ends_all or request is None
    if has_opted_out:
        opt_outs.opt_out(
            token,
            at=since,
            kind=asked.kind,
            channel=asked.channel,
            reason=asked.reason,
            recorded_at=now,
        )
        scores.erase(token)
        answers.erase([token])
        outcomes.erase([token])
    else:
        opt_outs.opt_in(token, at=now, kind=None if ends_all else asked.kind)
    after = opt_outs.intervals(token)
    audit.append(
        AuditEvent(
            AuditEventKind.OPTED_OUT if has_opted_out else AuditEventKind.OPTED_IN,
            actor=actor,
            subject=token,
            at=now,
            details={
                "changed": before != after,
                "kind": "all" if ends_all and not has_opted_out else asked.kind.value,
                "channel": asked.channel.value,
                **({"since": since.isoformat()} if has_opted_out else {}),
            },
        )
    )
    barred_since = [out.since for out in after if out.covers(now)]
    return OptOutState(bool(barred_since), min(barred_since, default=None))

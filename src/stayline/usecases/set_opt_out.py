"""Let a person step out of scoring, and back in."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind, refused
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import UnknownEmployee
from stayline.ports.answer_book import AnswerBook
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.outcome_book import OutcomeBook
from stayline.ports.score_board import ScoreBoard


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
) -> OptOutState:
    """Return the state from now on; asking for the state that already holds changes nothing.

    An opt-out bars scoring before the kept score goes, so that none can come back; the answers kept
    for later and what became known of the person go, too. Raises `UnknownEmployee`,
    since a mistyped id must not look like a success.
    """
    if features.get(token) is None and not opt_outs.intervals(token):
        refusal, kind = UnknownEmployee(token), AuditEventKind.REQUEST_REFUSED
        audit.append(refused(kind, refusal, actor=actor, subject=token, at=clock.now()))
        raise refusal
    now = clock.now()
    before = opt_outs.is_opted_out(token, at=now)
    since = None
    if has_opted_out:
        since = opt_outs.opt_out(token, at=now).since
        scores.erase(token)
        answers.erase([token])
        outcomes.erase([token])
    else:
        opt_outs.opt_in(token, at=now)
    audit.append(
        AuditEvent(
            AuditEventKind.OPTED_OUT if has_opted_out else AuditEventKind.OPTED_IN,
            actor=actor,
            subject=token,
            at=now,
            details={"changed": before is not has_opted_out},
        )
    )
    return OptOutState(has_opted_out, since)

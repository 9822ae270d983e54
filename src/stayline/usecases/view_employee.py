"""Show one person's last score with its reasons, and what people made of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.decisions import Decision
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import HasOptedOut, NothingDeployed, UnknownEmployee
from stayline.ports.audit_log import AuditLog
from stayline.ports.clock import Clock
from stayline.ports.decision_book import DecisionBook
from stayline.ports.feature_store import FeatureStore
from stayline.ports.opt_out_list import OptOutList
from stayline.ports.score_board import BoardEntry, ScoreBoard


@dataclass(frozen=True, slots=True)
class EmployeeView:
    """What may be shown of a person; no score of someone who opted out."""

    score: BoardEntry | None
    has_opted_out: bool
    opted_out_since: datetime | None
    decisions: list[Decision]


def view_employee(
    token: EmployeeToken,
    *,
    score_now: Callable[[], object],
    features: FeatureStore,
    scores: ScoreBoard,
    decisions: DecisionBook,
    opt_outs: OptOutList,
    audit: AuditLog,
    clock: Clock,
    actor: str,
) -> EmployeeView:
    """Return the view, which is itself an audited event.

    ``score_now`` puts a fresh score on the board; it is called where none with reasons is kept, and
    need not succeed. Raises `UnknownEmployee` when nothing is known of the person.
    """
    is_known = features.get(token) is not None
    taken = decisions.decisions(token)
    if not is_known and not taken and not opt_outs.intervals(token):
        raise UnknownEmployee(token)
    if is_known and not _has_reasons(scores.find(token)):
        with suppress(NothingDeployed, HasOptedOut):
            score_now()
    now = clock.now()
    since = next((out.since for out in opt_outs.intervals(token) if out.covers(now)), None)
    view = EmployeeView(
        score=scores.find(token) if since is None else None,
        has_opted_out=since is not None,
        opted_out_since=since,
        decisions=taken,
    )
    audit.append(
        AuditEvent(
            AuditEventKind.EMPLOYEE_VIEWED,
            actor=actor,
            subject=token,
            at=now,
            details={"shown_score": view.score is not None, "decisions": len(taken)},
        )
    )
    return view


def _has_reasons(entry: BoardEntry | None) -> bool:
    return entry is not None and bool(entry.reasons)

"""What people, rules and deployments did with a version, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.usecases.review_model import ModelReview

_DONE = {
    AuditEventKind.MODEL_REGISTERED: "registered",
    AuditEventKind.MODEL_APPROVED: "approved",
    AuditEventKind.MODEL_REJECTED: "rejected",
    AuditEventKind.DEPLOYMENT_STARTED: "deployment began",
    AuditEventKind.DEPLOYMENT_REFUSED: "deployment refused",
    AuditEventKind.DEPLOYMENT_ROLLED_BACK: "deployment rolled back",
    AuditEventKind.MODEL_DEPLOYED: "deployed",
    AuditEventKind.MODEL_ROLLED_BACK: "rolled back",
}
_DECIDED = frozenset({AuditEventKind.MODEL_APPROVED, AuditEventKind.MODEL_REJECTED})


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that was done with a version: when, what, by whom, why, and what was seen."""

    at: datetime
    what: str
    by: str
    why: str
    seen: str


def log_lines(review: ModelReview) -> list[LogLine]:
    """Return the log of a version in words, newest first."""
    return [_line(event, review) for event in review.log][::-1]


def _line(event: AuditEvent, review: ModelReview) -> LogLine:
    what = _DONE[event.kind]
    if event.kind is AuditEventKind.MODEL_ROLLED_BACK:
        what = f"rolled back to version {event.details.get('to_version')}"
    if event.details.get("is_stand_in"):
        what += ", by a stand-in"
    why = event.details.get("reason") or ""
    if event.kind in _DECIDED:
        why = review.package.reason or ""
    return LogLine(event.at, what, event.actor, str(why), "; ".join(_seen(event)))


def _seen(event: AuditEvent) -> Iterator[str]:
    details = event.details
    if execution := details.get("execution"):
        yield f"pipeline execution {execution}"
    for begin, where in (("shadow", "in the shadow"), ("trial", "on trial")):
        if pairs := details.get(f"{begin}_pairs"):
            changed = details[f"{begin}_bands_changed"]
            yield f"{where} both versions answered {pairs:,} rows, {changed:,} in another band"
    if details.get("is_without_evidence"):
        yield "no row was answered by both versions"

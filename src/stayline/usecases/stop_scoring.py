"""Stop all scoring, at once and everywhere, until somebody resumes it."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.scoring_rules import Rule, RuleChange, checked_why
from stayline.errors import NotStopped
from stayline.ports.clock import Clock
from stayline.ports.scoring_control import ScoringControl

SUBJECT = "scoring"
"""What the audit log calls the whole of scoring."""


def stop_scoring(*, reason: str, by: str, control: ScoringControl, clock: Clock) -> RuleChange:
    """Return the stop, which holds in every process within a second and survives restarts.

    Raises `NotStopped` where scoring is stopped already, and `DecisionRefused` for hardly a reason.
    """
    why = checked_why(reason)
    stop = RuleChange(Rule.STOP, is_in_force=True, at=clock.now(), by=by, reason=why)
    if not control.change(stop, _event(stop)):
        raise NotStopped(is_stopped=True)
    return stop


def _event(stop: RuleChange) -> AuditEvent:
    return AuditEvent(AuditEventKind.SCORING_STOPPED, stop.by, SUBJECT, stop.at, {"drill": False})

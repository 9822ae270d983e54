"""Let scoring go on after somebody stopped it."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.scoring_rules import Rule, RuleChange, checked_why
from stayline.errors import NotStopped
from stayline.ports.clock import Clock
from stayline.ports.scoring_control import ScoringControl

SUBJECT = "scoring"
"""What the audit log calls the whole of scoring."""


def resume_scoring(*, reason: str, by: str, control: ScoringControl, clock: Clock) -> RuleChange:
    """Return the end of the stop.

    Whoever stopped may resume: a stop must cost nobody an effort to undo, or it will not be used.
    Raises `NotStopped` where scoring is not stopped, and `DecisionRefused` for hardly a reason.
    """
    why = checked_why(reason)
    before = control.state().stop
    if before is None or not before.is_in_force:
        raise NotStopped(is_stopped=False)
    end = RuleChange(Rule.STOP, is_in_force=False, at=clock.now(), by=by, reason=why)
    stopped_s = (end.at - before.at).total_seconds()
    event = AuditEvent(
        AuditEventKind.SCORING_RESUMED,
        actor=by,
        subject=SUBJECT,
        at=end.at,
        details={"stopped_by": before.by, "stopped_s": round(stopped_s, 3)},
    )
    if not control.change(end, event):
        raise NotStopped(is_stopped=False)
    return end

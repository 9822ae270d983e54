"""End a pilot: everybody may be scored."""

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.scoring_rules import Rule, RuleChange, checked_why
from stayline.errors import NoPilot
from stayline.ports.clock import Clock
from stayline.ports.scoring_control import ScoringControl

SUBJECT = "pilot"


def end_pilot(*, reason: str, by: str, control: ScoringControl, clock: Clock) -> RuleChange:
    """Return the end of the pilot: everybody may be scored from now on.

    Raises `NoPilot` and `DecisionRefused`.
    """
    end = RuleChange(Rule.PILOT, False, clock.now(), by, checked_why(reason))
    event = AuditEvent(AuditEventKind.PILOT_ENDED, by, SUBJECT, end.at, {})
    if not control.change(end, event):
        raise NoPilot
    return end

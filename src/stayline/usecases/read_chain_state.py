"""Tell when the audit log was last found whole, without looking through it again."""

from dataclasses import dataclass

from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.audit_trail import TrailWish
from stayline.ports.audit_log import AuditLog


@dataclass(frozen=True, slots=True)
class ChainState:
    """How many events there are, and the newest event of each kind of look at all of them.

    A checkpoint is signed only after the whole chain and the checkpoint before were found to hold.
    """

    events: int
    signed: AuditEvent | None
    verified: AuditEvent | None

    @property
    def anchored(self) -> int:
        """Up to which event nothing can be cut off unseen."""
        return _number(self.signed, "position")

    @property
    def problems(self) -> int:
        """How many breaks the last verification found."""
        return _number(self.verified, "problems")

    @property
    def is_broken(self) -> bool:
        """Whether the last verification found a break, and no checkpoint was signed since."""
        if self.problems == 0 or self.verified is None:
            return False
        return self.signed is None or self.signed.at <= self.verified.at


def read_chain_state(*, audit: AuditLog) -> ChainState:
    """Return what the log says of itself: a walk along millions of events is no part of a page."""
    newest = audit.trail(TrailWish(), limit=1).events
    return ChainState(
        newest[0].position if newest else 0,
        _newest(audit, AuditEventKind.CHECKPOINT_SIGNED),
        _newest(audit, AuditEventKind.AUDIT_LOG_VERIFIED),
    )


def _newest(audit: AuditLog, kind: AuditEventKind) -> AuditEvent | None:
    return next(iter(audit.between(kinds={kind}, limit=1)), None)


def _number(event: AuditEvent | None, name: str) -> int:
    value = None if event is None else event.details.get(name)
    return value if isinstance(value, int) else 0

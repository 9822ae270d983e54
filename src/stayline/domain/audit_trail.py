"""The audit log as somebody looks through it: a page at a time, the newest first."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.audit_events import AuditEvent, AuditEventKind


@dataclass(frozen=True, slots=True)
class TrailWish:
    """Which events are looked for: ``since <= at < until``; None leaves a bound or filter out.

    ``subjects`` are all the names of one: a person has a token under each token key.
    """

    kind: AuditEventKind | None = None
    subjects: tuple[str, ...] | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == TrailWish()


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """An event and its position in the chain, which counts from 1."""

    position: int
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some events, newest first, and before which position to go on; None at the log's begin."""

    events: tuple[PlacedEvent, ...]
    older: int | None

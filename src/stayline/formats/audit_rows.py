"""Audit events as they are kept and hashed, and the rules of the chain they make."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from stayline.domain.audit_chain import CHAIN_START, ChainCheck
from stayline.domain.audit_events import AuditEvent, AuditEventKind

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DETAILS = msgspec.json.Decoder(Mapping[str, str | int | float | bool | None])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class EventRow(NamedTuple):
    """An event as it is kept and hashed; ``at`` in microseconds, ``details`` is JSON text."""

    kind: str
    actor: str
    subject: str
    at: int
    details: str


def event_row(event: AuditEvent) -> EventRow:
    """Return an event as it is kept."""
    details = _ENCODER.encode(event.details).decode()
    return EventRow(event.kind.value, event.actor, event.subject, row_time(event.at), details)


def event_of(row: EventRow) -> AuditEvent:
    """Return the event of a row; raises ValueError for what is none."""
    try:
        return AuditEvent(
            AuditEventKind(row.kind),
            row.actor,
            row.subject,
            _EPOCH + row.at * _MICROSECOND,
            _DETAILS.decode(row.details),
        )
    except (OverflowError, msgspec.MsgspecError):
        raise ValueError("no event of a known form") from None


def row_time(at: datetime) -> int:
    """Return an aware instant as rows hold it."""
    return (at - _EPOCH) // _MICROSECOND


def link(before: str, position: int, row: Sequence[object]) -> str:
    """Return the hash of a row and the link before it."""
    content = before.encode() + _ENCODER.encode([position, *row])
    return hashlib.sha256(content).hexdigest()


def linked(
    position: int, before: str, rows: Iterable[EventRow]
) -> Iterator[tuple[int, EventRow, str]]:
    """Yield rows with their positions and links, the first behind that position and link."""
    for row in rows:
        position += 1
        before = link(before, position, row)
        yield position, row, before


class ChainWalk:
    """Takes a chain's rows in turn, checks each link, and counts times that go back."""

    def __init__(self, at: Collection[int]) -> None:
        """Keep the links at these positions, too; 0 is before the first event."""
        self._wanted = frozenset(at)
        self._links = {0: CHAIN_START} if 0 in self._wanted else {}
        self._time = self._reversals = self._furthest = 0
        self.position, self.head = 0, CHAIN_START
        self.problem: str | None = None

    def take(self, position: int, row: Sequence[object], linked_by: str, at: int) -> bool:
        """Go one event on; return whether the chain is whole so far."""
        expected = self.position + 1
        if position != expected:
            self.problem = f"audit event {expected} is missing"
        elif linked_by != link(self.head, expected, row):
            self.problem = f"audit event {expected} was altered or does not follow the one before"
        else:
            self.position, self.head = expected, linked_by
            if at < self._time:
                self._reversals += 1
                self._furthest = max(self._furthest, self._time - at)
            self._time = at
            if expected in self._wanted:
                self._links[expected] = linked_by
        return self.problem is None

    def found(self) -> ChainCheck:
        """Return how far the chain is whole."""
        return ChainCheck(
            self.position,
            self.head,
            () if self.problem is None else (self.problem,),
            self._links,
            self._reversals,
            self._furthest * _MICROSECOND,
        )

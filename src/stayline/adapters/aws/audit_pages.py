"""Pages of the audit log in DynamoDB, from blocks read newest first."""

from collections.abc import Iterator
from dataclasses import replace

from stayline.adapters.aws.audit_blocks import Head
from stayline.adapters.aws.audit_chain import AuditChain
from stayline.adapters.aws.audit_reading import Wanted, blocks_of
from stayline.domain.audit_events import AuditEvent
from stayline.domain.audit_trail import PlacedEvent, TrailPage, TrailWish
from stayline.errors import StoreDamaged
from stayline.formats.audit_rows import EventRow, event_of, row_time

_LOOKED_AT = 100_000


def page_before(chain: AuditChain, wish: TrailWish, before: int | None, limit: int) -> TrailPage:
    """Return the newest events before a position; several subjects are read one after another."""
    head = chain.head()
    if before is not None:
        head = replace(head, position=min(head.position, before - 1))
    wanted = Wanted(
        None if wish.since is None else row_time(wish.since),
        None if wish.until is None else row_time(wish.until),
        None if wish.kind is None else frozenset({wish.kind.value}),
        None,
        wish.actor,
    )
    if wish.subjects is None:
        return _page(chain, head, wanted, limit)
    found = sorted(
        (
            one
            for subject in dict.fromkeys(wish.subjects)
            for one in _page(chain, head, replace(wanted, subject=subject), limit).events
        ),
        key=lambda one: -one.position,
    )
    events = tuple(found[:limit])
    return TrailPage(events, events[-1].position if len(events) == limit else None)


def _page(chain: AuditChain, head: Head, wanted: Wanted, limit: int) -> TrailPage:
    lowest = head.position - _LOOKED_AT if wanted.subject is None else 0
    events: list[PlacedEvent] = []
    for start, rows in _blocks(chain, head, wanted):
        for position, row in rows:
            if wanted.takes(row):
                events.append(PlacedEvent(position, _event(row)))
            if len(events) == limit:
                return TrailPage(tuple(events), position if position > 1 else None)
        if 1 < start <= lowest:
            return TrailPage(tuple(events), start)
    return TrailPage(tuple(events), None)


def _blocks(
    chain: AuditChain, head: Head, wanted: Wanted
) -> Iterator[tuple[int, list[tuple[int, EventRow]]]]:
    """Yield each block's begin and its rows up to the head with their positions, newest first."""
    for start, block in blocks_of(chain, head, wanted, first=1, newest_first=True):
        rows = [
            (position, one.row)
            for position, one in enumerate(block, start)
            if position <= head.position
        ]
        yield start, rows[::-1]


def _event(row: EventRow) -> AuditEvent:
    try:
        return event_of(row)
    except ValueError as error:
        raise StoreDamaged("The audit log", "it holds an event of no known form.") from error

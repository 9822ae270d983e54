"""The audit log in DynamoDB, chained by hash."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import msgspec

from stayline.adapters.aws.audit_blocks import LARGEST_BLOCK, Waiting
from stayline.adapters.aws.audit_chain import AuditChain
from stayline.adapters.aws.audit_outbox import OUTBOX
from stayline.adapters.aws.audit_pages import page_before
from stayline.adapters.aws.audit_reading import Wanted, matching, walk
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Write
from stayline.domain.audit_chain import ChainCheck
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.audit_trail import TrailPage, TrailWish
from stayline.errors import StoreDamaged
from stayline.formats.audit_rows import row_time

_ITEMS_A_NOTE = 15


class DynamoAuditLog:
    """Keeps events in an outbox, and moves them from there into the chain; see `AuditChain`.

    An event survives, and every reader sees it, once it is in the outbox: whoever reads or appends
    empties that first. So nobody who notes waits for the head, and many may append at once. What
    waits joins in the order of its times; events of one instant that different processes noted have
    no order. A changed, inserted or removed event breaks the chain; removing the newest together
    with their place in the head leaves a shorter chain that is whole, and only a checkpoint shows
    that.
    """

    CALLS = frozenset(
        {
            "dynamodb.batch_write_item",
            "dynamodb.get_item",
            "dynamodb.put_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._chain = AuditChain(clients)
        self._numbers = count()

    def append(self, event: AuditEvent) -> None:
        """Add one event behind all that were noted before; killed halfway, it waits or is not."""
        self._chain.drain()
        self.note([event])
        self._chain.drain()

    def note(self, events: Sequence[AuditEvent]) -> None:
        """Keep events in the outbox: one item or, of very many, one transaction.

        Raises ValueError for more than three megabytes of them, some 10,000.
        """
        items = [self._outbox_item(some) for some in _parts(events)]
        if len(items) > _ITEMS_A_NOTE:
            raise ValueError("these are too many audit events to note at once")
        if len(items) == 1:
            self._chain.outbox.put(items[0])
        else:
            self._chain.outbox.write([Write(item.partition, item.place, item) for item in items])

    def events(
        self, *, subject: str | None = None, limit: int | None = None
    ) -> Sequence[AuditEvent]:
        """Return events, oldest first; with ``limit`` only the newest that many."""
        self._chain.drain()
        return list(matching(self._chain, Wanted(subject=subject), limit))

    def between(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        kinds: Collection[AuditEventKind] | None = None,
        subject: str | None = None,
        actor: str | None = None,
        limit: int | None = None,
    ) -> Iterator[AuditEvent]:
        """Yield events of a half-open interval, oldest first, a page of blocks in memory."""
        self._chain.drain()
        wanted = Wanted(
            None if since is None else row_time(since),
            None if until is None else row_time(until),
            None if kinds is None else frozenset(kind.value for kind in kinds),
            subject,
            actor,
        )
        yield from matching(self._chain, wanted, limit)

    def trail(self, wish: TrailWish, *, before: int | None = None, limit: int = 50) -> TrailPage:
        """Return a page of the newest events before a position."""
        self._chain.drain()
        return page_before(self._chain, wish, before, limit)

    def check(
        self,
        at: Collection[int] = (),
        *,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> ChainCheck:
        """Walk the whole chain up to its first broken link, and tell what cannot join it."""
        stuck: tuple[str, ...] = ()
        try:
            self._chain.drain()
        except StoreDamaged as damaged:
            stuck = (str(damaged),)
        found = walk(self._chain, at, progress)
        return replace(found, problems=(*stuck, *found.problems))

    def problems(self) -> list[str]:
        """Return the first broken link of the chain, or what cannot join it."""
        return list(self.check().problems)

    def close(self) -> None:
        """Move what was noted into the chain."""
        self._chain.drain()

    def _outbox_item(self, events: Waiting) -> Item[Waiting]:
        first = events if isinstance(events, AuditEvent) else events[0]
        name = f"{next(self._numbers):08x}{uuid4().hex[8:]}"  # in the order of noting
        return Item(OUTBOX, f"{first.at.astimezone(UTC).isoformat()}#{name}", events)


def _parts(events: Sequence[AuditEvent]) -> Iterator[Waiting]:
    """Yield events as items hold them: one, or a few that are small enough together."""
    part: list[AuditEvent] = []
    size = 0
    for event in events:
        length = len(msgspec.json.encode(event))
        if part and size + length > LARGEST_BLOCK:
            yield tuple(part)
            part, size = [], 0
        part.append(event)
        size += length
    if part:
        yield part[0] if len(part) == 1 else tuple(part)

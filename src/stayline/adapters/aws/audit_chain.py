"""The chain of audit events in DynamoDB: blocks of events, and a head that moves with them."""

import time
from collections.abc import Iterator, Sequence

import msgspec

from stayline.adapters.aws.audit_blocks import (
    Block,
    Head,
    Span,
    Waiting,
    blocks_behind,
    events_of,
    moved_head,
    partition_about,
    partition_name,
    partition_of,
    place_of,
)
from stayline.adapters.aws.audit_outbox import OUTBOX
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table, Write
from stayline.errors import StoreDamaged, StoreUnavailable
from stayline.formats.audit_rows import event_row

STORE = "the audit log"
LAST = 10**12 - 1
"""No position is greater."""
_HEAD, _SPANS, _ALONE = "audit-head", "audit-spans", " "
_ITEMS_A_MOVE, _BYTES_A_MOVE = 80, 1_000_000
_TRIES, _WAIT_S = 40, 0.02


class AuditChain:
    """Keeps blocks of events under the position of their first, 10,000 events a partition.

    Blocks, the head and the removal of what waited land in one transaction that holds only where
    the head stands as it was read, before what waits was read: so nobody can fork the chain, and an
    event joins it exactly once, whoever else is at it or is killed.
    """

    def __init__(self, clients: Clients) -> None:
        table, what = clients.resources.state_table, STORE
        self._heads = Table(clients, table, Head, what)
        self._spans = Table(clients, table, Span, what)
        self._blocks: Table[Block] = Table(clients, table, Block, what)
        self._places = Table(clients, table, int, what)
        self.outbox: Table[Waiting] = Table(
            clients,
            table,
            Waiting,  # type: ignore[arg-type]  # msgspec decodes a union, which is no class
            what,
        )

    def head(self) -> Head:
        """Return the head as it stands."""
        return self._heads.get(_HEAD, _ALONE) or Head()

    def drain(self) -> None:
        """Bring into the chain what was noted before this call; raises `StoreDamaged`."""
        head = self.head()
        for attempt in range(_TRIES):
            outdated = self._move_all(head)
            if outdated is None:
                return
            head = self.head()
            if head == outdated:
                raise StoreDamaged("The audit log", "its head stands behind its newest events.")
            time.sleep(_WAIT_S * min(attempt, 10))
        raise StoreUnavailable(STORE, "too many write at once.")

    def spans(self) -> Iterator[tuple[int, Span]]:
        """Yield the partitions there are, in order."""
        for item in self._spans.query(_SPANS):
            yield int(item.place), item.value

    def blocks(
        self, partition: int, *, first: int = 1, last: int, newest_first: bool = False
    ) -> Iterator[tuple[int, Block]]:
        """Yield a partition's blocks that begin at those positions, with where they begin."""
        found = self._blocks.query(
            partition_name(partition),
            first=place_of(first),
            last=place_of(last),
            newest_first=newest_first,
        )
        for item in found:
            yield int(item.place), item.value

    def blocks_about(
        self, subject: str, *, first: int, last: int, newest_first: bool = False
    ) -> Iterator[tuple[int, Block]]:
        """Yield those of these blocks that may hold events of a subject."""
        places = self._places.query(
            partition_about(subject),
            first=place_of(first),
            last=place_of(last),
            newest_first=newest_first,
        )
        for item in places:
            block = self._blocks.get(partition_name(partition_of(item.value)), item.place)
            if block is not None:  # it was pointed at, and then somebody else was faster
                yield item.value, block

    def _move_all(self, head: Head) -> Head | None:
        """Move what waits; return the head that was outdated, where all has to be read anew.

        What waits is read after the head, so that it cannot have joined the chain before.
        """
        for waiting in _batches(self.outbox.query(OUTBOX)):
            moved = self._move(head, waiting)
            if moved is None:
                return head
            head = moved
        return None

    def _move(self, head: Head, waiting: Sequence[Item[Waiting]]) -> Head | None:
        """Put what waits behind the head; return the new one, None where it had moved."""
        rows = [event_row(event) for item in waiting for event in events_of(item.value)]
        moved, spans = head, {}
        blocks = list(blocks_behind(head, rows))
        for item in blocks:
            moved = moved_head(moved, int(item.place), item.value)
            spans[moved.partition] = Span(moved.earliest, moved.latest)
        self._places.put_all(
            Item(about, item.place, int(item.place))
            for item in blocks
            for about in {partition_about(one.row.subject) for one in item.value}
        )
        before = None if head == Head() else head
        new_head = Item(_HEAD, _ALONE, moved)
        writes = [
            Write(_HEAD, _ALONE, new_head, if_new=before is None, if_value=before),
            *(Write(item.partition, item.place, item, if_new=True) for item in blocks),
            *(
                Write(_SPANS, f"{number:08d}", Item(_SPANS, f"{number:08d}", span))
                for number, span in spans.items()
            ),
            *(Write(item.partition, item.place) for item in waiting),
        ]
        return moved if self._heads.write(writes) else None


def _batches(items: Iterator[Item[Waiting]]) -> Iterator[Sequence[Item[Waiting]]]:
    """Yield so many at a time as one transaction takes."""
    batch: list[Item[Waiting]] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(msgspec.json.encode(item.value))
        if len(batch) == _ITEMS_A_MOVE or size > _BYTES_A_MOVE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch

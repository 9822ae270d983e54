"""Read the chain of audit events, one block or page of blocks in memory at a time."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from stayline.adapters.aws.audit_blocks import Block, Head, partition_of
from stayline.adapters.aws.audit_chain import LAST, AuditChain
from stayline.domain.audit_chain import ChainCheck
from stayline.domain.audit_events import AuditEvent
from stayline.errors import StoreDamaged
from stayline.formats.audit_rows import ChainWalk, EventRow, event_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for: ``since <= at < until``; None leaves a bound or filter out."""

    since: int | None = None
    until: int | None = None
    kinds: frozenset[str] | None = None
    subject: str | None = None
    actor: str | None = None

    def takes(self, row: EventRow) -> bool:
        """Whether an event is one of them."""
        return (
            (self.since is None or row.at >= self.since)
            and (self.until is None or row.at < self.until)
            and (self.kinds is None or row.kind in self.kinds)
            and (self.subject is None or row.subject == self.subject)
            and (self.actor is None or row.actor == self.actor)
        )


def matching(chain: AuditChain, wanted: Wanted, limit: int | None) -> Iterator[AuditEvent]:
    """Yield the events that there are now, oldest first; ``limit`` keeps the newest.

    With one, the place of the oldest of them is found out first, from the newest backwards.
    """
    head, start = chain.head(), 1
    block = 1
    if limit is not None:
        start = head.position + 1
        for found in islice(_rows(chain, head, wanted, newest_first=True), limit):
            block, start, _ = found
        if start > head.position:
            return
    for _, position, row in _rows(chain, head, wanted, first=block):
        if position >= start:
            try:
                yield event_of(row)
            except ValueError as error:
                raise StoreDamaged(
                    "The audit log", "it holds an event of no known form."
                ) from error


def walk(
    chain: AuditChain, at: Collection[int], progress: Callable[[int, int], None]
) -> ChainCheck:
    """Check each link in turn up to the head, and that the head is the end."""
    going, head = ChainWalk(at), chain.head()
    for partition in range(head.partition + 1):
        for first, block in chain.blocks(partition, last=max(head.position, 1)):
            for position, (row, link) in enumerate(block, first):
                if not going.take(position, row, link, row.at):
                    return going.found()
        if going.position:
            progress(going.position, max(head.position, going.position))
    if going.position < head.position:
        going.problem = f"audit event {going.position + 1} is missing"
    elif going.head != head.link or _goes_on(chain, head):
        going.problem = f"the head does not stand at the newest event, {going.position}"
    return going.found()


def _goes_on(chain: AuditChain, head: Head) -> bool:
    """Whether there are events behind a head that has not moved meanwhile."""
    behind = [
        chain.blocks(partition, first=head.position + 1, last=LAST)
        for partition in (head.partition, head.partition + 1)
    ]
    return any(next(blocks, None) for blocks in behind) and chain.head() == head


def _rows(
    chain: AuditChain, head: Head, wanted: Wanted, *, first: int = 1, newest_first: bool = False
) -> Iterator[tuple[int, int, EventRow]]:
    """Yield what is wanted of the blocks from one on: where its block begins, its place, itself."""
    if first > head.position or wanted.kinds == frozenset():
        return
    for start, block in blocks_of(chain, head, wanted, first=first, newest_first=newest_first):
        rows = list(enumerate((one.row for one in block), start))
        for position, row in reversed(rows) if newest_first else rows:
            if position <= head.position and wanted.takes(row):
                yield start, position, row


def blocks_of(
    chain: AuditChain, head: Head, wanted: Wanted, *, first: int, newest_first: bool
) -> Iterator[tuple[int, Block]]:
    """Yield blocks that may hold what is wanted: about the subject, or of that time."""
    if wanted.subject is not None:
        yield from chain.blocks_about(
            wanted.subject, first=first, last=head.position, newest_first=newest_first
        )
        return
    partitions = [
        number
        for number, span in chain.spans()
        if number >= partition_of(first)
        and (wanted.since is None or span.latest >= wanted.since)
        and (wanted.until is None or span.earliest < wanted.until)
    ]
    for number in reversed(partitions) if newest_first else partitions:
        yield from chain.blocks(number, first=first, last=head.position, newest_first=newest_first)

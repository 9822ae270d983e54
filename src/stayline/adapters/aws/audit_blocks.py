"""Blocks of audit events as they stand in DynamoDB: what they hold, and where each begins."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec

from stayline.adapters.aws.table import Item
from stayline.domain.audit_chain import CHAIN_START
from stayline.domain.audit_events import AuditEvent
from stayline.formats.audit_rows import EventRow, linked

LARGEST_BLOCK = 200_000
"""Bytes of events in one item, of which DynamoDB takes 400 KB."""
_PARTITION = 10_000


class Linked(NamedTuple):
    """An event and its link in the chain."""

    row: EventRow
    link: str


Block = tuple[Linked, ...]
Waiting = AuditEvent | tuple[AuditEvent, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event's position and link, and the times in the newest partition."""

    position: int = 0
    link: str = CHAIN_START
    partition: int = 0
    earliest: int = 0
    latest: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Between which times the events of a partition were, in microseconds."""

    earliest: int
    latest: int


def moved_head(head: Head, first: int, block: Block) -> Head:
    """Return the head as it stands behind one more block, which begins at position ``first``."""
    partition = partition_of(first)
    times = [one.row.at for one in block]
    if head.position and partition == head.partition:
        times += [head.earliest, head.latest]
    return replace(
        head,
        position=first + len(block) - 1,
        link=block[-1].link,
        partition=partition,
        earliest=min(times),
        latest=max(times),
    )


def blocks_behind(head: Head, rows: Sequence[EventRow]) -> Iterator[Item[Block]]:
    """Yield events behind the head, linked, in as few blocks as have room for them."""
    block: list[Linked] = []
    first, size = head.position + 1, 0
    for position, row, one in linked(head.position, head.link, rows):
        if block and size > LARGEST_BLOCK:
            yield _block(first, block)
            block, first, size = [], position, 0
        block.append(Linked(row, one))
        size += len(msgspec.json.encode(row)) + len(one)
    yield _block(first, block)


def events_of(waiting: Waiting) -> Sequence[AuditEvent]:
    """Return the events of what waits in the outbox."""
    return (waiting,) if isinstance(waiting, AuditEvent) else waiting


def partition_of(first: int) -> int:
    """Return the partition of the block that begins there."""
    return (first - 1) // _PARTITION


def partition_name(number: int) -> str:
    """Return what a partition of blocks is called."""
    return f"audit#{number:08d}"


def place_of(position: int) -> str:
    """Return where a block that begins at this position stands in its partition."""
    return f"{position:012d}"


def partition_about(subject: str) -> str:
    """Return the partition that points at a subject's events: a subject may be long, a key not."""
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()
    return f"audit-about#{digest[:32]}"


def _block(first: int, block: Sequence[Linked]) -> Item[Block]:
    return Item(partition_name(partition_of(first)), place_of(first), tuple(block))

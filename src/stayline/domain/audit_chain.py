"""What a walk along the chain of audit events finds, and the checkpoints it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

CHAIN_START = "0" * 64
"""The link before the first event."""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """How far the chain is whole: ``count`` events up to the link ``head``.

    ``problems`` tell the first broken link in words. ``links`` are those that were asked for, by
    position. A time before that of the event before is no break, since clocks are set back and
    processes hand in their events in turn: ``reversals`` counts them, ``furthest_back`` is the
    largest.
    """

    count: int
    head: str
    problems: tuple[str, ...]
    links: Mapping[int, str]
    reversals: int = 0
    furthest_back: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the chain at one time, signed; a copy is kept where nobody here can write.

    ``position`` is also how many events there were. ``before`` is the digest of the checkpoint
    before, `CHAIN_START` for the first. ``key`` is the SHA-256 of the public key in DER.
    """

    position: int
    link: str
    at: datetime
    before: str
    key: str
    signature: str

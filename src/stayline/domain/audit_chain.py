"""What a walk along the chain of audit events finds, and the checkpoints it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

CHAIN_START = "0" * 64
"""The link before the first event, and the digest before the first checkpoint."""


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

    ``position`` is that of the newest event, and so how many there were; ``link`` is its link.
    ``before`` is the digest of the checkpoint before, `CHAIN_START` for the first. ``key`` is the
    SHA-256 of the public key, ``signature`` is by Ed25519, both in hexadecimal digits.
    """

    position: int
    link: str
    at: datetime
    before: str
    key: str
    signature: str
    digest: str
    """What the next one names: the SHA-256 of this one as it is written down."""


@dataclass(frozen=True, slots=True)
class CheckpointList:
    """Checkpoints whose signature holds, in their order, and what is wrong with the others."""

    checkpoints: tuple[Checkpoint, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """What `stayline audit verify` found.

    ``problems`` are breaks. ``notes`` are worth a look and break nothing. ``checkpoints`` is how
    many were compared, ``anchored`` the position of the newest: what came after it could still be
    cut off unseen.
    """

    count: int
    head: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    reversals: int
    checkpoints: int
    anchored: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is broken."""
        return not self.problems

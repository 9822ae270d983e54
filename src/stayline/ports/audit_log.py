"""What happened, in order, never changed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from stayline.domain.audit_chain import ChainCheck
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.audit_trail import TrailPage, TrailWish

_FIRST_LOOK = 2_000
_LATE = timedelta(hours=1)


class AuditLog(Protocol):
    """Appends events; each is chained by hash to the one before."""

    def append(self, event: AuditEvent) -> None:
        """Add one event at the end of the chain."""
        ...

    def note(self, events: Sequence[AuditEvent]) -> None:
        """Keep events, all or none, that join the chain a moment later.

        On return they survive the end of this process, and whoever reads sees them. For the hot
        path: nobody else's write is waited for. Raises `StoreUnavailable`.
        """
        ...

    def events(
        self, *, subject: str | None = None, limit: int | None = None
    ) -> Sequence[AuditEvent]:
        """Return events, oldest first; with ``limit`` only the newest that many."""
        ...

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
        """Yield events of ``since <= at < until``, oldest first; with ``limit`` the newest so many.

        None leaves a bound or a filter out. In memory there are a few thousand at a time, however
        many there are; events that are added meanwhile are left out. Whoever reads slowly holds up
        no writer.
        """
        ...

    def trail(self, wish: TrailWish, *, before: int | None = None, limit: int = 50) -> TrailPage:
        """Return the newest events before a position that are wished for, at most ``limit``.

        However large the log, it takes about as long: without ``subjects`` it looks at so many
        events at most, so that a page may hold fewer, even none, and its ``older`` still says where
        to go on. Times are looked up by halving: where the clock was set back by far, events beside
        that place may be missed.
        """
        ...

    def check(
        self,
        at: Collection[int] = (),
        *,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> ChainCheck:
        """Walk the whole chain up to its first broken link, and return what was found.

        It holds the links at the positions ``at`` that there are, for a comparison with
        checkpoints; position 0 is before the first event. In memory
        there are a few thousand events at a time.
        """
        ...

    def problems(self) -> list[str]:
        """Return the first broken link of the chain, in words; empty when it is whole."""
        ...

    def close(self) -> None:
        """End in order: everything noted is in the chain; a note opens it again."""
        ...

"""Who works with everybody's tokens for long, and who changes them: never both at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.table import Item, Table
from stayline.domain.token_keys import is_unfinished
from stayline.errors import RotationRefused, RotationUnderWay, StaylineError, StoreUnavailable
from stayline.ports.clock import Clock
from stayline.ports.token_key_book import TokenKeyBook

LEASE = timedelta(minutes=2)
"""How long a killed holder keeps others waiting; one at work renews it six times meanwhile."""
_STORE = "the lease on tokens"
_LEASES, _ALONE, _TRIES = "token-leases", " ", 20


@dataclass(frozen=True, slots=True)
class _Lease:
    holder: str
    until: datetime
    changes: bool


_Leases = tuple[_Lease, ...]


class TokenLease:
    """Keeps all leases in one item, changed by conditional writes alone, so none is overlooked.

    A lease holds while its holder renews it. A process that stood still for longer than `LEASE`
    (a machine that slept) may have lost it, and is told so at its end.
    """

    def __init__(self, clients: Clients, book: TokenKeyBook, clock: Clock) -> None:
        self._table: Table[_Leases] = Table(clients, clients.resources.state_table, _Leases, _STORE)
        self._book = book
        self._clock = clock

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Keep tokens as they are meanwhile; many may at once. Raises `RotationUnderWay`."""
        mine = self._begun(changes=False)
        if mine is None:
            raise RotationUnderWay(was_cut_off=False)
        with self._held(mine):
            if is_unfinished(self._book.history()):
                raise RotationUnderWay(was_cut_off=True)
            yield

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change tokens alone. Raises `RotationRefused` while somebody needs them steady."""
        mine = self._begun(changes=True)
        if mine is None:
            because = "an import, a training, a run over everyone or another rotation is at work"
            next_step = f"Try again once it has ended, or {LEASE} after it was killed."
            raise RotationRefused(because, next_step)
        with self._held(mine):
            yield

    @contextmanager
    def _held(self, mine: _Lease) -> Iterator[None]:
        ended = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(mine, ended), daemon=True)
        renewing.start()
        try:
            yield
        except BaseException:
            with suppress(StaylineError):  # it ends by itself, and what went wrong is to be told
                self._end(mine, ended, renewing)
            raise
        if not self._end(mine, ended, renewing):
            raise StoreUnavailable(_STORE, "it was not renewed in time. Run the command again.")

    def _begun(self, *, changes: bool) -> _Lease | None:
        """Return a lease of one's own; None where others stand against it."""
        mine = _Lease(uuid4().hex, self._clock.now() + LEASE, changes)

        def added(others: _Leases) -> _Leases | None:
            is_barred = others if changes else any(one.changes for one in others)
            return None if is_barred else (*others, mine)

        return mine if self._change(added) else None

    def _renew(self, mine: _Lease, ended: threading.Event) -> None:
        def longer(held: _Leases) -> _Leases | None:
            if mine.holder not in {one.holder for one in held}:
                return None
            others = (one for one in held if one.holder != mine.holder)
            return (*others, _Lease(mine.holder, self._clock.now() + LEASE, mine.changes))

        while not ended.wait(LEASE.total_seconds() / 6):
            try:
                self._change(longer)
            except StaylineError:
                continue  # AWS may answer again before the lease is over

    def _end(self, mine: _Lease, ended: threading.Event, renewing: threading.Thread) -> bool:
        """Give the lease back; return whether it was held until now."""
        ended.set()
        renewing.join()

        def without(held: _Leases) -> _Leases | None:
            others = tuple(one for one in held if one.holder != mine.holder)
            return None if len(others) == len(held) else others

        return self._change(without)

    def _change(self, change: Callable[[_Leases], _Leases | None]) -> bool:
        """Put what becomes of the leases that hold now in their place; False where None does."""
        for _ in range(_TRIES):
            before = self._table.get(_LEASES, _ALONE)
            now = self._clock.now()
            after = change(tuple(one for one in before or () if one.until > now))
            if after is None:
                return False
            if self._table.swap(before, Item(_LEASES, _ALONE, after)):
                return True
        raise StoreUnavailable(_STORE, "too many change it at once.")

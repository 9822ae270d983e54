"""A feature store whose facts are Delta tables, less what one person's newest record is read from.

Each family of adapters adds that, and says where the tables are.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import datetime

import polars as pl

from stayline.adapters.delta.fact_frames import GROUPS, typed_facts
from stayline.adapters.delta.history import History
from stayline.adapters.delta.offline_features import OfflineFeatures
from stayline.adapters.delta.old_facts import old_facts
from stayline.adapters.delta.online import Online
from stayline.adapters.delta.places import Locks
from stayline.adapters.delta.stored_schema import StoredSchema
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import StoreDamaged, StoreRefused, StoreUnavailable
from stayline.ports.aged_records import NOBODY
from stayline.ports.feature_store import TOKEN


class FactsInDelta(History):
    """What a feature store does with facts; the tables are the truth, and ``online`` follows."""

    def __init__(self, offline: OfflineFeatures, online: Online, locks: Locks) -> None:
        super().__init__(offline, StoredSchema(online), locks)
        self._online_side = online

    def put(self, group: str, rows: pl.DataFrame, *, written_at: datetime) -> int:
        """Add facts and return how many were new; of rows with the same key the last stands."""
        typed = typed_facts(group, rows, written_at, self._columns(group))
        if typed.is_empty():
            return 0
        with self._locks.writing():
            self._catch_up_locked(group)
            facts = self._offline.facts(group)
            new = facts.new(typed) if facts else typed
            if new.is_empty():
                return 0
            self._online_side.put(group, new, commit=lambda: self._offline.add(group, new))
            if self._offline.has_many_files(group):
                self._offline.compact(group)
                self._swept(group)
        return new.height

    @contextmanager
    def under_two_names(self, renames: pl.DataFrame, *, afresh: bool) -> Iterator[None]:
        """Let everyone be found by a new token, too, then by that alone."""
        with self._locks.writing():
            for group in GROUPS:
                self._catch_up_locked(group)
            if afresh:
                self._online_side.copy_under(renames)
            yield
            for group in GROUPS:
                if self._offline.rename(group, renames):
                    self._swept(group)
            self._online_side.drop_aliases(renames)

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person physically; safe to repeat after a crash.

        Online goes first: from then on nobody knows the person, whatever is still offline.
        """
        with self._locks.writing():
            for group in GROUPS:
                self._catch_up_locked(group)
            self._online_side.erase(token)
            gone = 0
            for group in GROUPS:
                gone += self._offline.delete(group, pl.DataFrame({TOKEN: [token]}))
                self._swept(group)
        return gone

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove superseded facts physically; the newest of each person stays."""
        gone = 0
        with self._locks.writing():
            for group in GROUPS:
                self._catch_up_locked(group)
                facts = self._offline.facts(group)
                if facts is None:
                    continue
                due = old_facts(facts.clocks(), before).filter(~pl.col(TOKEN).is_in(list(held)))
                if due.height:
                    gone += self._offline.delete(group, due)
                    self._swept(group)
        return gone

    def problems(self) -> list[str]:
        """Return what is damaged."""
        found = self._online_side.problems()
        with self._locks.reading():
            for group in GROUPS:
                found += self._offline.problems(group)
        if found:
            return found
        self._catch_up()
        online, offline = self._online_side, self._offline
        if any(online.applied_version(group) > offline.version(group) for group in GROUPS):
            found.append("the online features are newer than the offline ones: history is missing")
        return found

    def _open(self) -> None:
        """Catch up where that is possible; `problems` says what is not, so a home opens for it."""
        try:
            self._catch_up()
        except (StoreDamaged, StoreRefused, StoreUnavailable):
            return

    def _catch_up(self) -> None:
        """Bring the online side up to the last offline commit, after a crash between the two."""
        for group in GROUPS:
            if self._offline.has_newer(group, self._online_side.applied_version(group)):
                with self._locks.writing():
                    self._catch_up_locked(group)

    def _catch_up_locked(self, group: str) -> None:
        version = self._offline.version(group)
        if self._online_side.applied_version(group) >= version:
            return
        facts = self._offline.facts(group)
        if facts is None:
            self._online_side.note_version(group, version)
        else:
            self._online_side.catch_up(group, facts)

    def _swept(self, group: str) -> None:
        """Free the disk, and tell the online side that these commits brought nothing new."""
        with self._locks.sweeping():
            self._offline.sweep(group)
        self._online_side.note_version(group, self._offline.version(group))

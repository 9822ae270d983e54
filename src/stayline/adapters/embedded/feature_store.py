"""The embedded feature store: SQLite for one person now, Delta tables for everyone ever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Self

import polars as pl
import sqlalchemy as sa

from stayline.adapters.delta.feature_store import FactsInDelta
from stayline.adapters.delta.offline_features import OfflineFeatures
from stayline.adapters.delta.places import Locks, Place
from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.adapters.embedded.folder_place import FolderPlace
from stayline.adapters.embedded.online_side import OnlineSide
from stayline.adapters.embedded.shared_locks import SharedFolderLocks, is_shared_by_gateways
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.feature_store import FEATURES, FeatureRecord, group_types

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DeltaFeatureStore(FactsInDelta):
    """Commits offline within the online transaction; a crash between is caught up at the next open.

    The offline tables are the truth, the online rows their newest state; see `OnlineSide`. What is
    put is seen at once, by everybody.
    """

    def __init__(self, engine: sa.Engine, place: Place, locks: Locks) -> None:
        side = OnlineSide(engine)
        super().__init__(OfflineFeatures(place), side, locks)
        self._online = side.features
        self._last_days = side.last_days
        self._open()

    @classmethod
    def in_folder(cls, engine: sa.Engine, folder: Path) -> Self:
        """Return a store whose tables are in a folder, that of one machine or of all gateways."""
        is_shared = is_shared_by_gateways(engine)
        locks = SharedFolderLocks(engine, "features") if is_shared else FolderLocks(folder)
        return cls(engine, FolderPlace(folder), locks)

    def get(self, token: EmployeeToken) -> FeatureRecord | None:
        """Return the newest features of one person."""
        return self.records([token]).get(token)

    def records(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, FeatureRecord]:
        """Return the newest features of these people."""
        return {
            token: FeatureRecord(token, _instant(event_time), _instant(write_time), values)
            for token, event_time, write_time, values in self._online.records(tokens)
        }

    def known(self, tokens: Sequence[EmployeeToken]) -> AbstractSet[EmployeeToken]:
        """Return of whom of these people there are features."""
        return self._online.known(tokens)

    def newest(self, tokens: Iterable[EmployeeToken] | None = None) -> pl.DataFrame:
        """Return the newest features of these people, or of everyone, by token."""
        return self._online.newest(tokens, group_types(FEATURES, self.schema()))

    def in_chunks(self, size: int, *, after: str = "") -> Iterator[pl.DataFrame]:
        """Yield everyone's newest features by token, so many people at a time."""
        return self._online.chunks(size, after, group_types(FEATURES, self.schema()))

    def tokens_between(self, after: str, last: str) -> AbstractSet[str]:
        """Return of whom there are features now, of a range of tokens."""
        return self._online.tokens_between(after, last)

    def count(self) -> int:
        """Return of how many people there are features."""
        self.schema()
        return self._online.count()

    def known_elsewhere(self, tokens: pl.Series) -> int:
        """Return of how many people there are features, but none of whose token is in here."""
        return self._online.known_elsewhere(tokens)

    def has_left(self, token: EmployeeToken, *, at: datetime) -> bool:
        """Whether the person is employed no longer; nobody of a cross-section has left."""
        return token in self.who_left([token], at=at)

    def who_left(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people who are employed no longer."""
        return self._last_days.who_left(tokens, at=at) if self.schema().is_panel else set()

    def everyone_who_left(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return everyone who is employed no longer."""
        return self._last_days.everyone_who_left(at=at) if self.schema().is_panel else set()


@lru_cache(maxsize=256)  # an extract has one event time and one write time for very many people
def _instant(clock: int) -> datetime:
    return _EPOCH + timedelta(microseconds=clock)

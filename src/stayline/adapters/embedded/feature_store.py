"""The embedded feature store: SQLite for one person now, Delta tables for everyone ever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.database import damage
from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.adapters.embedded.last_days import LastDays
from stayline.adapters.embedded.offline_features import OfflineFeatures
from stayline.adapters.embedded.old_facts import old_facts
from stayline.adapters.embedded.online_features import OnlineFeatures
from stayline.adapters.embedded.point_in_time import facts_known
from stayline.adapters.embedded.stored_schema import StoredSchema
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, tokens_digest
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import SchemaMismatch, StoreDamaged, StoreUnavailable
from stayline.ports.aged_records import NOBODY
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    INSTANT,
    OUTCOMES,
    TOKEN,
    WRITE_TIME,
    FeatureRecord,
    group_types,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GROUPS = (FEATURES, OUTCOMES)


class DeltaFeatureStore:
    """Commits offline within the online transaction; a crash between is caught up at the next open.

    The offline tables are the truth, the online rows their newest state. SQLite takes the new rows
    first, uncommitted, so that whatever can fail there fails before Delta's atomic commit.
    """

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        self._engine = engine
        self._online = OnlineFeatures(engine)
        self._last_days = LastDays(engine)
        self._offline = OfflineFeatures(folder)
        self._schema = StoredSchema(self._online)
        self._locks = FolderLocks(folder)
        try:
            self._catch_up()
        except (StoreDamaged, StoreUnavailable):
            return  # `problems` says it; a damaged home must still open for that

    def define(self, schema: WorkforceSchema) -> None:
        """Fix what the store holds: policy, bounds, notes may change later, columns may not."""
        self._schema.define(schema)

    def schema(self) -> WorkforceSchema:
        """Return what the store holds, as of a quarter of a second ago at most."""
        return self._schema.read()

    def put(self, group: str, rows: pl.DataFrame, *, written_at: datetime) -> int:
        """Add facts and return how many were new; of rows with the same key the last stands."""
        typed = self._typed(group, rows, written_at)
        if typed.is_empty():
            return 0
        with self._locks.writing():
            self._catch_up_locked(group)
            new = self._offline.new_facts(group, typed)
            if new.is_empty():
                return 0
            if group == FEATURES:
                self._online.put(group, [new], commit=lambda: self._offline.add(group, new))
            else:
                self._last_days.put(group, new, commit=lambda: self._offline.add(group, new))
            if self._offline.has_many_files(group):
                self._offline.compact(group)
                self._swept(group)
        return new.height

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

    def headcounts(self) -> Mapping[datetime, int]:
        """Return how many people there are features of at each event time."""
        with self._locks.reading():
            if not self._offline.files(FEATURES):
                return {}
            clocks = self._offline.clocks(FEATURES)
        people = clocks.group_by(EVENT_TIME).agg(pl.col(TOKEN).n_unique()).sort(EVENT_TIME)
        return dict(people.iter_rows())

    def frame(self, group: str, *, as_of: datetime) -> pl.DataFrame:
        """Return every fact with both clocks at or before an instant."""
        columns = self._columns(group)
        with self._locks.reading():
            if not self._offline.files(group):
                return pl.DataFrame(schema=columns)
            known = self._offline.known(group, as_of).select(list(columns))
        ordered = known.sort(TOKEN, EVENT_TIME, WRITE_TIME)
        return ordered.unique([TOKEN, EVENT_TIME], keep="last", maintain_order=True)

    def facts(self, group: str, tokens: Sequence[EmployeeToken]) -> pl.DataFrame:
        """Return every fact ever written of these people."""
        columns = self._columns(group)
        with self._locks.reading():
            if not self._offline.files(group):
                return pl.DataFrame(schema=columns)
            found = self._offline.of_people(group, tokens).select(list(columns))
        return found.sort(TOKEN, EVENT_TIME, WRITE_TIME)

    def join(self, group: str, spine: pl.DataFrame) -> pl.DataFrame:
        """Return the spine's rows, each with both clocks and values of what was known."""
        columns = self._columns(group)
        taken = sorted((columns.keys() - {TOKEN}) & set(spine.columns))
        if taken:
            raise SchemaMismatch(f"The rows to join already have {taken}.", "Rename these columns.")
        with self._locks.reading():
            if not self._offline.files(group):
                nothing = pl.DataFrame(schema=columns).drop(TOKEN)
                return pl.concat([spine, nothing.clear(spine.height)], how="horizontal")
            clocks = self._offline.clocks(group)
            positions = facts_known(spine, clocks)
            values = self._offline.values_at(group, positions)
        times = clocks.select(pl.col(EVENT_TIME, WRITE_TIME).gather(positions))
        found = pl.concat([times, values], how="horizontal")
        return pl.concat([spine, found.select(n for n in columns if n != TOKEN)], how="horizontal")

    def known_elsewhere(self, tokens: pl.Series) -> int:
        """Return of how many people there are features, but none of whose token is in here."""
        return self._online.known_elsewhere(tokens)

    @contextmanager
    def under_two_names(self, renames: pl.DataFrame, *, afresh: bool) -> Iterator[None]:
        """Let everyone be found by a new token, too, then by that alone."""
        with self._locks.writing():
            for group in _GROUPS:
                self._catch_up_locked(group)
            if afresh:
                self._online.copy_under(renames)
            yield
            for group in _GROUPS:
                if self._offline.rename(group, renames):
                    self._swept(group)
            self._online.drop_aliases(renames)

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person physically; safe to repeat after a crash.

        Online goes first: from then on nobody knows the person, whatever is still offline.
        """
        with self._locks.writing():
            for group in _GROUPS:
                self._catch_up_locked(group)
            self._online.erase(token)
            gone = 0
            for group in _GROUPS:
                gone += self._offline.delete(group, token)
                self._swept(group)
        return gone

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the history is, of features and outcomes together."""
        with self._locks.reading():
            parts = [self._offline.clocks(g) for g in _GROUPS if self._offline.files(g)]
        if not parts:
            return Ages()
        everyone = pl.concat(parts)
        old = pl.concat([old_facts(part, before) for part in parts])
        is_held = pl.col(TOKEN).is_in(list(held))
        due = old.filter(~is_held)
        return Ages(
            rows=everyone.height,
            oldest=everyone[EVENT_TIME].min(),  # type: ignore[arg-type]  # a datetime column's
            due=due.height,
            youngest_due=due[EVENT_TIME].max(),  # type: ignore[arg-type]  # a datetime column's
            held_back=old.height - due.height,
            tokens_digest=tokens_digest(set(due[TOKEN])),
        )

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove superseded facts physically; the newest of each person stays."""
        gone = 0
        with self._locks.writing():
            for group in _GROUPS:
                self._catch_up_locked(group)
                if not self._offline.files(group):
                    continue
                old = old_facts(self._offline.clocks(group), before)
                due = old.filter(~pl.col(TOKEN).is_in(list(held)))
                if due.height:
                    gone += self._offline.delete_facts(group, due)
                    self._swept(group)
        return gone

    def problems(self) -> list[str]:
        """Return what is damaged."""
        found = damage(self._engine)
        with self._locks.reading():
            for group in _GROUPS:
                found += self._offline.problems(group)
        if found:
            return found
        self._catch_up()
        if any(self._online.applied_version(g) > self._offline.version(g) for g in _GROUPS):
            found.append("the online features are newer than the offline ones: history is missing")
        return found

    def _typed(self, group: str, rows: pl.DataFrame, written_at: datetime) -> pl.DataFrame:
        columns = self._columns(group)
        expected = columns.keys() - {WRITE_TIME}
        if set(rows.columns) != expected:
            wrong = sorted(expected ^ set(rows.columns))
            raise SchemaMismatch(
                f"Rows for {group!r} and its schema differ in the columns {wrong}.",
                "Import with the schema that this home was made with.",
            )
        written = pl.lit(written_at.astimezone(UTC)).cast(INSTANT).alias(WRITE_TIME)
        try:
            typed = rows.with_columns(written).select(list(columns)).cast(pl.Schema(columns))
        except pl.exceptions.PolarsError as error:
            raise SchemaMismatch(
                f"Rows for {group!r} hold values of another kind than the schema says.",
                "Validate them against it first.",
            ) from error
        numbers = pl.col(pl.Float64).fill_nan(None)
        return typed.with_columns(numbers).unique(
            [TOKEN, EVENT_TIME], keep="last", maintain_order=True
        )

    def _catch_up(self) -> None:
        """Bring the online side up to the last offline commit, after a crash between the two."""
        for group in _GROUPS:
            if self._online.applied_version(group) < self._offline.version(group):
                with self._locks.writing():
                    self._catch_up_locked(group)

    def _catch_up_locked(self, group: str) -> None:
        version = self._offline.version(group)
        if self._online.applied_version(group) >= version:
            return
        positions = (
            self._offline.clocks(group)
            .with_row_index("_at")
            .sort(EVENT_TIME, WRITE_TIME)
            .unique(TOKEN, keep="last", maintain_order=True)
        )
        clocks = positions.drop("_at")
        values = self._offline.values_at(group, positions["_at"])
        newest = pl.concat([clocks, values], how="horizontal")
        if group == FEATURES:
            self._online.put(group, [newest], commit=lambda: version, afresh=True)
        else:
            self._last_days.put(group, newest, commit=lambda: version, afresh=True)

    def _swept(self, group: str) -> None:
        """Free the disk, and tell the online side that these commits brought nothing new."""
        with self._locks.sweeping():
            self._offline.sweep(group)
        self._online.note_version(group, self._offline.version(group))

    def _columns(self, group: str) -> dict[str, pl.DataType]:
        if group not in _GROUPS:
            raise SchemaMismatch(f"There is no feature group {group!r}.", f"Use one of {_GROUPS}.")
        clocks = {TOKEN: pl.String(), EVENT_TIME: INSTANT, WRITE_TIME: INSTANT}
        return clocks | group_types(group, self.schema())


@lru_cache(maxsize=256)  # an extract has one event time and one write time for very many people
def _instant(clock: int) -> datetime:
    return _EPOCH + timedelta(microseconds=clock)

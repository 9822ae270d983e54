"""The history of people as a feature store tells it: facts on two clocks, and their schema."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TypeVar

import polars as pl

from stayline.adapters.delta.fact_frames import GROUPS, fact_columns, newest_facts
from stayline.adapters.delta.facts import Facts
from stayline.adapters.delta.offline_features import OfflineFeatures
from stayline.adapters.delta.old_facts import old_facts
from stayline.adapters.delta.places import Locks
from stayline.adapters.delta.stored_schema import StoredSchema
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, tokens_digest
from stayline.domain.token_ranges import EVERYONE, TokenRange
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import SchemaMismatch, StoreDamaged, StoreUnavailable
from stayline.ports.aged_records import NOBODY
from stayline.ports.feature_store import EVENT_TIME, FEATURES, TOKEN, WRITE_TIME

Answer = TypeVar("Answer")
_READS = 4
"""How often a read begins anew because a sweep took a file away: each time a commit was newer."""


class History:
    """Reads facts as of the last commit, whatever is committed or swept meanwhile."""

    def __init__(self, offline: OfflineFeatures, schema: StoredSchema, locks: Locks) -> None:
        self._offline = offline
        self._schema = schema
        self._locks = locks

    def define(self, schema: WorkforceSchema) -> None:
        """Fix what the store holds: policy, bounds, notes may change later, columns may not."""
        self._schema.define(schema)

    def schema(self) -> WorkforceSchema:
        """Return what the store holds, as of a quarter of a second ago at most."""
        return self._schema.read()

    def headcounts(self) -> Mapping[datetime, int]:
        """Return how many people there are features of at each event time."""

        def people(facts: Facts) -> dict[datetime, int]:
            counted = facts.clocks().group_by(EVENT_TIME).agg(pl.col(TOKEN).n_unique())
            return dict(counted.sort(EVENT_TIME).iter_rows())

        return self._read(FEATURES, people, {})

    def frame(self, group: str, *, as_of: datetime, tokens: TokenRange = EVERYONE) -> pl.DataFrame:
        """Return every fact with both clocks at or before an instant."""
        columns = self._columns(group)
        nothing = pl.DataFrame(schema=columns)
        known = self._read(group, lambda facts: facts.known(as_of, tokens), nothing)
        ordered = known.select(list(columns)).sort(TOKEN, EVENT_TIME, WRITE_TIME)
        return ordered.unique([TOKEN, EVENT_TIME], keep="last", maintain_order=True)

    def newest_in(self, tokens: TokenRange) -> pl.DataFrame:
        """Return the newest features of the people of a range, by token; one row a person."""
        columns = self._columns(FEATURES)
        nothing = pl.DataFrame(schema=columns)
        found = self._read(FEATURES, lambda facts: facts.within(tokens), nothing)
        return newest_facts(found.select(list(columns))).sort(TOKEN)

    def facts(self, group: str, tokens: Sequence[EmployeeToken]) -> pl.DataFrame:
        """Return every fact ever written of these people."""
        columns = self._columns(group)
        nothing = pl.DataFrame(schema=columns)
        found = self._read(group, lambda facts: facts.of_people(tokens), nothing)
        return found.select(list(columns)).sort(TOKEN, EVENT_TIME, WRITE_TIME)

    def join(self, group: str, spine: pl.DataFrame) -> pl.DataFrame:
        """Return the spine's rows, each with both clocks and values of what was known."""
        from stayline.adapters.delta.point_in_time import facts_known  # NumPy, for joins alone

        columns = self._columns(group)
        taken = sorted((columns.keys() - {TOKEN}) & set(spine.columns))
        if taken:
            raise SchemaMismatch(f"The rows to join already have {taken}.", "Rename these columns.")

        def known(facts: Facts) -> pl.DataFrame:
            clocks = facts.clocks()
            positions = facts_known(spine, clocks)
            times = clocks.select(pl.col(EVENT_TIME, WRITE_TIME).gather(positions))
            return pl.concat([times, facts.values_at(positions)], how="horizontal")

        nothing = pl.DataFrame(schema=columns).clear(spine.height)
        found = self._read(group, known, nothing)
        return pl.concat([spine, found.select(n for n in columns if n != TOKEN)], how="horizontal")

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the history is, of features and outcomes together."""
        nothing = pl.DataFrame(schema={TOKEN: pl.String(), EVENT_TIME: None})
        parts = [self._read(group, Facts.clocks, nothing) for group in GROUPS]
        parts = [part for part in parts if part.height]
        if not parts:
            return Ages()
        everyone = pl.concat(parts)
        old = pl.concat([old_facts(part, before) for part in parts])
        due = old.filter(~pl.col(TOKEN).is_in(list(held)))
        return Ages(
            rows=everyone.height,
            oldest=everyone[EVENT_TIME].min(),  # type: ignore[arg-type]  # a datetime column's
            due=due.height,
            youngest_due=due[EVENT_TIME].max(),  # type: ignore[arg-type]  # a datetime column's
            held_back=old.height - due.height,
            tokens_digest=tokens_digest(set(due[TOKEN])),
        )

    def _read(self, group: str, read: Callable[[Facts], Answer], nothing: Answer) -> Answer:
        """Read as of the last commit; of the next one where a sweep took a file away meanwhile."""
        with self._locks.reading():
            for attempt in range(1, _READS + 1):
                facts = self._offline.facts(group)
                if facts is None:
                    return nothing
                try:
                    return read(facts)
                except (StoreDamaged, StoreUnavailable):
                    if attempt == _READS or self._offline.version(group) == facts.version:
                        raise
        raise AssertionError("the last attempt returns or raises")

    def _columns(self, group: str) -> dict[str, pl.DataType]:
        return fact_columns(group, self.schema())

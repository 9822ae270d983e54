"""The embedded feature store: SQLite for one person now, Delta tables for everyone ever."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from stayline.adapters.embedded.database import damage
from stayline.adapters.embedded.offline_features import OfflineFeatures
from stayline.adapters.embedded.online_features import OnlineFeatures
from stayline.adapters.embedded.point_in_time import join_as_of
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.errors import NothingImported, SchemaMismatch
from stayline.formats.schema_toml import dump_schema, parse_schema
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


class DeltaFeatureStore:
    """Writes offline first, in one commit, then online; a crash between is caught up at next use."""

    def __init__(self, engine: sa.Engine, folder: Path) -> None:
        self._engine = engine
        self._online = OnlineFeatures(engine)
        self._offline = OfflineFeatures(folder)
        self._catch_up()

    def define(self, schema: WorkforceSchema) -> None:
        """Fix what the store holds."""
        known = self._online.schema_toml(FEATURES)
        if known is not None and _shape(parse_schema(known, "the home")) != _shape(schema):
            raise SchemaMismatch(
                f"This home holds a workforce with other columns than schema {schema.name!r}.",
                "Use another home (`--home`) for it.",
            )
        text = dump_schema(schema)
        if text != known:
            self._online.define(FEATURES, text)

    def schema(self) -> WorkforceSchema:
        """Return what the store holds."""
        text = self._online.schema_toml(FEATURES)
        if text is None:
            raise NothingImported
        return parse_schema(text, "the home")

    def put(self, group: str, rows: pl.DataFrame, *, written_at: datetime) -> int:
        """Add facts and return how many were new."""
        if rows.is_empty():
            return 0
        timed = rows.with_columns(
            pl.col(EVENT_TIME).cast(INSTANT),
            pl.lit(written_at.astimezone(UTC)).cast(INSTANT).alias(WRITE_TIME),
        ).select(
            TOKEN, EVENT_TIME, WRITE_TIME, pl.exclude(TOKEN, EVENT_TIME, WRITE_TIME)
        )
        added = self._offline.add(group, timed)
        if group == FEATURES and added:
            self._online.put(group, timed, version=self._offline.version(group))
        return added

    def get(self, token: EmployeeToken) -> FeatureRecord | None:
        """Return the newest features of one person."""
        found = self._online.get(token)
        if found is None:
            return None
        return FeatureRecord(token, _EPOCH + timedelta(microseconds=found[0]), found[1])

    def newest(self, tokens: Iterable[EmployeeToken] | None = None) -> pl.DataFrame:
        """Return the newest features of these people, or of everyone."""
        found = self._online.newest(tokens)
        kinds = group_types(FEATURES, self.schema())
        clocks = pl.DataFrame(
            [row[:3] for row in found],
            schema={TOKEN: pl.String, EVENT_TIME: pl.Int64, WRITE_TIME: pl.Int64},
            orient="row",
        ).with_columns(
            pl.from_epoch(name, "us").dt.replace_time_zone("UTC") for name in (EVENT_TIME, WRITE_TIME)
        )
        values = (
            pl.Series(name, [row[3].get(name) for row in found], _packed(kind)).cast(kind)
            if kind != pl.Date
            else pl.Series(name, [row[3].get(name) for row in found], pl.String).str.to_date()
            for name, kind in kinds.items()
        )
        return clocks.with_columns(values)

    def frame(self, group: str, *, as_of: datetime) -> pl.DataFrame:
        """Return every fact with both clocks at or before an instant."""
        facts = self._offline.facts(group)
        if facts is None:
            return self._empty(group)
        known = facts.filter(pl.col(EVENT_TIME) <= as_of, pl.col(WRITE_TIME) <= as_of)
        frame = self._offline.collect(group, known)
        return frame.sort(TOKEN, EVENT_TIME, WRITE_TIME).unique(
            [TOKEN, EVENT_TIME], keep="last", maintain_order=True
        )

    def join(self, group: str, spine: pl.DataFrame) -> pl.DataFrame:
        """Return the spine's rows, each with what was known of its person then."""
        facts = self._offline.facts(group)
        if facts is None:
            return join_as_of(spine, self._empty(group))
        return join_as_of(spine, self._offline.collect(group, facts))

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person physically, online and offline."""
        gone = self._online.erase(token)
        return gone + sum(self._offline.erase(group, token) for group in (FEATURES, OUTCOMES))

    def problems(self) -> list[str]:
        """Return what is damaged."""
        found = damage(self._engine)
        for group in (FEATURES, OUTCOMES):
            found += self._offline.problems(group)
        if self._online.applied_version(FEATURES) > self._offline.version(FEATURES):
            found.append("the online features are newer than the offline ones: history is missing")
        return found

    def _catch_up(self) -> None:
        """Bring the online side up to the last offline commit, after a crash between the two."""
        version = self._offline.version(FEATURES)
        if self._online.applied_version(FEATURES) >= version:
            return
        facts = self._offline.facts(FEATURES)
        if facts is not None:
            newest = facts.sort(EVENT_TIME, WRITE_TIME).unique(TOKEN, keep="last")
            self._online.put(FEATURES, self._offline.collect(FEATURES, newest), version=version)

    def _empty(self, group: str) -> pl.DataFrame:
        clocks = {TOKEN: pl.String(), EVENT_TIME: INSTANT, WRITE_TIME: INSTANT}
        return pl.DataFrame(schema=clocks | group_types(group, self.schema()))


def _packed(kind: pl.DataType) -> pl.DataType:
    return pl.String() if kind == pl.Date else kind


def _shape(schema: WorkforceSchema) -> tuple[object, ...]:
    """What decides how rows are stored; policies, bounds and notes may change."""
    kinds = tuple((c.name, c.kind, c.role, c.is_model_input) for c in schema.columns)
    return schema.record_identifier, schema.event_time, kinds, schema.outcome



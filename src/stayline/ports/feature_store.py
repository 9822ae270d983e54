"""Features of people, now and as of any past instant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import polars as pl

from stayline.domain.light_values import light_value
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.risk_score import FieldValue
from stayline.domain.token_ranges import EVERYONE, TokenRange
from stayline.domain.workforce_schema import Column, Kind, LabelColumn, WorkforceSchema
from stayline.ports.aged_records import AgedRecords

TOKEN = "token"  # noqa: S105  (a column name, no password)
EVENT_TIME = "event_time"
WRITE_TIME = "write_time"
AS_OF = "as_of"
KNOWN_BY = "known_by"

FEATURES = "features"
"""The feature group of model inputs and segments."""
OUTCOMES = "outcomes"
"""The feature group of outcomes: a label, or a last day and its reason."""
LABEL = "label"
LEFT_ON = "left_on"
REASON = "reason"


@light_value
class FeatureRecord:
    """The newest features of one person."""

    token: EmployeeToken
    event_time: datetime
    write_time: datetime
    values: Mapping[str, FieldValue]


INSTANT = pl.Datetime("us", "UTC")


def polars_type(column: Column) -> pl.DataType:
    """Return how the checked values of a column are kept in frames."""
    if column.kind is Kind.NUMBER:
        return pl.Float64()
    return pl.Date() if column.kind is Kind.DATE else pl.String()


def group_types(group: str, schema: WorkforceSchema) -> dict[str, pl.DataType]:
    """Return the value columns of a feature group and their types."""
    if group == FEATURES:
        return {column.name: polars_type(column) for column in schema.stored_columns}
    if isinstance(schema.outcome, LabelColumn):
        return {LABEL: pl.Boolean()}
    return {LEFT_ON: pl.Date(), REASON: pl.String()}


class FrameReader(Protocol):
    """Reads what `FeatureStore.frame` does, of everyone."""

    def __call__(self, group: str, *, as_of: datetime) -> pl.DataFrame:
        """Return every fact of a group with both clocks at or before ``as_of``."""
        ...


class FeatureStore(AgedRecords, Protocol):
    """Keeps every fact with two clocks: when it was true and when it was written.

    Frames have the columns ``token`` (text), ``event_time`` and ``write_time`` (UTC instants in
    microseconds), and one column per feature: Float64 for numbers, String for categories, ordinals
    and flags, Date for dates. Times passed in are aware. What ages is the history: `purge` removes
    facts by their event time, but for the newest of each person, which still holds.

    A process sees what it wrote itself at once. What another one wrote may reach `get`, `records`,
    `known`, `has_left` and `who_left` a moment later; every other read is of the last write.
    """

    def define(self, schema: WorkforceSchema) -> None:
        """Fix what the store holds; raises `SchemaMismatch` if its columns differ already."""
        ...

    def schema(self) -> WorkforceSchema:
        """Return what the store holds; raises `NothingImported` if `define` was never called."""
        ...

    def put(self, group: str, rows: pl.DataFrame, *, written_at: datetime) -> int:
        """Add facts (``token``, ``event_time``, values) and return how many were new.

        A fact already there with equal values changes nothing, so a repeated put is safe. Other
        values for the same token and event time are a correction: both stay, told apart by
        ``write_time``. Nothing is overwritten. All or nothing.
        """
        ...

    def get(self, token: EmployeeToken) -> FeatureRecord | None:
        """Return the newest features of one person (latest event time, then latest write)."""
        ...

    def records(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, FeatureRecord]:
        """Return what `get` returns of each of these people, without those nobody knows."""
        ...

    def known(self, tokens: Sequence[EmployeeToken]) -> AbstractSet[EmployeeToken]:
        """Return of whom of these people there are features; reads none. Quick."""
        ...

    def has_left(self, token: EmployeeToken, *, at: datetime) -> bool:
        """Whether the person's last day is that of ``at`` or before, by the newest outcome.

        A label dates the last day by its row. Features of a later day, told after that outcome,
        mean that the person is back. Nobody of a cross-section has left: there the label is what a
        model learns from.
        """
        ...

    def who_left(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people of whom `has_left` holds."""
        ...

    def everyone_who_left(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return every person of whom `has_left` holds."""
        ...

    def newest(self, tokens: Iterable[EmployeeToken] | None = None) -> pl.DataFrame:
        """Return the newest features of these people, or of everyone; one row a person."""
        ...

    def in_chunks(self, size: int, *, after: str = "") -> Iterator[pl.DataFrame]:
        """Yield what `newest` returns, by token and at most ``size`` people at a time.

        Begins behind the token ``after``. Only one chunk is in memory; a person who comes in
        meanwhile is seen where the token is still to come.
        """
        ...

    def tokens_between(self, after: str, last: str) -> AbstractSet[str]:
        """Return of whom there are features now, of the tokens behind ``after`` up to ``last``."""
        ...

    def count(self) -> int:
        """Return of how many people there are features; raises `NothingImported`."""
        ...

    def headcounts(self) -> Mapping[datetime, int]:
        """Return how many people there are features of at each event time, oldest first."""
        ...

    def frame(self, group: str, *, as_of: datetime, tokens: TokenRange = EVERYONE) -> pl.DataFrame:
        """Return every fact with both clocks at or before ``as_of``, of everyone or a share.

        One row per token and event time: the last one written by then. Sorted by token and event
        time, so that the frames of ranges that follow one another, put together, are the frame of
        everyone.
        """
        ...

    def facts(self, group: str, tokens: Sequence[EmployeeToken]) -> pl.DataFrame:
        """Return every fact ever written of these people, corrected ones too.

        By token, event time and write time.
        """
        ...

    def join(self, group: str, spine: pl.DataFrame) -> pl.DataFrame:
        """Return the spine's rows, in their order, each with what was known of its person then.

        ``spine`` has ``token``, ``as_of`` and, optionally, ``known_by`` (default: ``as_of``); other
        columns are kept. A row sees facts with ``event_time <= as_of`` and
        ``write_time <= known_by``; of those the latest event time, then the latest write.
        """
        ...

    def known_elsewhere(self, tokens: pl.Series) -> int:
        """Return of how many people there are features, but none of whose token is in here."""
        ...

    def under_two_names(
        self, renames: pl.DataFrame, *, afresh: bool
    ) -> AbstractContextManager[None]:
        """Let everyone be found by a new ``token``, too, then by that alone; ``alias`` is the old.

        Inside, both are known online and nobody else can write; at the end, unless by an error,
        offline facts take the new tokens and the old ones are gone, also from the disk. Safe to
        repeat after a crash. ``afresh`` while nobody uses new tokens yet: what stands under them
        is from a try that was killed; without it, it stays.
        """
        ...

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person physically, online and offline, and return how many facts went.

        Killed at any point, the person is known either as before or not at all.
        """
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the store is whole."""
        ...

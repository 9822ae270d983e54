"""The feature store on AWS: SageMaker's online store for one person now, Delta on S3 for all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import partial
from typing import Any

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.feature_runtime import MOST_AT_ONCE
from stayline.adapters.aws.online_people import OnlinePeople
from stayline.adapters.aws.writers_turn import DynamoTurn
from stayline.adapters.delta.fact_frames import CLOCKS, GROUPS, who_left
from stayline.adapters.delta.feature_store import FactsInDelta
from stayline.adapters.delta.newest_facts import NewestFacts
from stayline.adapters.delta.offline_features import OfflineFeatures
from stayline.adapters.delta.writer_lease import WriterLease
from stayline.adapters.objects.s3_place import S3Place
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import AwsRefused, StoreDamaged, StoreUnavailable
from stayline.ports.feature_store import (
    EVENT_TIME,
    FEATURES,
    OUTCOMES,
    TOKEN,
    WRITE_TIME,
    FeatureRecord,
)


class SageMakerFeatureStore(FactsInDelta):
    """Commits offline, then shows the newest of whom that touched online; see `OnlinePeople`.

    Asked about a few people it reads online, which other processes' writes reach a moment later;
    asked about more, or about everyone, it reads the facts as of their last commit. Where the
    online store fails after a commit, a put raises `StoreUnavailable`: the facts are kept, and the
    next put, that one again for instance, or whoever opens the store, shows them.

    An erasure is noted before it begins, and one that was killed ends when a store is opened next.
    """

    CALLS = frozenset(
        {
            "dynamodb.batch_write_item",
            "dynamodb.get_item",
            "dynamodb.put_item",
            "dynamodb.query",
            "dynamodb.transact_write_items",
            "s3.delete_objects",
            "s3.list_object_versions",
            "s3.list_objects_v2",
            "sagemaker-featurestore-runtime.batch_get_record",
            "sagemaker-featurestore-runtime.delete_record",
            "sagemaker-featurestore-runtime.put_record",
        }
    )
    CALLS_PAST_BOTO = frozenset({"s3.get_object", "s3.list_objects_v2", "s3.put_object"})
    """What deltalake's and Polars' own clients of S3 ask for, under ``offline/`` of the bucket."""

    def __init__(self, clients: Clients) -> None:
        offline = OfflineFeatures(S3Place(clients.data))
        self._everyone = {group: NewestFacts() for group in GROUPS}
        self._people = OnlinePeople(clients, offline, self._everyone)
        super().__init__(offline, self._people, WriterLease(DynamoTurn(clients)))
        self._open()

    def get(self, token: EmployeeToken) -> FeatureRecord | None:
        """Return the newest features of one person."""
        return self.records([token]).get(token)

    def records(self, tokens: Sequence[EmployeeToken]) -> Mapping[EmployeeToken, FeatureRecord]:
        """Return the newest features of these people."""
        if len(tokens) > MOST_AT_ONCE:
            found = self.newest(tokens)
        else:
            found = self._people.newest(tokens, {FEATURES: self._columns(FEATURES)})[FEATURES]
        texts = found.with_columns(pl.col(pl.Date).dt.to_string("iso"))
        return {record.token: record for record in map(_record, texts.iter_rows(named=True))}

    def known(self, tokens: Sequence[EmployeeToken]) -> AbstractSet[EmployeeToken]:
        """Return of whom of these people there are features."""
        if len(tokens) <= MOST_AT_ONCE:
            there = self._people.known(tokens)
        else:
            there = set(self._newest_people()[TOKEN])
        return {token for token in tokens if token in there}

    def newest(self, tokens: Iterable[EmployeeToken] | None = None) -> pl.DataFrame:
        """Return the newest features of these people, or of everyone, by token."""
        columns = self._columns(FEATURES)
        wanted = None if tokens is None else pl.Series(list(tokens), dtype=pl.String)
        everyone = self._everyone[FEATURES]
        found = self._read(
            FEATURES, lambda facts: everyone.rows(facts, of=wanted), pl.DataFrame(schema=columns)
        )
        return found.select(list(columns))

    def in_chunks(self, size: int, *, after: str = "") -> Iterator[pl.DataFrame]:
        """Yield everyone's newest features by token, each chunk as of the last commit by then."""
        columns = self._columns(FEATURES)
        return self._chunks(size, after, pl.DataFrame(schema=columns))

    def tokens_between(self, after: str, last: str) -> AbstractSet[str]:
        """Return of whom there are features now, of a range of tokens."""
        token = pl.col(TOKEN)
        return set(self._newest_people().filter(token > after, token <= last)[TOKEN])

    def count(self) -> int:
        """Return of how many people there are features."""
        self.schema()
        return self._newest_people().height

    def known_elsewhere(self, tokens: pl.Series) -> int:
        """Return of how many people there are features, but none of whose token is in here."""
        return int((~self._newest_people()[TOKEN].is_in(tokens.implode())).sum())

    def has_left(self, token: EmployeeToken, *, at: datetime) -> bool:
        """Whether the person is employed no longer; nobody of a cross-section has left."""
        return token in self.who_left([token], at=at)

    def who_left(
        self, tokens: Sequence[EmployeeToken], *, at: datetime
    ) -> AbstractSet[EmployeeToken]:
        """Return those of these people who are employed no longer."""
        if not tokens or not self.schema().is_panel:
            return set()
        if len(tokens) > MOST_AT_ONCE:
            return self.everyone_who_left(at=at) & set(tokens)
        columns = {group: self._columns(group) for group in GROUPS}
        newest = self._people.newest(tokens, columns)
        return set(map(EmployeeToken, who_left(newest[OUTCOMES], newest[FEATURES], at=at)))

    def everyone_who_left(self, *, at: datetime) -> AbstractSet[EmployeeToken]:
        """Return everyone who is employed no longer."""
        if not self.schema().is_panel:
            return set()
        nothing = pl.DataFrame(schema=self._columns(OUTCOMES))
        outcomes = self._read(OUTCOMES, self._everyone[OUTCOMES].rows, nothing)
        return set(map(EmployeeToken, who_left(outcomes, self._newest_people(), at=at)))

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person physically, with every version of every file; safe to repeat."""
        self._people.begin_erasing(token)
        gone = super().erase(token)
        self._people.end_erasing(token)
        return gone

    def _open(self) -> None:
        """Catch up, and end erasures that were killed, where that is possible."""
        super()._open()
        try:
            for token in self._people.being_erased():
                self.erase(EmployeeToken(token))
        except (AwsRefused, StoreDamaged, StoreUnavailable):
            return

    def _newest_people(self) -> pl.DataFrame:
        nothing = pl.DataFrame(schema={name: self._columns(FEATURES)[name] for name in CLOCKS})
        return self._read(FEATURES, self._everyone[FEATURES].people, nothing)

    def _chunks(self, size: int, after: str, nothing: pl.DataFrame) -> Iterator[pl.DataFrame]:
        everyone = self._everyone[FEATURES]
        while True:
            behind = partial(everyone.behind, after=after, size=size)
            chunk = self._read(FEATURES, behind, nothing)
            if chunk.is_empty():
                return
            yield chunk.select(nothing.columns)
            after = chunk[TOKEN][-1]


def _record(row: dict[str, Any]) -> FeatureRecord:
    token, event_time, write_time = (row.pop(name) for name in (TOKEN, EVENT_TIME, WRITE_TIME))
    return FeatureRecord(EmployeeToken(token), event_time, write_time, row)

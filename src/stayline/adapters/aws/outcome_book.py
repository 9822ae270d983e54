"""The outcome book in S3."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from datetime import datetime
from typing import Any

import polars as pl

from stayline.adapters.aws.aged_frames import frame_ages, is_one
from stayline.adapters.aws.answer_book import S3AnswerBook
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.parquet import decoded, encoded
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.domain.outcome_news import Told, news_of_events, news_of_people
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages
from stayline.errors import StoreDamaged
from stayline.ports.aged_records import NOBODY
from stayline.ports.feature_store import INSTANT

KEY = "outcomes/book.parquet"
_TYPES = {
    "event_id": pl.String(),
    "left": pl.Boolean(),
    "token": pl.String(),
    "seen_until": pl.Date(),
    "left_on": pl.Date(),
    "is_voluntary": pl.Boolean(),
    "known_at": INSTANT,
}
"""A row is of an event, without a token, or of a person, without an event."""
_OF_PERSON = ("token", "seen_until", "known_at", "left_on", "is_voluntary")
Rows = Callable[[pl.DataFrame], pl.DataFrame]


class S3OutcomeBook:
    """Keeps one Parquet object, a row each time that something new became known.

    It is exchanged as it was read: an addition is there whole or not at all, and of two at the same
    time the second is looked at again beside the first. Some 7 MB a year at 500 labels a day and
    100,000 people. Labels of people held are found by the ids in the answer book.
    """

    CALLS = frozenset(
        {
            "dynamodb.query",
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.put_object",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self._bucket = RecordBucket(clients, clients.resources.data_bucket, "the outcome book")
        self._answers = S3AnswerBook(clients)

    def add(self, outcomes: Sequence[EventOutcome | PersonOutcome]) -> int:
        """Keep what is new."""
        events = [outcome for outcome in outcomes if isinstance(outcome, EventOutcome)]
        people = [outcome for outcome in outcomes if isinstance(outcome, PersonOutcome)]

        def added(old: bytes | None) -> tuple[bytes | None, int]:
            book = _decoded(old).with_row_index("place")
            labels = news_of_events(events, _known_events(book, events))
            told = news_of_people(people, _known_people(book, people))
            count = len(labels) + told.count
            if not count:
                return old, 0
            stays = book.filter(~pl.col("place").is_in(told.outdated)).drop("place")
            return encoded(pl.concat([stays, _frame(labels), _frame(told.news)])), count

        return self._bucket.rewrite(KEY, added) if outcomes else 0

    def of_events(self, as_of: datetime) -> dict[str, bool]:
        """Return whether the person left, by event or inference id."""
        labels = self._known(as_of).filter(pl.col("event_id").is_not_null())
        return dict(labels["event_id", "left"].iter_rows())

    def of_people(self, as_of: datetime) -> list[PersonOutcome]:
        """Return the last that was known of each person."""
        told = self._known(as_of).filter(pl.col("token").is_not_null())
        last = told.unique("token", keep="last", maintain_order=True).sort("token")
        return [_person(row) for row in last[_OF_PERSON].iter_rows()]

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove everything about these people."""
        is_theirs = is_one("token", frozenset(tokens))
        return self._change(lambda book: book.filter(~is_theirs)) if tokens else 0

    def erase_events(self, ids: Collection[str]) -> int:
        """Remove the labels of these events."""
        is_theirs = is_one("event_id", frozenset(ids))
        return self._change(lambda book: book.filter(~is_theirs)) if ids else 0

    def rename(self, renames: pl.DataFrame) -> None:
        """Put ``token`` in the place of ``alias`` for everyone; all or nothing, safe to repeat."""
        old, new = renames["alias"], renames["token"]
        self._change(lambda book: book.with_columns(book["token"].replace(old, new)))

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return how old the outcomes are, of people and of events."""
        book = _decoded(self._bucket.get(KEY))
        return frame_ages([book], "known_at", before, is_held=self._is_held(held))

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove outcomes that became known before that time."""
        stays = (pl.col("known_at") >= before) | self._is_held(held)
        return self._change(lambda book: book.filter(stays))

    def problems(self) -> list[str]:
        """Return that the object cannot be read, if so."""
        try:
            _decoded(self._bucket.get(KEY))
        except StoreDamaged:
            return [f"{KEY} cannot be read"]
        return []

    def _known(self, as_of: datetime) -> pl.DataFrame:
        book = _decoded(self._bucket.get(KEY)).filter(pl.col("known_at") <= as_of)
        return book.sort("known_at", maintain_order=True)

    def _is_held(self, held: AbstractSet[EmployeeToken]) -> pl.Expr:
        ids = self._answers.ids_of(held)
        return is_one("token", held) | is_one("event_id", ids)

    def _change(self, change: Rows) -> int:
        def changed(old: bytes | None) -> tuple[bytes | None, int]:
            before = _decoded(old)
            after = change(before)
            if after.equals(before):
                return old, 0
            return encoded(after), before.height - after.height

        gone = self._bucket.rewrite(KEY, changed)
        self._bucket.purge_former(KEY)
        return gone


def _known_events(book: pl.DataFrame, events: Iterable[EventOutcome]) -> dict[str, bool]:
    asked = frozenset(event.event_id for event in events)
    rows = book.filter(is_one("event_id", asked)).sort("known_at", maintain_order=True)
    return dict(rows["event_id", "left"].iter_rows())


def _known_people(
    book: pl.DataFrame, people: Iterable[PersonOutcome]
) -> dict[EmployeeToken, list[Told]]:
    known = defaultdict[EmployeeToken, list[Told]](list)
    asked = frozenset(person.token for person in people)
    rows = book.filter(is_one("token", asked)).sort("known_at", maintain_order=True)
    for place, *row in rows[("place", *_OF_PERSON)].iter_rows():
        person = _person(row)
        known[person.token].append((person, place))
    return known


def _person(row: Sequence[Any]) -> PersonOutcome:
    return PersonOutcome(**dict(zip(_OF_PERSON, row, strict=True)))


def _frame(outcomes: Sequence[EventOutcome | PersonOutcome]) -> pl.DataFrame:
    return pl.DataFrame([asdict(outcome) for outcome in outcomes], schema=_TYPES)


def _decoded(content: bytes | None) -> pl.DataFrame:
    return decoded(content, _TYPES, store="The outcome book", key=KEY)

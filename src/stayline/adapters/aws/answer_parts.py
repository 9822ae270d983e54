"""Answers as Parquet files, and in which order they were added."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_hex

import polars as pl

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.parquet import decoded, encoded
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.errors import StoreDamaged
from stayline.ports.answer_book import ANSWER_TYPES

PREFIX = "answers/"
_WHAT = "the answer book"
_BOOK = "answers"


@dataclass(frozen=True, slots=True)
class Part:
    """What was added at one time.

    ``spans`` tells for each model version the first and last time of its answers; of some the
    answers may have gone since.
    """

    number: int
    key: str
    spans: Mapping[int, tuple[datetime, datetime]]


class AnswerParts:
    """Keeps a Parquet object for each addition, and in DynamoDB an item that makes it count.

    Additions are numbered without a gap and each number is given once, by a conditional write: of
    two who add at the same time one is refused, and sees what the other added before it tries
    again. An object without an item is being added, or never was: it counts for nothing, and rows
    go from it like from the others.
    """

    def __init__(self, clients: Clients) -> None:
        self._bucket = RecordBucket(clients, clients.resources.data_bucket, _WHAT)
        self._table = Table(clients, clients.resources.state_table, Part, _WHAT)

    def after(self, number: int = 0) -> list[Part]:
        """Return the parts that were added behind this one, in order."""
        return [item.value for item in self._table.query(_BOOK, first=_place(number + 1))]

    def add(self, number: int, rows: pl.DataFrame) -> bool:
        """Add a part of this number; False, and nothing is added, where there is one."""
        key = f"{PREFIX}{token_hex(16)}.parquet"
        spans = rows.group_by("model_version").agg(
            first=pl.min("inferred_at"), last=pl.max("inferred_at")
        )
        part = Part(number, key, {version: (first, last) for version, first, last in spans.rows()})
        self._bucket.put_new(key, encoded(rows))
        if self._table.put_new(Item(_BOOK, _place(number), part)):
            return True
        self._bucket.purge_all(key)
        return False

    def frames(self, parts: Sequence[Part]) -> Iterator[pl.DataFrame]:
        """Yield the answers of these parts; raises `StoreDamaged` for one that cannot be read."""
        bodies = self._bucket.bodies(part.key for part in parts)
        return (_decoded(key, body) for key, body in bodies)

    def change(self, change: Callable[[pl.DataFrame], pl.DataFrame]) -> int:
        """Put other rows in the place of every part's; return by how many fewer there are.

        An object that has none left goes, but for the newest part: its number must not be given
        again.
        """
        parts = self.after()
        newest = parts[-1].key if parts else ""
        added, gone, empty = {part.key: part for part in parts}, 0, list[str]()
        for key, body in self._bucket.bodies(self._bucket.keys(PREFIX)):
            before = _decoded(key, body)
            if change(before).equals(before):
                left = before.height
            else:
                fewer, left = self._bucket.rewrite(key, partial(_changed, key=key, change=change))
                gone += fewer if key in added else 0
            if not left and key in added and key != newest:
                empty.append(key)
        self._table.remove_all((_BOOK, _place(added[key].number)) for key in empty)
        self._bucket.remove_all(empty)
        self._bucket.purge_former(PREFIX)
        return gone

    def problems(self) -> list[str]:
        """Return which parts cannot be read."""
        return [problem for part in self.after() if (problem := self._problem(part)) is not None]

    def _problem(self, part: Part) -> str | None:
        body = self._bucket.get(part.key)
        if body is None:
            return f"{part.key} is not there"
        try:
            _decoded(part.key, body)
        except StoreDamaged:
            return f"{part.key} cannot be read"
        return None


def _place(number: int) -> str:
    return f"{number:012d}"


def _decoded(key: str, body: bytes) -> pl.DataFrame:
    return decoded(body, ANSWER_TYPES, store="The answer book", key=key)


def _changed(
    old: bytes | None, *, key: str, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> tuple[bytes | None, tuple[int, int]]:
    if old is None:  # it went meanwhile, by somebody else's removal
        return None, (0, 0)
    before = _decoded(key, old)
    after = change(before)
    return encoded(after), (before.height - after.height, after.height)

"""Protected attributes in a bucket of their own, under a key of its own."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC

import msgspec
import polars as pl

from stayline.adapters.aws.aged_frames import is_one
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.parquet import decoded, encoded
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.pseudonyms import EmployeeToken
from stayline.errors import StoreDamaged
from stayline.formats.attribute_texts import KEYS, attribute_columns, attribute_texts
from stayline.ports.clock import Clock
from stayline.ports.feature_store import INSTANT

KEY = "attributes.parquet"
READS = "reads/"
_TYPES = {"token": pl.String(), "event_time": INSTANT, "attributes": pl.String()}
_EVERYONE = pl.lit(value=True)


class _Read(msgspec.Struct, frozen=True):
    actor: str
    purpose: str
    at: str


class S3ProtectedAttributes:
    """Keeps one Parquet object of all rows, exchanged as it was read, and one object a read.

    Reads are numbered without a gap: each number is given once, by a conditional write, before
    anything is read. A gap is a read that somebody took out, and `problems` tells it.
    """

    CALLS = frozenset(
        {
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.list_objects_v2",
            "s3.put_object",
        }
    )

    def __init__(self, clients: Clients, clock: Clock) -> None:
        bucket = clients.resources.protected_bucket
        self._bucket = RecordBucket(clients, bucket, "the store of protected attributes")
        self._clock = clock

    def put(self, rows: pl.DataFrame) -> int:
        """Add rows and return how many were new or changed."""
        typed = (pl.col(name).cast(kind) for name, kind in _TYPES.items())
        told = attribute_texts(rows).select(typed).unique(KEYS, keep="last", maintain_order=True)

        def put(kept: pl.DataFrame) -> tuple[pl.DataFrame, int]:
            news = told.join(kept, on=list(_TYPES), how="anti", nulls_equal=True)
            stays = kept.join(news, on=KEYS, how="anti")
            return pl.concat([stays, news]), news.height

        return self._change(put)

    def read(self, purpose: AuditPurpose) -> pl.DataFrame:
        """Record the read, then return all rows."""
        return self._read(purpose, _EVERYONE)

    def read_of(self, tokens: Sequence[EmployeeToken], purpose: AuditPurpose) -> pl.DataFrame:
        """Record the read, then return the rows of these people."""
        return self._read(purpose, is_one("token", frozenset(tokens)))

    def reads(self) -> list[tuple[AuditPurpose, str]]:
        """Return every recorded read, oldest first."""
        bodies = (body for _, body in self._bucket.bodies(self._bucket.keys(READS)))
        reads = [msgspec.json.decode(body, type=_Read) for body in bodies]
        return [(AuditPurpose(read.actor, read.purpose), read.at) for read in reads]

    def rename(self, renames: pl.DataFrame) -> None:
        """Put new tokens in the place of old ones; what stands under a new one already stays."""
        old, new = renames["alias"], renames["token"]

        def renamed(kept: pl.DataFrame) -> tuple[pl.DataFrame, int]:
            is_old = is_one("token", frozenset(old))
            moved = kept.filter(is_old)
            moved = moved.with_columns(moved["token"].replace(old, new))
            rows = pl.concat([kept.filter(~is_old), moved])
            return rows.unique(KEYS, keep="first", maintain_order=True), moved.height

        self._change(renamed)

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and return how many rows went."""

        def erased(kept: pl.DataFrame) -> tuple[pl.DataFrame, int]:
            left = kept.filter(pl.col("token") != token)
            return left, kept.height - left.height

        return self._change(erased)

    def problems(self) -> list[str]:
        """Return that the rows cannot be read, and which recorded reads are not there."""
        found = list(self._missing_reads())
        try:
            _decoded(self._bucket.get(KEY))
        except StoreDamaged:
            found.append(f"{KEY} cannot be read")
        return found

    def _read(self, purpose: AuditPurpose, of_whom: pl.Expr) -> pl.DataFrame:
        self._record(purpose)
        rows = _decoded(self._bucket.get(KEY)).filter(of_whom)
        return rows.select(KEYS).with_columns(attribute_columns(rows["attributes"].to_list()))

    def _record(self, purpose: AuditPurpose) -> None:
        at = self._clock.now().astimezone(UTC).isoformat()
        told = msgspec.json.encode(_Read(purpose.actor, purpose.purpose, at))
        number = max(self._numbers(), default=0) + 1
        while not self._bucket.put_new(_key(number), told):
            number += 1  # somebody else reads at the same time

    def _numbers(self) -> Iterator[int]:
        return (int(key[len(READS) :].removesuffix(".json")) for key in self._bucket.keys(READS))

    def _missing_reads(self) -> Iterator[str]:
        there = set(self._numbers())
        for number in range(1, max(there, default=0)):
            if number not in there:
                yield f"the record of read {number} is not there"

    def _change(self, change: Callable[[pl.DataFrame], tuple[pl.DataFrame, int]]) -> int:
        def changed(old: bytes | None) -> tuple[bytes | None, int]:
            rows, count = change(_decoded(old))
            return (encoded(rows.sort(KEYS)), count) if count else (old, 0)

        count = self._bucket.rewrite(KEY, changed)
        self._bucket.purge_former(KEY)
        return count


def _key(number: int) -> str:
    return f"{READS}{number:012d}.json"


def _decoded(content: bytes | None) -> pl.DataFrame:
    return decoded(content, _TYPES, store="The store of protected attributes", key=KEY)

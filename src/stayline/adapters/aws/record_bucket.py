"""Objects in S3 that hold records of people, and from which single records may go."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from stayline.adapters.aws.bucket import Bucket, version_of
from stayline.adapters.aws.clients import code_of, our_errors
from stayline.errors import StoreUnavailable

Told = TypeVar("Told")
Change = Callable[[bytes | None], tuple[bytes | None, Told]]
"""Makes of what stands there (None: nothing) what shall stand there, and tells its caller of it."""
_AT_ONCE = 8
"""Objects that are fetched at a time: one takes some 20 ms, nearly all of it waiting."""
_TRIES = 20
_MEANWHILE = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})


@dataclass(frozen=True, slots=True)
class Found:
    """A key, and when what stands there was put."""

    key: str
    modified: datetime


class RecordBucket(Bucket):
    """Rewrites an object only as it was read, so nothing that others do meanwhile is undone.

    A reader sees the object as it was or as it is, never between. The version from before goes with
    `purge_former`; who is killed before it leaves that version to the next one that calls it.
    """

    def found(self, prefix: str) -> Iterator[Found]:
        """Yield what stands under keys that begin so, in order of the keys."""
        for page in self._pages(prefix):
            yield from (Found(one["Key"], one["LastModified"].astimezone(UTC)) for one in page)

    def folders(self, prefix: str) -> list[str]:
        """Return the beginnings of keys up to the next slash, ``capture/`` giving ``capture/a/``.

        Of keys that hold one, in order.
        """
        found: list[str] = []
        start: dict[str, str] = {}
        while True:
            with our_errors(self._what):
                page = self._s3.list_objects_v2(
                    Bucket=self._bucket, Prefix=prefix, Delimiter="/", **start
                )
            found += (one["Prefix"] for one in page.get("CommonPrefixes", ()))
            if not page.get("IsTruncated"):
                return found
            start = {"ContinuationToken": page["NextContinuationToken"]}

    def bodies(self, keys: Iterable[str]) -> Generator[tuple[str, bytes], None, None]:
        """Yield each object with its key, in the order of the keys, with a few fetched ahead.

        One that is removed meanwhile is left out.
        """
        coming: deque[tuple[str, Future[bytes | None]]] = deque()

        def first() -> Iterator[tuple[str, bytes]]:
            key, fetched = coming.popleft()
            body = fetched.result()
            if body is not None:
                yield key, body

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for key in keys:
                coming.append((key, pool.submit(self.get, key)))
                if len(coming) > _AT_ONCE:
                    yield from first()
            while coming:
                yield from first()

    def rewrite(self, key: str, change: Change[Told]) -> Told:
        """Put what ``change`` makes of an object in its place, and return what it tells.

        None as the new content removes it. Somebody else's write between the reading and the
        writing makes it begin again, so ``change`` may be called several times; so does a write
        that S3 took and whose answer was lost: then it tells what is left to change, nothing.
        """
        for _ in range(_TRIES):
            content, tag = self._tagged(key)
            new, told = change(content)
            if new == content or self._exchanged(key, tag, new):
                return told
        raise StoreUnavailable(self._what, "others write the same object again and again.")

    def purge_former(self, prefix: str) -> int:
        """Remove every version of keys that begin so but those that stand; return how many went.

        Marks of removal go last: without them what they hide would stand again.
        """
        versions: list[dict[str, str]] = []
        marks: list[dict[str, str]] = []
        for page in self._pages_of_versions(prefix):
            versions += (version_of(v) for v in page.get("Versions", ()) if not v["IsLatest"])
            marks += (version_of(mark) for mark in page.get("DeleteMarkers", ()))
        return self._removed(versions) + self._removed(marks)

    def _tagged(self, key: str) -> tuple[bytes | None, str | None]:
        from botocore.exceptions import ClientError

        with our_errors(self._what):
            try:
                found = self._s3.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    return None, None
                raise
            return found["Body"].read(), found["ETag"]

    def _exchanged(self, key: str, tag: str | None, new: bytes | None) -> bool:
        from botocore.exceptions import ClientError

        place = {"Bucket": self._bucket, "Key": key}
        unchanged = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        with our_errors(self._what):
            try:
                if new is None:
                    self._s3.delete_object(**place, **unchanged)
                else:
                    self._s3.put_object(**place, **unchanged, Body=new)
            except ClientError as error:
                if code_of(error) in _MEANWHILE:
                    return False
                raise
        return True

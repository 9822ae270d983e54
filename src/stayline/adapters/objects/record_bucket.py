"""Objects in S3 that hold records of people, and from which single records may go."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from stayline.adapters.objects.bucket import Bucket, version_of
from stayline.adapters.objects.clients import code_of
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
            yield from (Found(self._key(one), one["LastModified"].astimezone(UTC)) for one in page)

    def folders(self, prefix: str) -> list[str]:
        """Return the beginnings of keys up to the next slash, ``capture/`` giving ``capture/a/``.

        Of keys that hold one, in order.
        """
        found: list[str] = []
        start: dict[str, str] = {}
        while True:
            with self._our_errors():
                page = self._s3.list_objects_v2(
                    Bucket=self._bucket, Prefix=self._prefix + prefix, Delimiter="/", **start
                )
            within = (one["Prefix"] for one in page.get("CommonPrefixes", ()))
            found += (prefix.removeprefix(self._prefix) for prefix in within)
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

    def is_exchanged_as_read(self, key: str) -> bool:
        """Whether an object is exchanged for another just where it is as it was read."""
        content, tag = self._tagged(key)
        return not self._exchanged(key, '"0"', b"") and self._exchanged(key, tag, content)

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

        with self._our_errors():
            try:
                found = self._s3.get_object(**self._place(key))
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    return None, None
                raise
            return found["Body"].read(), found["ETag"]

    def _exchanged(self, key: str, tag: str | None, new: bytes | None) -> bool:
        """Exchange an object that has this tag (None: that is not there); return whether it had.

        HTTP writes tags in quotes, and S3 takes them either way; Ceph and others take them bare
        alone, and refuse what they do not know again.
        """
        if tag is None:
            return self._made(key, new, {"IfNoneMatch": "*"})
        return any(self._made(key, new, {"IfMatch": form}) for form in (tag, tag.strip('"')))

    def _made(self, key: str, new: bytes | None, unchanged: dict[str, str]) -> bool:
        from botocore.exceptions import ClientError

        place = self._place(key)
        with self._our_errors():
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

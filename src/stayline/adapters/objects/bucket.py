"""Files in an S3 bucket, by key."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Self

from stayline.adapters.objects.clients import ServiceClients, code_of
from stayline.adapters.objects.storage import Storage
from stayline.errors import StoreUnavailable

_REMOVALS_A_CALL = 1000


class Bucket:
    """Reads and writes whole objects; ``what`` names the store in errors.

    Every key is told, and taken, without the ``prefix`` that all of them begin with. On AWS the
    bucket itself encrypts what is put there, and lets nobody in without TLS.
    """

    def __init__(self, clients: ServiceClients, bucket: str, what: str, prefix: str = "") -> None:
        self._clients = clients
        self._bucket = bucket
        self._what = what
        self._prefix = prefix

    @classmethod
    def of(cls, storage: Storage, what: str) -> Self:
        """Return the objects of a storage."""
        return cls(storage.clients, storage.bucket, what, storage.prefix)

    def get(self, key: str) -> bytes | None:
        """Return an object's bytes; None where there is none."""
        from botocore.exceptions import ClientError

        with self._our_errors():
            try:
                found = self._s3.get_object(**self._place(key))
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    return None
                raise
            body: bytes = found["Body"].read()
        return body

    def put(self, key: str, body: bytes) -> None:
        """Keep an object, in place of what stood there."""
        with self._our_errors():
            self._s3.put_object(**self._place(key), Body=body)

    def put_new(self, key: str, body: bytes) -> bool:
        """Keep an object unless there is one of that key; return whether it was kept."""
        from botocore.exceptions import ClientError

        with self._our_errors():
            try:
                self._s3.put_object(**self._place(key), Body=body, IfNoneMatch="*")
            except ClientError as error:
                if code_of(error) == "PreconditionFailed":
                    return False
                raise
        return True

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Yield the keys that begin so, in order, behind ``after``; over as many pages as it takes.

        What is put meanwhile may be left out.
        """
        return (self._key(found) for page in self._pages(prefix, after) for found in page)

    def put_times(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Yield the keys that begin so, in order, each with when its object was put."""
        for page in self._pages(prefix):
            yield from ((self._key(found), found["LastModified"]) for found in page)

    def remove_all(self, keys: Iterable[str]) -> int:
        """Remove objects; return how many keys there were.

        With versioning they are hidden at once, and gone when the bucket's lifecycle says; see
        `purge_all` for what must not stay.
        """
        return self._removed([{"Key": self._prefix + key} for key in keys])

    def purge_all(self, prefix: str) -> int:
        """Remove every version of the objects whose keys begin so; return how many there were."""
        return self._removed(list(self._versions(prefix)))

    @property
    def _s3(self) -> Any:
        return self._clients.of("s3")

    def _our_errors(self) -> AbstractContextManager[None]:
        return self._clients.our_errors(self._what)

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _key(self, found: Mapping[str, Any]) -> str:
        key: str = found["Key"]
        return key.removeprefix(self._prefix)

    def _pages(self, prefix: str, after: str = "") -> Iterator[list[dict[str, Any]]]:
        start: dict[str, Any] = {"StartAfter": self._prefix + after} if after else {}
        while True:
            with self._our_errors():
                page = self._s3.list_objects_v2(
                    Bucket=self._bucket, Prefix=self._prefix + prefix, **start
                )
            yield page.get("Contents", [])
            if not page.get("IsTruncated"):
                return
            start = {"ContinuationToken": page["NextContinuationToken"]}

    def _versions(self, prefix: str) -> Iterator[dict[str, str]]:
        for page in self._pages_of_versions(prefix):
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                yield version_of(found)

    def _pages_of_versions(self, prefix: str) -> Iterator[dict[str, Any]]:
        start: dict[str, str] = {}
        while True:
            with self._our_errors():
                page = self._s3.list_object_versions(
                    Bucket=self._bucket, Prefix=self._prefix + prefix, **start
                )
            yield page
            if not page.get("IsTruncated"):
                return
            start = {
                "KeyMarker": page["NextKeyMarker"],
                "VersionIdMarker": page["NextVersionIdMarker"],
            }

    def _removed(self, objects: list[dict[str, str]]) -> int:
        for start in range(0, len(objects), _REMOVALS_A_CALL):
            part = objects[start : start + _REMOVALS_A_CALL]
            with self._our_errors():
                answer = self._s3.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": part, "Quiet": True}
                )
            for problem in answer.get("Errors", ()):
                told = f"{self._clients.name} did not remove all ({problem['Code']})."
                raise StoreUnavailable(self._what, told)
        return len(objects)


def version_of(found: dict[str, Any]) -> dict[str, str]:
    """Return what names a version of those listed, its whole key, for who removes it."""
    return {"Key": found["Key"], "VersionId": found["VersionId"]}

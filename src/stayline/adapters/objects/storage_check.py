"""Whether a server does what the adapters ask of it, S3 or another."""

import secrets
from collections.abc import Callable

from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.storage import Storage, s3_endpoint

_CONTENT = b"stayline"


class S3StorageCheck:
    """Puts an object, and again on conditions that hold and that do not, and removes it.

    ``waiting`` tells how many captured files are to be brought there yet.
    """

    def __init__(self, storage: Storage, waiting: Callable[[], int]) -> None:
        self._storage = storage
        self._waiting = waiting
        self._bucket = RecordBucket.of(storage, "the object storage")

    def problems(self) -> list[str]:
        """Return what the server does not do."""
        prefix = "tried/"
        key = prefix + secrets.token_hex(8)
        found = []
        try:
            self._bucket.put(key, _CONTENT)
            if self._bucket.get(key) != _CONTENT:
                found.append("an object does not come back as it was put")
            if self._bucket.put_new(key, b"") or not self._bucket.is_exchanged_as_read(key):
                found.append(
                    "puts on a condition (If-None-Match, If-Match) are not made just where it "
                    "holds, so two gateways would undo each other's writes; use another server, or "
                    "a bucket without versions where it is the versions that it lacks this for"
                )
            if list(self._bucket.keys(prefix)).count(key) != 1:
                found.append("what was put is not listed at once")
        finally:
            self._bucket.purge_all(key)
        return found

    def notes(self) -> list[str]:
        """Return the address, whose server it is, and what is to be brought there."""
        _, endpoint = s3_endpoint()
        place = f"{self._storage.url} at {endpoint or 'AWS'}"
        return [place, f"{self._waiting():,} captured files of past hours wait to be shipped there"]

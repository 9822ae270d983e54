"""Whose turn it is to write facts, noted beside them."""

import msgspec

from stayline.adapters.delta.writer_lease import Held
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.s3_place import OFFLINE
from stayline.adapters.objects.storage import Storage

_KEY = f"{OFFLINE}/writer.json"


class S3Turn:
    """One object, put or removed only as it was read."""

    def __init__(self, storage: Storage) -> None:
        self._bucket = RecordBucket.of(storage, "the writers' turn")

    def seen(self) -> Held | None:
        """Return what it says now."""
        return _held(self._bucket.get(_KEY))

    def swap(self, before: Held | None, after: Held | None) -> bool:
        """Let it say something else, by a conditional put.

        Nobody's turn is an object that holds nothing: not every server removes on a condition.
        """

        def changed(content: bytes | None) -> tuple[bytes | None, bool]:
            if _held(content) != before:
                return content, False
            return (b"" if after is None else msgspec.json.encode(after)), True

        return self._bucket.rewrite(_KEY, changed)


def _held(content: bytes | None) -> Held | None:
    return msgspec.json.decode(content, type=Held) if content else None

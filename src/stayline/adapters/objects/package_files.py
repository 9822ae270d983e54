"""The bytes of model packages in S3, by digest."""

from collections.abc import Mapping

from stayline.adapters.objects.bucket import Bucket
from stayline.adapters.objects.storage import Storage

_ARCHIVE = "model.tar.gz"


class S3PackageFiles:
    """Keeps ``models/DIGEST/model.tar.gz``, and beside it the reports about it."""

    def __init__(self, storage: Storage) -> None:
        self._bucket = Bucket.of(storage, "the model registry")

    def keep(self, digest: str, archive: bytes, reports: Mapping[str, bytes]) -> None:
        """Keep the bytes, those of an archive that was damaged meanwhile anew."""
        key = _place(digest) + _ARCHIVE
        if not self._bucket.put_new(key, archive) and self._bucket.get(key) != archive:
            self._bucket.put(key, archive)
        for name, report in reports.items():
            self._bucket.put(_reports(digest) + name, report)

    def archive(self, digest: str) -> bytes | None:
        """Return the bytes that are kept under a digest; None where there are none."""
        return self._bucket.get(_place(digest) + _ARCHIVE)

    def reports(self, digest: str) -> Mapping[str, bytes]:
        """Return the evaluation files kept with an archive."""
        prefix = _reports(digest)
        found = {key: self._bucket.get(key) for key in self._bucket.keys(prefix)}
        return {
            key.removeprefix(prefix): content
            for key, content in found.items()
            if content is not None
        }


def _place(digest: str) -> str:
    return f"models/{digest.removeprefix('sha256:')}/"


def _reports(digest: str) -> str:
    return f"{_place(digest)}reports/"

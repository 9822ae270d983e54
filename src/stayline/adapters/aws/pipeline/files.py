"""Inputs and outputs of pipelines in S3: read whole, and removed with all their versions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.pipeline.places import Places
from stayline.adapters.objects.bucket import Bucket
from stayline.errors import NothingKept
from stayline.formats.file_trees import content_digest, is_aggregate, tree_digest

KEPT_FOR = timedelta(days=30)
"""As long as SageMaker may use an output again; see the definition's ``CacheConfig``."""
_RUNS, _STAGED = "runs/", "staged/"
_WHAT = "the pipeline's files"


class PipelineFiles:
    """Reads and removes what lies under ``runs/`` and ``staged/`` in the stack's buckets."""

    CALLS = frozenset(
        {
            "s3.delete_objects",
            "s3.get_object",
            "s3.list_object_versions",
            "s3.list_objects_v2",
        }
    )

    def __init__(self, clients: Clients) -> None:
        self.places = Places(clients.resources)
        self._buckets = {
            name: Bucket(clients, name, _WHAT)
            for name in (clients.resources.data_bucket, clients.resources.protected_bucket)
        }

    def read(self, uri: str) -> bytes:
        """Return the bytes at a URI; raises `NothingKept`."""
        found = self.places.bucket_of(uri)
        content = None if found is None else self._buckets[found[0]].get(found[1])
        if content is None:
            raise NothingKept(uri)
        return content

    def tree(self, uri: str) -> Mapping[str, bytes]:
        """Return the files below a URI, by their relative paths; none where none is there."""
        found = self.places.bucket_of(uri)
        if found is None:
            return {}
        bucket, prefix = self._buckets[found[0]], found[1].rstrip("/") + "/"
        contents = ((key, bucket.get(key)) for key in bucket.keys(prefix))
        return {key.removeprefix(prefix): body for key, body in contents if body is not None}

    def digest(self, uri: str) -> str:
        """Return the digest of what lies below a URI, as `tree_of` checks it; empty for nothing."""
        files = self.tree(uri)
        return _digest(files) if files else ""

    def whole_tree(self, uri: str, digest: str) -> Mapping[str, bytes]:
        """Return the files below a URI if they are those of a digest; raises `NothingKept`.

        Another execution may have written there since.
        """
        files = self.tree(uri)
        if not files or _digest(files) != digest:
            raise NothingKept(uri)
        return files

    def remove(self, uri: str) -> None:
        """Remove every version of what lies below a URI."""
        found = self.places.bucket_of(uri)
        if found is not None:
            self._buckets[found[0]].purge_all(found[1].rstrip("/") + "/")

    def remove_old_runs(self, *, at: datetime) -> int:
        """Remove the runs whose every file is too old to be used again; return how many."""
        newest: dict[str, datetime] = {}
        for bucket, key, put_at in self._all(_RUNS):
            folder = f"s3://{bucket}/{'/'.join(key.split('/')[:2])}"
            newest[folder] = max(put_at, newest.get(folder, put_at))
        expired = [folder for folder, put_at in newest.items() if put_at < at - KEPT_FOR]
        for folder in expired:
            self.remove(folder)
        return len(expired)

    def row_holders(self) -> Mapping[str, datetime]:
        """Return the outputs and inputs that hold rows of people, with when they came there.

        An output is ``runs/<run>/<step>/<name>``, an input ``staged/<name>/<digest>``.
        """
        found = defaultdict[str, list[datetime]](list)
        for start, depth in ((_RUNS, 4), (_STAGED, 3)):
            for bucket, key, put_at in self._all(start):
                if not is_aggregate(key):
                    found[f"s3://{bucket}/{'/'.join(key.split('/')[:depth])}"].append(put_at)
        return {folder: max(times) for folder, times in found.items()}

    def _all(self, start: str) -> Iterator[tuple[str, str, datetime]]:
        for name, bucket in self._buckets.items():
            for key, put_at in bucket.put_times(start):
                yield name, key, put_at


def _digest(files: Mapping[str, bytes]) -> str:
    return tree_digest({name: content_digest(files[name]) for name in sorted(files)})

"""The embedded adapters with what they keep in files on object storage, of a prefix of its own."""

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from fake_aws import REGION
from object_server import REAL
from stayline.adapters.delta.writer_lease import WriterLease
from stayline.adapters.embedded.feature_store import DeltaFeatureStore
from stayline.adapters.embedded.model_registry import SqliteModelRegistry
from stayline.adapters.embedded.package_files import FolderPackageFiles, NearPackageFiles
from stayline.adapters.embedded.remnants import SqliteRemnants
from stayline.adapters.embedded.shipped_capture_log import ShippedCaptureLog
from stayline.adapters.objects.package_files import S3PackageFiles
from stayline.adapters.objects.remnants import StorageRemnants
from stayline.adapters.objects.report_shelf import StoredReportShelf
from stayline.adapters.objects.s3_place import S3Place
from stayline.adapters.objects.storage import Storage, storage_at
from stayline.adapters.objects.writers_turn import S3Turn
from stayline.ports.capture_log import CaptureLog
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.model_registry import ModelRegistry
from stayline.ports.remnants import Remnants
from stayline.ports.report_shelf import ReportShelf
from stores import NOON, EmbeddedBackend, SetClock

BUCKET = "gateways"
_numbers = count(1)


def new_storage() -> Storage:
    """Return a storage in which there is nothing, at the server that the variables name."""
    storage = storage_at(f"s3://{BUCKET}/homes/{os.getpid()}-{next(_numbers)}")
    s3 = storage.clients.of("s3")
    if BUCKET not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        place = {"LocationConstraint": REGION} if s3.meta.region_name == REGION else {}
        s3.create_bucket(Bucket=BUCKET, **({"CreateBucketConfiguration": place} if place else {}))
        if not REAL:  # Ceph 16 makes puts in a bucket with versions whatever their condition
            s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return storage


class StoredBackend(EmbeddedBackend):
    """One gateway's home; several of one ``storage`` see each other's files."""

    def __init__(self, home: Path, storage: Storage, clock: Clock | None = None) -> None:
        super().__init__(home)
        home.mkdir(exist_ok=True)
        self.storage = storage
        self.clock = clock or SetClock()

    def capture(self) -> CaptureLog:
        return self.log()

    def log(self) -> ShippedCaptureLog:
        """Return the capture log as what can ship, too."""
        folder = self._home / "capture"
        return ShippedCaptureLog(folder, self.storage, endpoint="risk", clock=self.clock)

    def everything(self) -> bytes:
        """Return all that is kept, on the disk and in the storage, with every former version."""
        return b"\n".join([super().everything(), *self._every_version()])

    def features(self) -> FeatureStore:
        turns = WriterLease(S3Turn(self.storage))
        return DeltaFeatureStore(self._engine("online"), S3Place(self.storage), turns)

    def registry(self) -> ModelRegistry:
        return self.registry_of(self._engine("state"))

    def registry_of(self, state: sa.Engine) -> ModelRegistry:
        """Return the registry over a database that another home may share."""
        near = FolderPackageFiles(self._home / "models")
        return SqliteModelRegistry(state, NearPackageFiles(S3PackageFiles(self.storage), near))

    def remnants(self) -> Remnants:
        return StorageRemnants(self.storage, [SqliteRemnants([self._engine("state")])])

    def reports(self) -> ReportShelf:
        return StoredReportShelf(self.storage)

    def keys(self) -> list[str]:
        """Return the keys of what stands in the storage."""
        s3, prefix = self.storage.clients.of("s3"), self.storage.prefix
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        found = [one["Key"] for page in pages for one in page.get("Contents", ())]
        return [key.removeprefix(prefix) for key in found]

    def _every_version(self) -> Iterator[bytes]:
        s3 = self.storage.clients.of("s3")
        pages = s3.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=BUCKET, Prefix=self.storage.prefix):
            for one in page.get("Versions", ()):
                named = {"Key": one["Key"], "VersionId": one["VersionId"]}
                body = s3.get_object(Bucket=BUCKET, **named)["Body"].read()
                yield one["Key"].encode()
                yield pl.read_parquet(body).write_csv().encode() if body[:4] == b"PAR1" else body


class ShippedBackend(StoredBackend):
    """The same, where all that was captured is shipped before somebody opens the log again."""

    def __init__(self, home: Path, storage: Storage) -> None:
        super().__init__(home, storage, SetClock(NOON + timedelta(days=365)))
        self._logs: list[ShippedCaptureLog] = []

    def capture(self) -> CaptureLog:
        for log in self._logs:
            log.close()
        self._logs.append(self.log())
        self._logs[-1].ship()
        return self._logs[-1]

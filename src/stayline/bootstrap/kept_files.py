"""What a home keeps in files: in its own folders, or in object storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from stayline.bootstrap.content_types import listed
from stayline.errors import SettingRefused
from stayline.ports.capture_log import CaptureLog
from stayline.ports.capture_shipping import CaptureShipping
from stayline.ports.clock import Clock
from stayline.ports.feature_store import FeatureStore
from stayline.ports.object_storage import ObjectStorage
from stayline.ports.remnants import Remnants
from stayline.ports.report_shelf import ReportShelf
from stayline.settings import Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

    from stayline.adapters.embedded.package_files import PackageFiles


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """The adapters; ``storage`` and ``shipping`` are None where folders keep everything."""

    features: FeatureStore
    packages: "PackageFiles"
    reports: ReportShelf
    capture: CaptureLog
    remnants: Remnants
    storage: ObjectStorage | None = None
    shipping: CaptureShipping | None = None


def kept_files(
    settings: Settings, clock: Clock, *, online: "sa.Engine", engines: "Sequence[sa.Engine]"
) -> KeptFiles:
    """Return them as ``storage_url`` says; ``engines`` are those that hold records of people.

    Raises `SettingRefused` for another address, and where the library for it is not installed.
    """
    if settings.storage_url:
        return _in_storage(settings, clock, online, engines)
    return _in_folders(settings, online, engines)


def _in_folders(
    settings: Settings, online: "sa.Engine", engines: "Sequence[sa.Engine]"
) -> KeptFiles:
    from stayline.adapters.embedded.capture_log import JsonlCaptureLog
    from stayline.adapters.embedded.feature_store import DeltaFeatureStore
    from stayline.adapters.embedded.package_files import FolderPackageFiles
    from stayline.adapters.embedded.remnants import SqliteRemnants
    from stayline.adapters.embedded.report_shelf import FolderReportShelf

    home = settings.home
    return KeptFiles(
        features=DeltaFeatureStore.in_folder(online, home / "offline"),
        packages=FolderPackageFiles(home / "models"),
        reports=FolderReportShelf(home / "reports"),
        capture=JsonlCaptureLog(
            home / "capture",
            durability=settings.capture_durability,
            sampling_percent=settings.capture_sampling_percent,
            csv_content_types=listed(settings.capture_csv_content_types),
            json_content_types=listed(settings.capture_json_content_types),
        ),
        remnants=SqliteRemnants(engines),
    )


def _in_storage(
    settings: Settings, clock: Clock, online: "sa.Engine", engines: "Sequence[sa.Engine]"
) -> KeptFiles:
    if find_spec("boto3") is None:
        expected = "empty, or its library installed: `pip install 'stayline[aws]'`"
        raise SettingRefused("storage_url", settings.storage_url, expected)
    from stayline.adapters.delta.writer_lease import WriterLease
    from stayline.adapters.embedded.feature_store import DeltaFeatureStore
    from stayline.adapters.embedded.package_files import FolderPackageFiles, NearPackageFiles
    from stayline.adapters.embedded.remnants import SqliteRemnants
    from stayline.adapters.embedded.shipped_capture_log import ShippedCaptureLog
    from stayline.adapters.objects.package_files import S3PackageFiles
    from stayline.adapters.objects.remnants import StorageRemnants
    from stayline.adapters.objects.report_shelf import StoredReportShelf
    from stayline.adapters.objects.s3_place import S3Place
    from stayline.adapters.objects.storage import storage_at
    from stayline.adapters.objects.storage_check import S3StorageCheck
    from stayline.adapters.objects.writers_turn import S3Turn

    home, storage = settings.home, storage_at(settings.storage_url)
    capture = ShippedCaptureLog(
        home / "capture",
        storage,
        endpoint=settings.endpoint_name,
        clock=clock,
        durability=settings.capture_durability,
        sampling_percent=settings.capture_sampling_percent,
        csv_content_types=listed(settings.capture_csv_content_types),
        json_content_types=listed(settings.capture_json_content_types),
    )
    return KeptFiles(
        features=DeltaFeatureStore(online, S3Place(storage), WriterLease(S3Turn(storage))),
        packages=NearPackageFiles(S3PackageFiles(storage), FolderPackageFiles(home / "models")),
        reports=StoredReportShelf(storage),
        capture=capture,
        remnants=StorageRemnants(storage, [SqliteRemnants(engines)]),
        storage=S3StorageCheck(storage, capture.waiting),
        shipping=capture,
    )

"""The facts of a home as the workers of a cluster read them: by an address, without the home."""

from dataclasses import dataclass
from pathlib import Path

from stayline.adapters.delta.history import History
from stayline.adapters.delta.offline_features import OfflineFeatures
from stayline.adapters.delta.places import Locks
from stayline.adapters.delta.stored_schema import StoredSchema
from stayline.bootstrap.ports import Ports
from stayline.errors import SettingRefused, StoreUnavailable
from stayline.formats.aws_toml import AWS_FILE
from stayline.formats.schema_toml import dump_schema
from stayline.ports.feature_store import FEATURES
from stayline.settings import Settings

_OBJECTS = "s3://"


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """Where facts are, under which schema, and which commit of the features must be seen there."""

    address: str
    schema_toml: str
    commit: int

    def opened(self) -> History:
        """Return the facts, to be read; raises `StoreUnavailable` where they are not shared.

        Whoever sees no facts, or older ones, has another folder before it than the home has: its
        part would be nobody, and nobody would be told.
        """
        offline = _offline(self.address)
        seen = offline.version(FEATURES)
        if seen < self.commit:
            there = "there are none" if seen < 0 else f"they end at commit {seen}"
            raise StoreUnavailable(
                f"The facts at {self.address}",
                f"as a worker sees them {there}, expected commit {self.commit}; share the folder "
                "with every worker, under the same path, or keep facts on object storage "
                "(`storage_url`).",
            )
        return History(offline, StoredSchema(_FixedSchema(self.schema_toml)), _locks(self.address))


def shared_facts(settings: Settings, ports: Ports) -> SharedFacts:
    """Return the facts of a home as of now; raises `NothingImported`, and `SettingRefused` on AWS.

    There, SageMaker does the work of a cluster.
    """
    if (settings.home / AWS_FILE).exists():
        expected = f"one without an {AWS_FILE}: there, SageMaker does the work of a cluster"
        raise SettingRefused("home", str(settings.home), expected)
    schema = dump_schema(ports.features.schema())
    address = settings.storage_url or str((settings.home / "offline").resolve())
    return SharedFacts(address, schema, _offline(address).version(FEATURES))


class _FixedSchema:
    """The text of a schema as it was when the work was given out."""

    def __init__(self, text: str) -> None:
        self._text = text

    def schema_text(self) -> str:
        """Return the text."""
        return self._text

    def keep_schema(self, text: str, *, over: str | None) -> bool:
        """Keep nothing: who reads for others defines nothing."""
        return False


def _offline(address: str) -> OfflineFeatures:
    if address.startswith(_OBJECTS):
        from stayline.adapters.objects.s3_place import S3Place
        from stayline.adapters.objects.storage import storage_at

        return OfflineFeatures(S3Place(storage_at(address)))
    from stayline.adapters.embedded.folder_place import FolderPlace

    return OfflineFeatures(FolderPlace(Path(address)))


def _locks(address: str) -> Locks:
    if address.startswith(_OBJECTS):
        from stayline.adapters.delta.writer_lease import WriterLease
        from stayline.adapters.objects.storage import storage_at
        from stayline.adapters.objects.writers_turn import S3Turn

        return WriterLease(S3Turn(storage_at(address)))
    from stayline.adapters.embedded.folder_locks import FolderLocks

    return FolderLocks(Path(address))

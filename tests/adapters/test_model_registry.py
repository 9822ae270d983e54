import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from stayline.adapters.embedded.database import open_database
from stayline.adapters.embedded.model_registry import SqliteModelRegistry
from stayline.adapters.embedded.package_files import FolderPackageFiles
from stayline.domain.model_package import ModelPackage
from stayline.errors import PackageRefused, StoreUnavailable
from stores import NOON


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SqliteModelRegistry]:
    engine = open_database(tmp_path / "state.db", "state")
    yield SqliteModelRegistry(engine, FolderPackageFiles(tmp_path / "models"))
    engine.dispose()


def registered(registry: SqliteModelRegistry) -> ModelPackage:
    return registry.register(b"an archive", trained_by="ana", metrics={}, at=NOON)


def archive_file(tmp_path: Path, package: ModelPackage) -> Path:
    return tmp_path / "models" / package.digest.removeprefix("sha256:") / "model.tar.gz"


def test_an_archive_lies_by_its_digest_for_its_owner_only(
    tmp_path: Path, registry: SqliteModelRegistry
) -> None:
    file = archive_file(tmp_path, registered(registry))
    assert file.read_bytes() == b"an archive"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_an_altered_and_a_missing_archive_are_refused_and_named(
    tmp_path: Path, registry: SqliteModelRegistry
) -> None:
    package = registered(registry)
    file = archive_file(tmp_path, package)
    file.write_bytes(b"an archive!")
    with pytest.raises(PackageRefused, match="altered"):
        registry.archive(package.digest)
    assert "version 1" in registry.problems()[0]
    file.unlink()
    with pytest.raises(PackageRefused, match="missing"):
        registry.archive(package.digest)
    assert "missing" in registry.problems()[0]


def test_files_that_no_version_uses_are_no_damage(
    tmp_path: Path, registry: SqliteModelRegistry
) -> None:
    registered(registry)
    (tmp_path / "models" / ("0" * 64)).mkdir()
    (tmp_path / "models" / ("0" * 64) / "model.tar.gz.dead").write_bytes(b"half")
    assert registry.problems() == []


def test_registering_again_mends_an_altered_archive(
    tmp_path: Path, registry: SqliteModelRegistry
) -> None:
    archive_file(tmp_path, registered(registry)).write_bytes(b"torn")
    registered(registry)
    assert registry.problems() == []


def test_a_folder_that_cannot_be_written_leaves_no_version(
    tmp_path: Path, registry: SqliteModelRegistry
) -> None:
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="model folder"):
        registered(registry)
    assert registry.packages() == []

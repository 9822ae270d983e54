"""The bytes of model packages, by digest: in a folder, or elsewhere with a copy in a folder."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from stayline.errors import StoreUnavailable
from stayline.formats.model_archive import archive_digest

_ARCHIVE = "model.tar.gz"
_REPORTS = "reports"


class PackageFiles(Protocol):
    """Where archives and the reports about them are kept."""

    def keep(self, digest: str, archive: bytes, reports: Mapping[str, bytes]) -> None:
        """Keep an archive and its reports; what was kept of the same bytes stays or is the same."""
        ...

    def archive(self, digest: str) -> bytes | None:
        """Return the bytes kept under a digest, damaged or not; None where there are none."""
        ...

    def reports(self, digest: str) -> Mapping[str, bytes]:
        """Return the evaluation files kept with an archive."""
        ...


class FolderPackageFiles:
    """Keeps ``folder/<sha256>/``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, digest: str, archive: bytes, reports: Mapping[str, bytes]) -> None:
        """Write the files, each whole before it gets its name."""
        place = self._place(digest)
        _write(place / _ARCHIVE, archive)
        for name, report in reports.items():
            _write(place / _REPORTS / name, report)

    def archive(self, digest: str) -> bytes | None:
        """Return the bytes of the file."""
        try:
            return (self._place(digest) / _ARCHIVE).read_bytes()
        except OSError:
            return None

    def reports(self, digest: str) -> Mapping[str, bytes]:
        """Return the evaluation files."""
        folder = self._place(digest) / _REPORTS
        try:
            return {file.name: file.read_bytes() for file in sorted(folder.glob("*.*"))}
        except OSError as error:
            raise StoreUnavailable("The model folder", f"{error.strerror}.") from error

    def _place(self, digest: str) -> Path:
        return self._folder / digest.removeprefix("sha256:")


class NearPackageFiles:
    """Keeps packages far away, and the archives that were used here near, too.

    So a process can begin to answer while what is far is out of reach. Bytes have their digest for
    a name, so a copy is the right one or none.
    """

    def __init__(self, far: PackageFiles, near: PackageFiles) -> None:
        self._far = far
        self._near = near

    def keep(self, digest: str, archive: bytes, reports: Mapping[str, bytes]) -> None:
        """Keep them far away, then the archive near."""
        self._far.keep(digest, archive, reports)
        self._near.keep(digest, archive, {})

    def archive(self, digest: str) -> bytes | None:
        """Return the copy, or fetch one."""
        copy = self._near.archive(digest)
        if copy is not None and archive_digest(copy) == digest:
            return copy
        fetched = self._far.archive(digest)
        if fetched is not None and archive_digest(fetched) == digest:
            self._near.keep(digest, fetched, {})
        return fetched

    def reports(self, digest: str) -> Mapping[str, bytes]:
        """Return the evaluation files, which are kept far away alone."""
        return self._far.reports(digest)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise StoreUnavailable("The model folder", f"{error.strerror}.") from error

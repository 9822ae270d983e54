"""The report shelf in objects."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.storage import Storage
from stayline.errors import StoreDamaged, UnknownReport
from stayline.formats.report_names import (
    check_report_names,
    is_report_name,
    read_report_time,
    report_time,
)

PREFIX = "reports/"
_END = ".zip"
_DATED = (1980, 1, 1, 0, 0, 0)
"""The same report is the same bytes, whenever it is put."""


class StoredReportShelf:
    """Keeps ``reports/NAME/TIME.zip``, one object a report: it is there whole or not at all."""

    def __init__(self, storage: Storage) -> None:
        self._bucket = RecordBucket.of(storage, "the report shelf")

    def put(self, name: str, at: datetime, files: Mapping[str, bytes]) -> None:
        """Keep a report; raises `ValueError` for a name that no file may have."""
        check_report_names(name, files)
        self._bucket.put(_key(name, at), _packed(files))

    def get(self, name: str, at: datetime) -> Mapping[str, bytes]:
        """Return the files of a report, by name."""
        packed = self._bucket.get(_key(name, at)) if is_report_name(name) else None
        if packed is None:
            raise UnknownReport(name, at)
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                return {file: archive.read(file) for file in sorted(archive.namelist())}
        except (zipfile.BadZipFile, EOFError) as error:
            raise StoreDamaged("The report shelf", f"{_key(name, at)} cannot be read.") from error

    def file(self, name: str, at: datetime, file: str) -> bytes:
        """Return one file."""
        content = self.get(name, at).get(file)
        if content is None:
            raise UnknownReport(name, at, file)
        return content

    def times(self, name: str) -> list[datetime]:
        """Return the times of the reports of that name."""
        return sorted(self._keys(name)) if is_report_name(name) else []

    def names(self) -> list[str]:
        """Return the names of which a report is kept."""
        folders = self._bucket.folders(PREFIX)
        return sorted(folder.removeprefix(PREFIX).rstrip("/") for folder in folders)

    def purge(self, name: str, before: datetime) -> int:
        """Remove reports, and every version of them."""
        if not is_report_name(name):
            return 0
        old = [key for at, key in self._keys(name).items() if at < before]
        self._bucket.remove_all(old)
        self._bucket.purge_former(f"{PREFIX}{name}/")
        return len(old)

    def _keys(self, name: str) -> dict[datetime, str]:
        folder = f"{PREFIX}{name}/"
        found = (
            (read_report_time(key.removeprefix(folder).removesuffix(_END)), key)
            for key in self._bucket.keys(folder)
        )
        return {at: key for at, key in found if at is not None}


def _key(name: str, at: datetime) -> str:
    return f"{PREFIX}{name}/{report_time(at)}{_END}"


def _packed(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in files.items():
            archive.writestr(zipfile.ZipInfo(file, _DATED), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

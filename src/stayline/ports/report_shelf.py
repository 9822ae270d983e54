"""Reports, by name and time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class ReportShelf(Protocol):
    """Keeps each report as a set of files that appear together or not at all."""

    def put(self, name: str, at: datetime, files: Mapping[str, bytes]) -> None:
        """Keep the report of that name and time; it replaces a former one whole."""
        ...

    def get(self, name: str, at: datetime) -> Mapping[str, bytes]:
        """Return the files of a report; raises `UnknownReport`."""
        ...

    def file(self, name: str, at: datetime, file: str) -> bytes:
        """Return one file of a report; raises `UnknownReport`."""
        ...

    def times(self, name: str) -> list[datetime]:
        """Return the times for which a report of that name is kept, oldest first."""
        ...

    def names(self) -> list[str]:
        """Return the names of which a report is kept."""
        ...

    def purge(self, name: str, before: datetime) -> int:
        """Remove the reports of before that time; return how many went."""
        ...

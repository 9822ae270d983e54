"""Files in the home that hold rows of HR extracts."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from stayline.ports.aged_records import AgedRecords


@dataclass(frozen=True, slots=True)
class IdColumns:
    """The columns of an extract that hold HR ids: whose row it is, and of the person's manager."""

    person: str
    manager: str | None = None


class ExtractFiles(AgedRecords, Protocol):
    """Copies of extracts, waiting, done or refused, and files of rejected rows.

    Their age is told by when they came there. Of a file that is too old only rows of people held
    stay.
    """

    def erase(self, hr_ids: Collection[str], columns: IdColumns | None) -> int:
        """Take these people's rows, and their ids as others' managers, out of every file.

        Return how many files changed. One that cannot be read as a table is removed if it holds
        such an id anywhere.
        """
        ...

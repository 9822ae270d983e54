"""One file of captured lines on its way to the object store."""

from collections.abc import Iterator
from pathlib import Path

from stayline.adapters.embedded.capture_hours import Hour
from stayline.adapters.embedded.line_file import opened
from stayline.adapters.objects.erasure_notes import ErasureNotes, goes_as_erased
from stayline.adapters.objects.shipped_captures import ShippedCaptures
from stayline.adapters.objects.stored_captures import lines_of
from stayline.errors import StoreUnavailable
from stayline.formats.capture_blocks import BLOCK_BYTES, file_blocks
from stayline.formats.captured_removal import Goes


class CaptureShipment:
    """Brings a file of an hour there, whole, and only then removes it here.

    No file has its name, of any gateway, and nobody goes on writing to one that was closed. So a
    try that was killed is made again under the same keys, in place of what is there. One process of
    a home at a time.
    """

    def __init__(self, shipped: ShippedCaptures, notes: ErasureNotes) -> None:
        self._shipped = shipped
        self._notes = notes

    def send(self, path: Path, hour: Hour) -> bool:
        """Ship a file and return whether it went; one that somebody still writes stays.

        Who is erased meanwhile, by another gateway, is noted before objects are looked through
        there. So either that erasure finds these objects, or this finds the note.
        """
        try:
            with opened(path) as file:
                if not file.is_abandoned:
                    return False
            erased = None
            while (noted := self._notes.read()) != erased:
                erased = noted
                self._shipped.keep(
                    hour.began, path.stem, _parts(path, hour, goes_as_erased(erased))
                )
            path.unlink()
        except OSError as error:
            raise StoreUnavailable("The capture log", f"{error.strerror}.") from error
        return True

    def take_back(self, path: Path, hour: Hour) -> None:
        """Remove what a killed try brought there of a file that is still here."""
        self._shipped.take_back(hour.began, path.stem)


def _parts(path: Path, hour: Hour, goes: Goes) -> Iterator[bytes]:
    """Yield the whole lines that stay, as many at a time as fit into memory."""
    for block in file_blocks(path, path.name, hour.began, size=BLOCK_BYTES):
        lines = (line for line in lines_of(block.lines) if line.endswith(b"\n"))
        if part := b"".join(line for line in lines if not goes(line)):
            yield part

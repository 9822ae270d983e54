"""Libraries that few requests need: packed beside the others until one of them is imported."""

import importlib
import sys
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from stayline.errors import StoreUnavailable

PACKED_FOLDER = "packed"
"""Where a bundle keeps them, one archive each, named after its module."""


class PackedLibraries(MetaPathFinder):
    """Unpacks a library into ``room`` when its module is first imported, whole or not at all.

    Lambda takes 250 MB of files, however seldom one is used, and gives half a gigabyte of room
    beside that. Put it at the end of `sys.meta_path`: it is asked for what is nowhere else.
    """

    def __init__(self, packed: Path, room: Path) -> None:
        self._packed = packed
        self._room = room

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a packed module is now; None for any other.

        Raises `StoreUnavailable` where there is no room: the request ends, and the next may do.
        """
        archive = self._packed / f"{name}.zip"
        if path is not None or not archive.is_file():
            return None
        try:
            folder = str(self._unpacked(archive))
        except OSError as error:
            problem = f"{name!r} cannot be unpacked there ({error.strerror})."
            raise StoreUnavailable(f"The temporary room {self._room}", problem) from error
        if folder not in sys.path:
            sys.path.append(folder)
            importlib.invalidate_caches()
        return PathFinder.find_spec(name, [folder], target)

    def _unpacked(self, archive: Path) -> Path:
        whole = self._room / archive.stem
        if not whole.is_dir():
            self._room.mkdir(mode=0o700, parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self._room) as place:
                draft = Path(place, "draft")
                with zipfile.ZipFile(archive) as packed:
                    packed.extractall(draft)
                with suppress(FileExistsError):  # somebody else was sooner
                    draft.rename(whole)
        return whole

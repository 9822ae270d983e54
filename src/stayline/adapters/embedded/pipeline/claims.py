"""Which executions a living process is at work on; a killed process lets go of its own."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stayline.adapters.embedded.folder_locks import FolderLocks
from stayline.adapters.embedded.pipeline.trees import make_folder
from stayline.adapters.embedded.shared_locks import SharedLocks
from stayline.errors import StillExecuting, StoreUnavailable


class ExecutionClaims:
    """Holds a lock on ``folder/<execution>/``, where the execution's logs are, too.

    Gateways on other machines, with folders of their own, are kept apart by ``shared``.
    """

    def __init__(
        self, folder: Path, shared: SharedLocks, *, called: str = "The pipeline folder"
    ) -> None:
        self._folder = folder
        self._shared = shared
        self._called = called
        self._gate = FolderLocks(folder)

    def folder(self, execution_id: str) -> Path:
        """Return the folder of an execution."""
        return self._folder / execution_id

    @contextmanager
    def held(self, begin: Callable[[], str]) -> Iterator[str]:
        """Claim the execution that ``begin`` names, or makes; raises `StillExecuting`.

        Nobody sees it unclaimed in between.
        """
        with self._gate.writing():
            execution_id = begin()
            descriptor = self._open(execution_id)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise StillExecuting(execution_id) from None
        try:
            with self._shared.held(self._name(execution_id)) as is_mine:
                if not is_mine:
                    raise StillExecuting(execution_id)
                yield execution_id
        finally:
            os.close(descriptor)

    def is_held(self, execution_id: str) -> bool:
        """Tell whether a living process is at work on an execution."""
        with self._gate.writing():
            descriptor = self._open(execution_id)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            finally:
                os.close(descriptor)
        return self._shared.is_held(self._name(execution_id))

    def _name(self, execution_id: str) -> str:
        return f"{self._folder.name}/{execution_id}"

    def _open(self, execution_id: str) -> int:
        folder = self.folder(execution_id)
        try:
            make_folder(folder)
            return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise StoreUnavailable(self._called, f"{error.strerror}.") from error

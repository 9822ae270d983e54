"""Whether object storage does what is asked of it."""

from typing import Protocol


class ObjectStorage(Protocol):
    """Tries the storage by putting an object of its own, which it removes."""

    def problems(self) -> list[str]:
        """Return what it does not do, in words; raises `StoreRefused` and `StoreUnavailable`."""
        ...

    def notes(self) -> list[str]:
        """Return where it is, and what is to be brought there yet."""
        ...

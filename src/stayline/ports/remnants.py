"""What a removal leaves behind where files are only ever written over."""

from typing import Protocol


class Remnants(Protocol):
    """The parts of files that nothing refers to any more, and that still hold what was there."""

    def overwrite(self) -> None:
        """Leave none: afterwards no file holds a copy of a record that was removed before.

        Readers go on meanwhile, writers wait. Raises `StoreUnavailable`; then do it again.
        """
        ...

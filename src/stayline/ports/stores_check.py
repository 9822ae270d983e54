"""Whether the stores that an answer needs can be used just now."""

from collections.abc import Mapping
from typing import Protocol


class StoresCheck(Protocol):
    """Tries the stores, quickly and without leaving anything in them."""

    def problems(self) -> Mapping[str, str | None]:
        """Return for each store why it cannot be read and written now; None where it can."""
        ...

"""What a feature store over Delta needs of the side that a person's newest record is read from."""

from collections.abc import Callable
from typing import Protocol

import polars as pl

from stayline.adapters.delta.facts import Facts
from stayline.adapters.delta.stored_schema import SchemaText
from stayline.domain.pseudonyms import EmployeeToken


class Online(SchemaText, Protocol):
    """The newest record of each person; it follows the offline commits, and is told of each."""

    def applied_version(self, group: str) -> int:
        """Return the last offline commit that is in here, -1 for none."""
        ...

    def note_version(self, group: str, version: int) -> None:
        """Note that the commits up to this one are in here."""
        ...

    def put(self, group: str, new: pl.DataFrame, *, commit: Callable[[], int]) -> None:
        """Take new facts; ``commit`` makes them durable offline and returns that version."""
        ...

    def catch_up(self, group: str, facts: Facts) -> None:
        """Take what is offline and not here, after a crash between the two."""
        ...

    def copy_under(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by a new ``token``, too; forget what stands there."""
        ...

    def drop_aliases(self, renames: pl.DataFrame) -> None:
        """Let everyone be found by ``token`` alone; offline, that is so already."""
        ...

    def erase(self, token: EmployeeToken) -> None:
        """Forget a person physically."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged here."""
        ...

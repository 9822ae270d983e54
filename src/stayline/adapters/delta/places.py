"""Where Delta tables are kept, and what only that place knows how to do.

deltalake is loaded by whoever first opens a table, since it is large and most processes never do.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

import polars as pl

from stayline.errors import StaylineError

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable


class Place(Protocol):
    """A place of tables, one a feature group."""

    @property
    def commit(self) -> "CommitProperties | None":
        """How a commit behaves when somebody else's came first."""
        ...

    def uri(self, group: str) -> str:
        """Return the address of a table."""
        ...

    def polars_options(self) -> dict[str, str | int] | None:
        """Return what Polars' own client needs to get there, as of now."""
        ...

    def delta_options(self) -> dict[str, str] | None:
        """Return what deltalake's own client needs."""
        ...

    def table(self, group: str, version: int | None = None) -> "DeltaTable | None":
        """Return a table as of its last commit, or of that one; None where there never was one."""
        ...

    def has_newer(self, group: str, than: int) -> bool:
        """Whether there is a commit after this one, -1 for any; raises errors in our words."""
        ...

    def sweep(self, table: "DeltaTable", group: str) -> None:
        """Remove, physically, every file the table no longer needs."""
        ...

    def told(self, group: str, error: Exception) -> StaylineError:
        """Return an error of the libraries in our words."""
        ...


class Locks(Protocol):
    """Who may do what at the same time; a killed process lets go."""

    def writing(self) -> AbstractContextManager[None]:
        """Wait until nobody else writes."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """Keep every file in place meanwhile, where the place can."""
        ...

    def sweeping(self) -> AbstractContextManager[None]:
        """Wait until nobody reads, where the place can."""
        ...


@contextmanager
def our_words(place: Place, group: str) -> Iterator[None]:
    """Put what Delta, Polars and the system raise into our words."""
    from deltalake.exceptions import DeltaError

    try:
        yield
    except (DeltaError, OSError, pl.exceptions.PolarsError) as error:
        raise place.told(group, error) from error

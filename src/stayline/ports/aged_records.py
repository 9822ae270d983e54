"""What every store of records that may not stay for good has in common."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.retention import Ages, Limits, RecordClass

NOBODY: AbstractSet[EmployeeToken] = frozenset()


class AgedRecords(Protocol):
    """Records with a time each; those of people under legal hold stay whatever their age."""

    def ages(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> Ages:
        """Return what is there, and what `purge` would remove, which is older than ``before``."""
        ...

    def purge(self, before: datetime, *, held: AbstractSet[EmployeeToken] = NOBODY) -> int:
        """Remove what is older than ``before`` and of nobody held; return how much went.

        Killed at any point, what went is gone and what stayed is whole; the next one goes on.
        """
        ...


@dataclass(frozen=True, slots=True)
class AgedStore:
    """A store, what it keeps, and for how long that is needed; None: for ever, unless limited.

    One with ``has_own_ceiling`` is kept for as long as it is needed, whatever the ceiling of its
    class: the history of features, which models learn from.
    """

    name: str
    record_class: RecordClass
    records: AgedRecords
    needed: timedelta | None
    has_own_ceiling: bool = False

    def ceiling_days(self, limits: Limits) -> int | None:
        """Return for how many days at most its records may stay."""
        if self.has_own_ceiling:
            return None if self.needed is None else self.needed.days
        return None if limits.ceiling is None else limits.ceiling.days

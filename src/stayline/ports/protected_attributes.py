"""Protected attributes, apart from features; every read leaves a record."""

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from stayline.domain.protected_attributes import AuditPurpose
from stayline.domain.pseudonyms import EmployeeToken


class ProtectedAttributes(Protocol):
    """Keeps protected attributes for audits.

    Frames have ``token``, ``event_time`` (UTC) and one text column per attribute.
    """

    def put(self, rows: pl.DataFrame) -> int:
        """Add rows and return how many were new or changed; a repeated put changes nothing."""
        ...

    def read(self, purpose: AuditPurpose) -> pl.DataFrame:
        """Record who reads and why, then return all rows, by token and event time."""
        ...

    def read_of(self, tokens: Sequence[EmployeeToken], purpose: AuditPurpose) -> pl.DataFrame:
        """Record who reads and why, then return the rows of these people only."""
        ...

    def reads(self) -> list[tuple[AuditPurpose, str]]:
        """Return every recorded read with its instant (ISO 8601, UTC), oldest first."""
        ...

    def rename(self, renames: pl.DataFrame) -> None:
        """Put ``token`` in the place of ``alias`` for everyone; all or nothing, safe to repeat."""
        ...

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and return how many rows went."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the store is whole."""
        ...

"""Protected attributes, apart from features; every read leaves a record."""

from collections.abc import Sequence
from typing import Protocol

from stayline.domain.protected_attributes import AuditPurpose, ProtectedRecord
from stayline.domain.pseudonyms import EmployeeToken


class ProtectedAttributes(Protocol):
    """Keeps protected attributes for audits."""

    def put(self, records: Sequence[ProtectedRecord]) -> int:
        """Add records and return how many were new or changed; a repeated put changes nothing."""
        ...

    def read(self, purpose: AuditPurpose) -> list[ProtectedRecord]:
        """Record who reads and why, then return all records, by token and event time."""
        ...

    def reads(self) -> list[tuple[AuditPurpose, str]]:
        """Return every recorded read with its instant (ISO 8601, UTC), oldest first."""
        ...

    def erase(self, token: EmployeeToken) -> int:
        """Remove a person and return how many records went."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the store is whole."""
        ...

"""Labels, as they arrive: late, twice, corrected."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.pseudonyms import EmployeeToken
from stayline.ports.aged_records import AgedRecords


class OutcomeBook(AgedRecords, Protocol):
    """Keeps every outcome with the time it became known; the last one known counts.

    Of a person told of again and again with nothing new but a later day, the first and the last
    telling are kept: a look back to between them finds the first.
    """

    def add(self, outcomes: Sequence[EventOutcome | PersonOutcome]) -> int:
        """Keep the outcomes, all or none; return how many were new.

        One that equals the last known is no news, and neither is what was true of a person as of an
        earlier day than is known already: an old file read again takes nothing back.
        """
        ...

    def of_events(self, as_of: datetime) -> dict[str, bool]:
        """Return, by event or inference id, whether the person left, as known at that time."""
        ...

    def of_people(self, as_of: datetime) -> list[PersonOutcome]:
        """Return the last that was known of each person at that time."""
        ...

    def erase(self, tokens: Collection[EmployeeToken]) -> int:
        """Remove everything about these people; return how many outcomes went."""
        ...

    def erase_events(self, ids: Collection[str]) -> int:
        """Remove the labels of these events, whose people are known elsewhere only."""
        ...

    def problems(self) -> list[str]:
        """Return what is damaged, in words; empty when the store is whole."""
        ...

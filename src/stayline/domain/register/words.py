"""Entries about a person without what was said in words, for when the person is erased."""

from dataclasses import replace
from typing import TypeVar

from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.retention import DeferredErasure, LegalHold
from stayline.domain.register.rights import RightsRequest

FORGOTTEN = "erased with the person"
"""What stands in the place of words."""
WORDED = (RightsRequest, HrEvent, LegalHold, DeferredErasure)
"""The kinds whose subject is a person and that hold words; the others hold days and ids."""
Record = TypeVar("Record")


def without_words(record: Record) -> Record:
    """Return a record with its kind, days and outcome, so that it can be accounted for still.

    Of what HR did the first word stays, which says what kind of event it was.

    >>> from datetime import UTC, datetime
    >>> without_words(HrEvent("t", "discipline: was late", datetime(2026, 3, 1, tzinfo=UTC))).event
    'discipline'
    """
    match record:
        case RightsRequest():
            return replace(
                record,
                outcome=_forgotten(record.outcome),
                extension_reason=_forgotten(record.extension_reason),
            )
        case HrEvent():
            return replace(record, event=(record.event.split() or [""])[0].rstrip(",.:;"))
        case LegalHold() | DeferredErasure():
            return replace(record, reason=_forgotten(record.reason))
        case _:
            return record


def _forgotten(words: str) -> str:
    return FORGOTTEN if words else ""

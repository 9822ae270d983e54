"""Entries about a person without what was said in words: for an erasure, and as evidence."""

from dataclasses import replace
from typing import TypeVar

from stayline.domain.register.oversight import HrEvent
from stayline.domain.register.retention import DeferredErasure, LegalHold
from stayline.domain.register.rights import RightsRequest

FORGOTTEN = "erased with the person"
"""What stands in the place of words that are gone."""
ELSEWHERE = "in the register"
"""What stands in their place in evidence, which outlives an erasure."""
WORDED = (RightsRequest, HrEvent, LegalHold, DeferredErasure)
"""The kinds whose subject is a person and that hold words; the others hold days and ids."""
Record = TypeVar("Record")


def without_words(record: Record, instead: str = FORGOTTEN) -> Record:
    """Return a record with its kind and days, so that it can be accounted for still.

    ``instead`` stands wherever there were words. Of what HR did the first word stays, which says
    what kind of event it was.

    >>> from datetime import UTC, datetime
    >>> without_words(HrEvent("t", "discipline: was late", datetime(2026, 3, 1, tzinfo=UTC))).event
    'discipline'
    """
    match record:
        case RightsRequest():
            return replace(
                record,
                outcome=instead if record.outcome.strip() else "",
                extension_reason=instead if record.extension_reason.strip() else "",
            )
        case HrEvent():
            return replace(record, event=(record.event.split() or [""])[0].rstrip(",.:;"))
        case LegalHold() | DeferredErasure():
            return replace(record, reason=instead if record.reason.strip() else "")
        case _:
            return record

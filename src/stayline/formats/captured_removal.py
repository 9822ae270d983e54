"""Which captured lines go: those of some people, or those that are too old."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from stayline.domain.pseudonyms import EmployeeToken
from stayline.formats.capture_blocks import HOUR
from stayline.formats.captured_people import may_name, person_of

Goes = Callable[[bytes], bool]
"""Whether a line goes."""


def goes_with(tokens: AbstractSet[EmployeeToken]) -> Goes:
    """Return what tells these people's lines, and unreadable ones that name them."""

    def goes(line: bytes) -> bool:
        if not may_name(line, tokens):
            return False
        person = person_of(line)
        return person is None or person.token in tokens

    return goes


def goes_by_age(hour: datetime, before: datetime, held: AbstractSet[EmployeeToken]) -> Goes:
    """Return what tells which lines of an hour are older than ``before`` and of nobody held.

    What is no record goes once its whole hour is over, if it names nobody held.
    """
    is_over = hour + HOUR <= before

    def goes(line: bytes) -> bool:
        if is_over and not may_name(line, held):
            return True
        person = person_of(line)
        if person is None:
            return is_over
        return person.at < before and person.token not in held

    return goes

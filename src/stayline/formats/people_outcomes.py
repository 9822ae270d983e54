"""What HR knows of people, as a table: who is still there, and who left when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.ground_truth import LineRefused

EMPLOYEE_ID, LEFT_ON, SEEN_UNTIL, VOLUNTARY = "employee_id", "left_on", "seen_until", "voluntary"
NEEDED = (EMPLOYEE_ID, LEFT_ON, SEEN_UNTIL)
READ = (*NEEDED, VOLUNTARY)
"""Every other column, such as a reason in somebody's words, is never read."""
_ID = Column(EMPLOYEE_ID, Kind.CATEGORY, Role.IDENTITY)
_VOLUNTARY = Column(VOLUNTARY, Kind.FLAG, Role.OUTCOME)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person by HR id, before anyone knows the token."""

    hr_id: str
    seen_until: date
    left_on: date | None
    is_voluntary: bool


def missing_columns(header: Sequence[str]) -> list[str]:
    """Return which columns the table needs and lacks."""
    return [name for name in NEEDED if name not in header]


def read_person(row: Mapping[str, object], today: date) -> PersonRow:
    """Return a row of the table; raises `LineRefused` for one that cannot be true.

    ``seen_until`` may be empty for who left; who left without a word on it did so voluntarily.
    """
    try:
        hr_id = checked_value(_ID, row[EMPLOYEE_ID])
    except FieldRefused:
        hr_id = None
    if hr_id is None:
        raise LineRefused(EMPLOYEE_ID, "an id")
    left_on = _day(row, LEFT_ON, today)
    seen_until = _day(row, SEEN_UNTIL, today) or left_on
    if seen_until is None:
        raise LineRefused(SEEN_UNTIL, "a date, for who has not left")
    if left_on is not None and left_on > seen_until:
        raise LineRefused(LEFT_ON, f"a date no later than {SEEN_UNTIL}")
    try:
        is_voluntary = checked_value(_VOLUNTARY, row.get(VOLUNTARY)) != "No"
    except FieldRefused:
        raise LineRefused(VOLUNTARY, "yes, no or nothing") from None
    if left_on is None:
        is_voluntary = True
    return PersonRow(str(hr_id), seen_until, left_on, is_voluntary)


def _day(row: Mapping[str, object], name: str, today: date) -> date | None:
    try:
        told = checked_value(Column(name, Kind.DATE, Role.OUTCOME), row[name])
    except FieldRefused:
        raise LineRefused(name, "a date such as 2024-12-31, or nothing") from None
    day = None if told is None else date.fromisoformat(str(told))
    if day is not None and not date(1900, 1, 1) <= day <= today:
        raise LineRefused(name, "a date from 1900-01-01 until today")
    return day

"""One row of a request, from plain values to what is to be scored."""

from collections.abc import Mapping

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.score_request import ScoreRequest
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.errors import FieldProblem, RequestRefused

EMPLOYEE_ID = "employee_id"
INSTANCES = "instances"
LONGEST_ID = 64
MOST_NAMES = 1000
_ID = Column(EMPLOYEE_ID, Kind.CATEGORY, Role.IDENTITY)


def row_request(row: Mapping[str, object], path: str = "") -> ScoreRequest:
    """Return what a row of names and values asks for; raises `RequestRefused`.

    >>> row_request({"employee_id": 17, "OverTime": "Yes"})
    ScoreRequest(employee_id='17', fields={'OverTime': 'Yes'}, path='')
    """
    if len(row) > MOST_NAMES:
        expected = f"expected at most {MOST_NAMES} names in a row, got {len(row)}"
        raise RequestRefused([FieldProblem(path or "body", expected)])
    fields = dict(row)
    named = fields.pop(EMPLOYEE_ID, None)
    request = ScoreRequest(None, fields, path)
    if named is None:
        return request
    return ScoreRequest(checked_id(named, request.at(EMPLOYEE_ID)), fields, path)


def checked_id(value: object, path: str = EMPLOYEE_ID) -> str:
    """Return an HR id as it was imported: text, or a whole number, without outer white space."""
    text = None
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            text = checked_value(_ID, value)
        except FieldRefused:
            text = None
    if not isinstance(text, str) or len(text) > LONGEST_ID:
        expected = f"expected an HR id: text or a whole number, 1 to {LONGEST_ID} characters"
        raise RequestRefused([FieldProblem(path, expected)])
    return text


def check_count(count: int, most: int) -> None:
    """Refuse no rows and too many; ``count`` may stop at one more than ``most``."""
    if not 1 <= count <= most:
        got = f"more than {most}" if count else "none"
        raise RequestRefused([FieldProblem(INSTANCES, f"expected 1 to {most} rows, got {got}")])

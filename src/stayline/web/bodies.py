"""From the bytes of a request to plain values; whatever cannot be read is refused in words."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import NoReturn

from stayline.domain.field_values import FieldRefused, checked_value
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.errors import FieldProblem, RequestRefused
from stayline.web.errors import BadBody, WrongContentType

JSON = "application/json"
CSV = "text/csv"
LONGEST_NAME = 200
LONGEST_ID = 64


def media_type(header: str | None, allowed: tuple[str, ...]) -> str:
    """Return which of the allowed media types a Content-Type header names.

    Raises `WrongContentType` for any other, for none, and for text that is not UTF-8.
    """
    kind, *parameters = [part.strip().lower() for part in (header or "").split(";")]
    charsets = [p.removeprefix("charset=").strip('"') for p in parameters if "charset=" in p]
    if kind not in allowed or any(charset not in ("utf-8", "utf8") for charset in charsets):
        expected = " or ".join(allowed)
        raise WrongContentType(detail=f"Expected Content-Type {expected}, in UTF-8.")
    return kind


def read_json(body: bytes) -> object:
    """Return the value of a JSON text; raises `BadBody` for what RFC 8259 does not allow.

    Refused as well: a key given twice, and NaN or Infinity.
    """
    try:
        return json.loads(_text(body), object_pairs_hook=_object, parse_constant=_no_such_number)
    except RecursionError:
        raise BadBody(detail="The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise BadBody(detail=f"The body is no JSON: {error.msg} at {place}.") from None
    except ValueError:  # an integer of thousands of digits
        raise BadBody(detail="The JSON holds a number that is too long.") from None


def read_json_object(body: bytes) -> dict[str, object]:
    """Return the object that the JSON text must be."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise RequestRefused([FieldProblem("body", "expected a JSON object")])
    return value


def read_csv(body: bytes) -> Iterator[dict[str, object]]:
    """Yield one mapping per row below the header; an empty cell is None.

    Raises `BadBody` for what is no CSV, and for rows that are not as long as the header.
    """
    rows = csv.reader(io.StringIO(_text(body), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        _check_names(header)
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                cells = f"{len(row)} cells, the header {len(header)}"
                raise BadBody(detail=f"The CSV line {rows.line_num} has {cells}.")
            yield {name: cell or None for name, cell in zip(header, row, strict=True)}
    except csv.Error as error:
        raise BadBody(detail=f"The body is no CSV: {error} at line {rows.line_num}.") from None


def checked_id(value: object, path: str = "employee_id") -> str:
    """Return an HR id as it was imported: text, or a whole number, without outer white space."""
    column = Column(path, Kind.CATEGORY, Role.IDENTITY)
    text = None
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            text = checked_value(column, value)
        except FieldRefused:
            text = None
    if not isinstance(text, str) or len(text) > LONGEST_ID:
        expected = f"expected an HR id: text or a whole number, 1 to {LONGEST_ID} characters"
        raise RequestRefused([FieldProblem(path, expected)])
    return text


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadBody(detail=f"The body is not UTF-8 at byte {error.start}.") from None
    if not text.strip():
        raise BadBody(detail="The body is empty.")
    return text


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    _check_names([name for name, _ in pairs])
    for name, value in pairs:
        if isinstance(value, str) and not _is_unicode(value):
            raise BadBody(detail=f"The value of {name!r} holds half a character.")
    return dict(pairs)


def _check_names(names: list[str]) -> None:
    if len(set(names)) != len(names):
        twice, _ = Counter(names).most_common(1)[0]
        raise BadBody(detail=f"The name {twice[:LONGEST_NAME]!r} is given more than once.")
    for name in names:
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            expected = f"1 to {LONGEST_NAME} printable characters"
            raise BadBody(detail=f"A name cannot be used; expected {expected}.")


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _no_such_number(word: str) -> NoReturn:
    raise BadBody(detail=f"The JSON holds {word}, which is no JSON number.")

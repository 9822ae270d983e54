"""From the bytes of a request to plain values; whatever cannot be read is refused in words."""

from collections.abc import Iterator
from functools import lru_cache

from stayline.errors import FieldProblem, RequestRefused
from stayline.formats import request_text
from stayline.formats.request_text import BodyUnreadable, check_names, named_cells, utf8_text
from stayline.web.errors import BadBody, WrongContentType

JSON = "application/json"
CSV = "text/csv"


@lru_cache(maxsize=64)
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
        return request_text.read_json(utf8_text(body))
    except BodyUnreadable as unreadable:
        raise BadBody(detail=str(unreadable)) from None


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
    try:
        rows = request_text.read_csv(utf8_text(body))
        header = [name.strip() for name in next(rows, [])]
        check_names(header)
        for number, row in enumerate(rows, start=2):
            yield named_cells(header, row, number)
    except BodyUnreadable as unreadable:
        raise BadBody(detail=str(unreadable)) from None

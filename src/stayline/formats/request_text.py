"""From the bytes of a body to plain values; whatever cannot be read is refused in words."""

import csv
import io
import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NoReturn

import msgspec

LONGEST_NAME = 200
_PLAIN = msgspec.json.Decoder(dict[str, str | int | float | bool | None]).decode
_EVERYDAY = 1e15
"""Below it, whole numbers and their floats are the same numbers."""


class BodyUnreadable(ValueError):
    """A body that cannot be read at all: empty, not UTF-8, not of its form."""


def utf8_text(body: bytes) -> str:
    """Return the text of a body; raises `BodyUnreadable` for none, or for another encoding."""
    try:
        text = body.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise BodyUnreadable(f"The body is not UTF-8 at byte {error.start}.") from None
    if not text or text.isspace():
        raise BodyUnreadable("The body is empty.")
    return text


def read_json(text: str) -> object:
    """Return the value of a JSON text; raises `BodyUnreadable` for what RFC 8259 does not allow.

    Refused as well: a key given twice, and NaN or Infinity.
    """
    if (plain := _plain_object(text)) is not None:
        return plain
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_such_number)
    except RecursionError:
        raise BodyUnreadable("The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise BodyUnreadable(f"The body is no JSON: {error.msg} at {place}.") from None
    except BodyUnreadable:
        raise
    except ValueError:  # an integer of thousands of digits
        raise BodyUnreadable("The JSON holds a number that is too long.") from None


def _plain_object(text: str) -> Mapping[str, object] | None:
    """Return an object of texts and everyday numbers in a fraction of the time, or None.

    Without escapes, quotes stand around texts alone; were there more of them than those of the
    names and texts that are left, a name would have been given twice. Whatever is unusual, or
    wrong, is None here and told in words by the slower way.
    """
    if "\\" in text:
        return None
    try:
        value = _PLAIN(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    texts = len(value)
    for name, cell in value.items():
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            return None
        if isinstance(cell, str):
            texts += 1
        elif cell is not None and not -_EVERYDAY < cell < _EVERYDAY:
            return None
    return value if text.count('"') == 2 * texts else None


def read_csv(text: str, separator: str = ",") -> Iterator[list[str]]:
    """Yield the rows of a CSV text that are not blank; raises `BodyUnreadable` for what is none."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    try:
        yield from (row for row in rows if row)
    except csv.Error as error:
        raise BodyUnreadable(f"The body is no CSV: {error} at line {rows.line_num}.") from None


def named_cells(header: list[str], row: list[str], number: int) -> dict[str, object]:
    """Return a row below a header by name; an empty cell is None. ``number`` counts from 1."""
    if len(row) != len(header):
        cells = f"{len(row)} cells, the header {len(header)}"
        raise BodyUnreadable(f"Row {number} of the CSV has {cells}.")
    return {name: cell or None for name, cell in zip(header, row, strict=True)}


def check_names(names: list[str]) -> None:
    """Refuse names that are given twice, empty, too long or unprintable."""
    if len(set(names)) != len(names):
        twice, _ = Counter(names).most_common(1)[0]
        raise BodyUnreadable(f"The name {twice[:LONGEST_NAME]!r} is given more than once.")
    for name in names:
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            expected = f"1 to {LONGEST_NAME} printable characters"
            raise BodyUnreadable(f"A name cannot be used; expected {expected}.")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    check_names([name for name, _ in pairs])
    for name, value in pairs:
        if isinstance(value, str) and not _is_unicode(value):
            raise BodyUnreadable(f"The value of {name!r} holds half a character.")
    return dict(pairs)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _no_such_number(word: str) -> NoReturn:
    raise BodyUnreadable(f"The JSON holds {word}, which is no JSON number.")

"""One rule for what a cell may hold, wherever it comes from: an extract, a store or a request."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Column, Kind, Role

NO_YES = ("No", "Yes")
"""The words of a flag that names none, no first."""
LONGEST_TEXT = 200
_LONGEST_NUMBER = 64
_LONGEST_ECHO = 40
_MOST_LISTED = 12
_WIDEST_WHOLE_NUMBER = 256  # bits; a longer one is no identifier, and costly to write out

_NUMBERS = (int, float, Decimal)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE_AS_FLOAT = re.compile(r"(-?[1-9][0-9]*|0)\.0+")
_ISO_DAY = "%Y-%m-%d"
_ISO_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""Control characters, those that turn the reading direction, and halves of characters."""


class FieldRefused(ValueError):
    """A value that its column cannot hold; the message says what was expected.

    The value itself is told only where it is no personal data, and shortened. ``without_text``
    tells of it nothing but a number: for what is kept, where a slipped column could put a name.
    """

    def __init__(self, column: Column, expected: str, value: object) -> None:
        told = column.role in (Role.FEATURE, Role.SEGMENT)
        super().__init__(f"expected {expected}" + (f", got {_echo(value)}" if told else ""))
        is_number = column.kind is Kind.NUMBER and _float_of(value) is not None
        self.without_text = str(self) if is_number else f"expected {expected}"


def checked_value(column: Column, value: object) -> FieldValue:
    """Return the value as it is kept everywhere, or raise `FieldRefused`.

    A number becomes a float; an ordinal, a category or a flag its text; a date the text
    ``YYYY-MM-DD``; what is missing (None, or blank text) None.

    >>> checked_value(Column("Education", Kind.ORDINAL, Role.FEATURE, categories=("1", "2")), 2.0)
    '2'
    >>> checked_value(Column("Share", Kind.NUMBER, Role.FEATURE, minimum=0, maximum=100), "101")
    Traceback (most recent call last):
    stayline.domain.field_values.FieldRefused: expected a number from 0 to 100, got '101'
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _READERS[column.kind](column, value)


def flag_words(column: Column) -> tuple[str, str]:
    """Return the two words of a flag, no first."""
    no, yes = column.categories or NO_YES
    return no, yes


def _number(column: Column, value: object) -> float:
    number = value if type(value) is float and math.isfinite(value) else _float_of(value)
    if number is None or not _in_bounds(column, number):
        raise FieldRefused(column, _expected_number(column), value)
    return number + 0.0  # so that -0.0 and 0.0 are one value


def _float_of(value: object) -> float | None:
    if isinstance(value, str):
        text = value.strip()
        if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
            return None
        number = float(text)
    elif isinstance(value, _NUMBERS) and not isinstance(value, bool):
        try:
            number = float(value)
        except (OverflowError, ValueError):
            return None
    else:
        return None
    return number if math.isfinite(number) else None


def _in_bounds(column: Column, number: float) -> bool:
    low, high = column.minimum, column.maximum
    return (low is None or number >= low) and (high is None or number <= high)


def _expected_number(column: Column) -> str:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"a number from {low:.15g} to {high:.15g}"
    if low is not None:
        return f"a number of at least {low:.15g}"
    return "a number" if high is None else f"a number of at most {high:.15g}"


def _member(column: Column, value: object) -> str:
    """Return the category that the value names, or any decent text when none are listed."""
    if isinstance(value, str) and value in column.categories:
        return value
    text = _text_of(value)
    if column.categories:
        if text is None or text not in column.categories:
            raise FieldRefused(column, _expected_category(column.categories), value)
    elif text is None or len(text) > LONGEST_TEXT or _UNPRINTABLE.search(text):
        expected = f"at most {LONGEST_TEXT} characters of text without control characters"
        raise FieldRefused(column, expected, value)
    return text


def _text_of(value: object) -> str | None:
    """Return trimmed text; whole numbers without ``.0``, however they were written."""
    if isinstance(value, str):
        text = value.strip()
        whole = _WHOLE_AS_FLOAT.fullmatch(text) if text.endswith("0") else None
        return whole[1] if whole else text
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if value.bit_length() <= _WIDEST_WHOLE_NUMBER else None
    if isinstance(value, float) and math.isfinite(value):
        return _text_of(repr(value + 0.0))  # so that -0.0 is 0.0
    return None


def _expected_category(categories: tuple[str, ...]) -> str:
    listed = ", ".join(repr(category) for category in categories[:_MOST_LISTED])
    more = len(categories) - _MOST_LISTED
    return f"one of {listed}" + (f" (and {more} more)" if more > 0 else "")


def _flag(column: Column, value: object) -> str:
    words = flag_words(column)
    if isinstance(value, bool):
        return words[value]
    if isinstance(value, str) and value in words:
        return value
    text = (_text_of(value) or "").casefold()
    for spellings in ([word.casefold() for word in words], ["0", "1"], ["false", "true"]):
        if text in spellings:
            return words[spellings.index(text)]
    raise FieldRefused(column, f"{words[0]!r} or {words[1]!r}", value)


def _date(column: Column, value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and len(value.strip()) <= _LONGEST_NUMBER:
        text = value.strip()
        iso = _ISO_DATE.fullmatch(text)
        readings = [(iso[1], _ISO_DAY)] if iso else []
        for written, form in readings + [(text, form) for form in column.date_formats]:
            try:
                return datetime.strptime(written, form).date().isoformat()  # noqa: DTZ007  (a day)
            except ValueError:
                continue
    formats = "".join(f" or as {form!r}" for form in column.date_formats)
    raise FieldRefused(column, f"a date such as 2024-12-31{formats}", value)


def _echo(value: object) -> str:
    """Return the value as a short, printable text."""
    if isinstance(value, str):
        return repr(value[:_LONGEST_ECHO]) + ("..." if len(value) > _LONGEST_ECHO else "")
    if isinstance(value, int) and value.bit_length() > _WIDEST_WHOLE_NUMBER:
        return "a very large whole number"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return repr(value + 0.0)  # -0.0 is told as 0.0, like the equal value it is
    if isinstance(value, bool | int | Decimal):
        return str(value)[:_LONGEST_ECHO]
    return f"a {type(value).__name__}"


_READERS: dict[Kind, Callable[[Column, object], FieldValue]] = {
    Kind.NUMBER: _number,
    Kind.ORDINAL: _member,
    Kind.CATEGORY: _member,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
}

"""Templates of pages: every value escaped, no name forgotten, figures written one way."""

import re
from functools import cache
from typing import TYPE_CHECKING

from stayline.domain.column_words import column_in_words, facet_in_words, group_in_words
from stayline.reports import numbers

if TYPE_CHECKING:
    from jinja2 import Environment

_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@cache
def environment(package: str) -> "Environment":
    """Return what renders the folder ``templates`` of a package.

    Every value is escaped unless it is `Markup`; a name that is not given is an error.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "count": numbers.count,
        "decimal": numbers.decimal,
        "percent": numbers.percent,
        "points": numbers.points,
        "share": numbers.share,
        "plain": numbers.plain,
        "capitalised": _capitalised,
        "column": column_in_words,
        "facet": facet_in_words,
        "group": group_in_words,
    }
    return made


def _printable(value: object) -> object:
    """Replace what no page may hold: control characters and halves of characters."""
    from markupsafe import Markup

    if isinstance(value, str) and not isinstance(value, Markup):
        return _NO_TEXT.sub("\ufffd", value)
    return value


def _capitalised(text: str) -> str:
    """Make the first letter large and leave all others alone."""
    return text[:1].upper() + text[1:]

"""HTML pages that need nothing but themselves: no script, no request, no time in them."""

import re
from functools import cache
from typing import TYPE_CHECKING

from stayline.modelling.evaluation import counts_in_words
from stayline.modelling.gating.verdict_words import verdict_words
from stayline.reports import numbers

if TYPE_CHECKING:
    from jinja2 import Environment

_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def rendered(template: str, **values: object) -> str:
    """Return the page of a template in `templates`; every value is escaped unless it is a picture.

    Equal values give equal text.
    """
    return _environment().get_template(template).render(**values)


def _printable(value: object) -> object:
    """Replace what no page may hold: control characters and halves of characters."""
    from markupsafe import Markup

    if isinstance(value, str) and not isinstance(value, Markup):
        return _NO_TEXT.sub("\ufffd", value)
    return value


def _capitalised(text: str) -> str:
    """Make the first letter large and leave all others alone."""
    return text[:1].upper() + text[1:]


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("stayline.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": numbers.count,
        "decimal": numbers.decimal,
        "percent": numbers.percent,
        "points": numbers.points,
        "share": numbers.share,
        "plain": numbers.plain,
        "capitalised": _capitalised,
    }
    environment.globals |= {"counts": counts_in_words, "verdict_words": verdict_words}
    return environment

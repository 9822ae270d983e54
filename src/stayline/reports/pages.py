"""HTML pages that need nothing but themselves: no script, no request, no time in them."""

from functools import cache
from typing import TYPE_CHECKING

from stayline.reports.templating import environment

if TYPE_CHECKING:
    from jinja2 import Environment


def rendered(template: str, **values: object) -> str:
    """Return the page of a template in `templates`; every value is escaped unless it is a picture.

    Equal values give equal text.
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> "Environment":
    # NumPy's random numbers and more, which the portal's start has no use for.
    from stayline.modelling.evaluation import counts_in_words
    from stayline.modelling.gating.verdict_words import verdict_words

    made = environment("stayline.reports")
    made.globals |= {"counts": counts_in_words, "verdict_words": verdict_words}
    return made

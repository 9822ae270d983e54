"""A person's risk as a picture in SVG: named, described, and coloured by the page's style alone.

It is to be shown by ``parts.picture`` with the table of its figures behind it. ``key`` must be
unique on its page. Shapes and places tell what colours tell.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from stayline.reports.drawing import bar, picture, words
from stayline.reports.svg import axis_labels
from stayline.web.portal.person_words import risk_in_words

WIDTH = 320
_LEFT, _RIGHT = 12, WIDTH - 12
_ROW = 26


def waterfall(
    base: float, steps: Sequence[tuple[str, float]], risk: float, *, key: str, name: str
) -> Markup:
    """Return how a risk comes about: from the average, reason by reason, to the risk.

    ``steps`` are names and contributions in probability, in the order in which they are shown.
    """
    ends = [base]
    for _, change in steps:
        ends.append(ends[-1] + change)
    low, high = min(0.0, *ends, risk), max(*ends, risk, 0.01)
    labels = axis_labels(["the average", *(name for name, _ in steps), "this person"])

    def across(share: float) -> float:
        return _LEFT + (share - low) / (high - low) * (_RIGHT - _LEFT)

    def row(at: int, start: float, end: float, kind: str, said: str) -> Iterator[str]:
        y = at * _ROW
        yield words(_LEFT, y + 10, labels[at])
        yield words(_RIGHT, y + 10, said, anchor="end", kind="strong")
        left, right = sorted((across(start), across(end)))
        yield bar(left, y + 14, max(right - left, 1.0), 7, kind)

    def marks() -> Iterator[str]:
        yield from row(0, 0.0, base, "mark", risk_in_words(base))
        for at, (_, change) in enumerate(steps, start=1):
            kind = "raises" if change >= 0 else "lowers"
            yield from row(at, ends[at - 1], ends[at], kind, points(change))
        yield from row(len(labels) - 1, 0.0, risk, "mark", risk_in_words(risk))

    told = (
        f"From {risk_in_words(base)}, the average the model starts from, to {risk_in_words(risk)} "
        f"for this person, in {len(steps)} steps: + raises the risk, \N{MINUS SIGN} lowers it, in "
        "points."
    )
    drawn = picture(key, name, told, height=len(labels) * _ROW, marks=marks())
    return Markup(drawn)  # noqa: S704  (escaped there)


def points(change: float) -> str:
    """Return a change in points, signed.

    >>> points(0.071), points(-0.2) == "\N{MINUS SIGN}20.0", points(-0.0001)
    ('+7.1', True, '0.0')
    """
    text = f"{100 * change:+.1f}"
    if not text.strip("+-0."):
        return "0.0"
    return text.replace("-", "\N{MINUS SIGN}")

"""Charts as SVG with a name, a description, and nothing that a page could not hold."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair as alt

GREY = "#84888c"
COLUMNS = 26
_CONFIG = {
    "aria": False,
    "background": "transparent",
    "font": "Arial, Liberation Sans, sans-serif",
    "padding": {"left": 12, "right": 12, "top": 4, "bottom": 4},
    "autosize": {"type": "fit", "contains": "padding"},
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor",
        "titleColor": "currentColor",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelLimit": 0,
        "labelFlush": False,
        "labelOverlap": True,
        "labelPadding": 6,
        "gridColor": GREY,
        "gridOpacity": 0.25,
        "domain": False,
        "ticks": False,
        "tickCount": 5,
    },
}
_NO_XML = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SIZE = re.compile(r' width="[\d.]+" height="[\d.]+"')
_WIDTH = re.compile(r'viewBox="0 0 ([\d.]+)')


def draw(chart: "alt.LayerChart | alt.FacetChart", key: str, title: str, told: str) -> str:
    """Return the chart with its name and description; ``key`` must be unique on its page.

    Text and axes take the page's own colour, and the page decides how wide it is.
    """
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(chart.to_dict(), config=_CONFIG, allowed_base_urls=[])
    wide = _WIDTH.search(drawn)
    start, _, rest = _SIZE.sub("", drawn, count=1).partition(">")
    return (
        f'{start} role="img" aria-labelledby="{key}-title {key}-told" '
        f'style="max-width:{wide.group(1) if wide else 400}px">'
        f'<title id="{key}-title">{escape(title)}</title>'
        f'<desc id="{key}-told">{escape(told)}</desc>{rest}'
    )


def xml_text(words: str) -> str:
    """Return words as an XML text may hold them, escaped.

    >>> xml_text("pay < 5" + chr(7))
    'pay &lt; 5�'
    """
    return escape(_NO_XML.sub("\ufffd", words))


def axis_labels(names: Iterable[str]) -> list[str]:
    """Return names short enough for an axis and all different, without what no XML may hold.

    They are cut here, since the drawing library cuts slowly, and may cut an emoji in two.

    >>> axis_labels(["Female", "a group with a very long name", "a group with a very long nature"])
    ['Female', 'a group with a very long…', 'a group with a very long… (2)']
    """
    found: list[str] = []
    times: Counter[str] = Counter()
    for name in names:
        label = _cut(_NO_XML.sub("\ufffd", name))
        times[label] += 1
        found.append(label if times[label] == 1 else f"{label} ({times[label]})")
    return found


def _cut(text: str) -> str:
    """Return what fits the columns of an axis; wide characters take two."""
    width = 0
    for at, character in enumerate(text):
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width > COLUMNS:
            return text[: at - 1].rstrip() + "…"
    return text

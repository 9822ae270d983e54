"""Small pictures drawn by hand: hundreds on a page cost milliseconds and few bytes.

Marks have classes instead of colours, so that the page's style makes them light, dark or printable
(`templates/watch.css.j2`).
"""

import math
from collections.abc import Iterable

from stayline.reports.numbers import UNDEFINED
from stayline.reports.svg import xml_text

WIDTH = 320


def picture(key: str, title: str, told: str, *, height: float, marks: Iterable[str]) -> str:
    """Return a picture of the usual width; ``key`` must be unique on its page."""
    return (
        f'<svg class="small" viewBox="0 0 {WIDTH} {place(height)}" role="img" '
        f'aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{xml_text(title)}</title>'
        f'<desc id="{key}-d">{xml_text(told)}</desc>{"".join(marks)}</svg>'
    )


def words(x: float, y: float, said: str, *, anchor: str = "start", kind: str = "") -> str:
    """Return a text."""
    shown = f' class="{kind}"' if kind else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{place(x)}" y="{place(y)}"{where}{shown}>{xml_text(said)}</text>'


def bar(x: float, y: float, width: float, height: float, kind: str) -> str:
    """Return a rectangle."""
    return (
        f'<rect class="{kind}" x="{place(x)}" y="{place(y)}" width="{place(max(width, 0))}" '
        f'height="{place(max(height, 0))}"/>'
    )


def path(points: Iterable[tuple[float, float]], kind: str, *, closed: bool = False) -> str:
    """Return a line through points, or the area within them."""
    steps = "L".join(f"{place(x)} {place(y)}" for x, y in points)
    return f'<path class="{kind}" d="M{steps}{"Z" if closed else ""}"/>' if steps else ""


def level(y: float, start: float, end: float, kind: str) -> str:
    """Return a horizontal line."""
    return path([(start, y), (end, y)], kind)


def place(number: float) -> str:
    """Return a coordinate to a tenth, as short as it can be.

    >>> place(12.04), place(-0.01), place(7.25)
    ('12', '0', '7.2')
    """
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from one to the other, at most so many (of 2 or more).

    >>> ticks(0.03, 0.97, 4), ticks(1009, 21999, 3)
    ([0.2, 0.4, 0.6000000000000001, 0.8], [10000.0, 20000.0])
    """
    if not 0 < high - low < math.inf:
        return []
    step = round_step((high - low) / (most + 1))
    while math.floor(high / step) - math.ceil(low / step) >= most:
        step = round_step(1.01 * step)
    return [at * step for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def round_step(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten, no less than ``least``.

    >>> round_step(0.03), round_step(7), round_step(0)
    (0.05, 10.0, 1.0)
    """
    if not least > 0 or not math.isfinite(least):
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(
        (times * power for times in (1, 2, 5) if times * power >= least * (1 - 1e-9)), 10 * power
    )


def short(number: float) -> str:
    """Return a number in a few characters, with a true minus.

    >>> short(0.1 + 0.2), short(19999), short(2_500_000), short(-0.0), short(float("inf"))
    ('0.3', '19,999', '2.5M', '0', '∞')
    >>> short(-12.5) == "\N{MINUS SIGN}12.5"
    True
    """
    size = abs(number)
    if math.isnan(number):
        return UNDEFINED
    if math.isinf(number):
        text = "∞"
    elif size >= 1e9:
        text = f"{size:.2g}".replace("e+", "e")
    elif size >= 1e6:
        text = f"{size / 1e6:.3g}M"
    elif size >= 1000:
        text = f"{size:,.0f}"
    else:
        text = f"{size:.3g}"
    return f"\N{MINUS SIGN}{text}" if number < 0 else text

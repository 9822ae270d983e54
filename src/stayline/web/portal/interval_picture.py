"""Figures with their intervals side by side, as one picture that its table stands behind."""

from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from stayline.reports.drawing import WIDTH, level, path, picture, ticks, words
from stayline.reports.numbers import UNDEFINED, Interval
from stayline.reports.svg import axis_labels

MOST_ROWS = 24
_LEFT, _RIGHT = 8, WIDTH - 8
_ROW, _FOOT = 38, 22


def interval_picture(
    rows: Sequence[tuple[str, Interval | None]],
    *,
    key: str,
    name: str,
    written: Callable[[Interval | None], str],
    tick: Callable[[float], str] = lambda at: f"{at:.0%}",
    line: float | None = None,
    limits: Sequence[float] = (),
) -> Markup:
    """Return a row for each figure: a diamond on the line of its interval, and both in words.

    ``line`` is what figures are held against, dotted; ``limits`` are dashed. Of more rows than
    `MOST_ROWS` the first are drawn. A figure that is not defined is said to be so.
    """
    drawn = rows[:MOST_ROWS]
    known = [end for _, figure in drawn for end in _ends(figure)] + list(limits)
    known += [] if line is None else [line]
    low, high = min(known, default=0.0), max(known, default=1.0)
    space = (high - low) * 0.04 or 0.01
    low, high = low - space, high + space
    bottom = len(drawn) * _ROW + 4.0

    def across(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_RIGHT - _LEFT)

    def marks() -> Iterator[str]:
        for at in ticks(low, high, 5):
            yield words(across(at), bottom + 15, tick(at), anchor="middle", kind="soft")
        held = [*(() if line is None else ((line, "base"),)), *((at, "limit") for at in limits)]
        labels = axis_labels(label for label, _ in drawn)
        for at, (label, (_, figure)) in enumerate(zip(labels, drawn, strict=True)):
            y = at * _ROW + 12.0
            yield words(_LEFT, y, label)
            yield words(_RIGHT, y, written(figure), anchor="end", kind="strong")
            yield level(y + 12, _LEFT, _RIGHT, "grid")
            for value, kind in held:
                yield path([(across(value), y + 5), (across(value), y + 19)], kind)
            yield from _mark(figure, y + 12, across)
        yield level(bottom, _LEFT, _RIGHT, "axis")

    told = f"{len(drawn)} figures, each a diamond on the line of its interval."
    if len(rows) > len(drawn):
        told += f" {len(rows) - len(drawn)} more are in the table."
    if line is not None:
        told += f" Dotted: {tick(line)}."
    if limits:
        told += f" Dashed: {' and '.join(map(tick, limits))}."
    made = picture(key, name, told, height=bottom + _FOOT, marks=marks())
    return Markup(made)  # noqa: S704  (escaped there)


def _mark(figure: Interval | None, y: float, across: Callable[[float], float]) -> Iterator[str]:
    if figure is None or figure.value is None:
        yield words(_LEFT, y + 4, UNDEFINED, kind="soft")
        return
    if figure.low is not None and figure.high is not None:
        yield path([(across(figure.low), y), (across(figure.high), y)], "line")
    x = across(figure.value)
    yield path([(x - 5, y), (x, y - 5), (x + 5, y), (x, y + 5)], "mark", closed=True)


def _ends(figure: Interval | None) -> list[float]:
    if figure is None:
        return []
    return [end for end in (figure.value, figure.low, figure.high) if end is not None]

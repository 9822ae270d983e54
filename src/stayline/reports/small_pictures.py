"""The small multiples of a window: a feature then and now, and a figure over the windows."""

import math
from collections.abc import Callable, Iterator, Sequence

from stayline.domain.gates import Verdict
from stayline.reports.courses import Course, Point
from stayline.reports.drawing import WIDTH, bar, level, path, picture, place, short, ticks, words
from stayline.reports.svg import axis_labels
from stayline.reports.then_and_now import NumberBars, WordShare, rounded_share

_LEFT, _RIGHT, _ROW, _PLOT, _FEW = 44, 8, 36, 92, 20
_FARTHEST = 1e100


def number_picture(bars: NumberBars, *, key: str, name: str) -> str:
    """Return both histograms: the baseline as bars, the window as a line over them."""
    bottom, left, right = 8 + _PLOT, 4, WIDTH - 4
    top = max(*bars.then, *bars.now, 1e-9)
    width = (right - left) / len(bars.then)
    low, high = bars.edges[0], bars.edges[-1]

    def height(share: float) -> float:
        return share / top * _PLOT

    def marks() -> Iterator[str]:
        for at, share in enumerate(bars.then):
            yield bar(
                left + at * width + 0.5, bottom - height(share), width - 1, height(share), "then"
            )
        outline: list[tuple[float, float]] = [(left, bottom)]
        for at, share in enumerate(bars.now):
            outline += [(left + (at + way) * width, bottom - height(share)) for way in (0, 1)]
        yield path([*outline, (right, bottom)], "now")
        yield level(bottom, left, right, "axis")
        for tick in ticks(low, high, 6):
            x = left + (tick - low) / (high - low) * (right - left)
            anchor = "start" if x < 12 else "end" if x > WIDTH - 12 else "middle"
            yield words(x, bottom + 15, short(tick), anchor=anchor)

    told = (
        f"Shares of the rows in {len(bars.then)} bars from {short(low)} to {short(high)}: grey "
        "bars are the baseline, the line is this window. Values beyond are in the outer bars."
    )
    return picture(key, f"{name}, then and now", told, height=bottom + 20, marks=marks())


def word_picture(shares: Sequence[WordShare], *, key: str, name: str) -> str:
    """Return two bars a word: the baseline's above the window's."""
    rows = [(one.word, one.then, one.now, _percents(one)) for one in shares]
    return _paired(rows, key=key, title=f"{name}, then and now", top=1.0)


def strength_picture(rows: Sequence[tuple[str, float, float]], *, key: str, title: str) -> str:
    """Return two bars an input: how strong it was, and is."""
    told = [(name, then, now, f"{then:.3f} → {now:.3f}") for name, then, now in rows]
    top = max((max(then, now) for _, then, now in rows), default=1.0)
    return _paired(told, key=key, title=title, top=top or 1.0)


def course_picture(course: Course, *, key: str, title: str) -> str:
    """Return the figure window by window with its band, its threshold and the baseline."""
    shown = [p for p in course.points if _drawable(p.value) is not None]
    marked = [_drawable(course.finding.threshold), _drawable(course.finding.baseline)]
    numbers = [_drawable(n) for p in shown for n in (p.value, p.low, p.high)] + marked
    known = [n for n in numbers if n is not None]
    low, high = _padded(known)
    scale = ticks(low, high, 5)
    first, last = course.points[0].at, course.points[-1].at
    length = (last - first).total_seconds() or 1.0
    bottom, left, right = 10 + _PLOT, _LEFT, WIDTH - _RIGHT
    size = 5 if len(course.points) <= _FEW else 3.5

    def across(point: Point) -> float:
        return left + (point.at - first).total_seconds() / length * (right - left)

    def up(number: float) -> float:
        return bottom - (min(max(number, low), high) - low) / (high - low) * _PLOT

    def marks() -> Iterator[str]:
        for tick in scale:
            yield level(up(tick), left, right, "grid")
            yield words(left - 5, up(tick) + 4, short(tick), anchor="end")
        for number, kind in zip(marked, ("limit", "base"), strict=True):
            if number is not None:
                yield level(up(number), left, right, kind)
        for run in _runs(course.points):
            yield from _band(run, across, up)
            yield path([(across(p), up(p.value or 0.0)) for p in run], "line")
        for point in shown:
            yield _mark(across(point), up(point.value or 0.0), point.verdict, size)
        yield words(left, bottom + 15, f"{first:%Y-%m-%d}")
        yield words(right, bottom + 15, f"{last:%Y-%m-%d}", anchor="end")

    told = f"{len(course.points)} windows, {len(shown)} with a figure. The area is its interval."
    if course.finding.threshold is not None:
        told += f" Dashed: the threshold, {short(course.finding.threshold)}."
    if course.finding.baseline is not None:
        told += f" Dotted: the baseline, {short(course.finding.baseline)}."
    return picture(key, title, told, height=bottom + 20, marks=marks())


def _paired(
    rows: Sequence[tuple[str, float, float | None, str]], *, key: str, title: str, top: float
) -> str:
    names = axis_labels(name for name, *_ in rows)

    def marks() -> Iterator[str]:
        for at, (name, (_, then, now, said)) in enumerate(zip(names, rows, strict=True)):
            y = at * _ROW
            yield words(2, y + 11, name)
            yield words(WIDTH - 2, y + 11, said, anchor="end")
            yield bar(2, y + 15, then / top * (WIDTH - 4), 7, "then")
            if now is not None:
                yield bar(2.5, y + 23.5, now / top * (WIDTH - 5), 6, "now filled")

    told = f"{len(rows)} pairs of bars: grey is the baseline, the outlined bar this window."
    return picture(key, title, told, height=len(rows) * _ROW, marks=marks())


def _percents(one: WordShare) -> str:
    return f"{rounded_share(one.then)} → {'few' if one.now is None else rounded_share(one.now)}"


def _drawable(value: float | None) -> float | None:
    """Return a number that a scale can hold; others have a place in the tables only."""
    return value if value is not None and abs(value) < _FARTHEST else None


def _runs(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Yield stretches of windows that have a figure, so that no line bridges a gap."""
    run: list[Point] = []
    for point in points:
        if _drawable(point.value) is not None:
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _band(
    run: Sequence[Point], across: Callable[[Point], float], up: Callable[[float], float]
) -> Iterator[str]:
    """Yield the area of the intervals; a window alone has a bar."""
    ends = [(across(p), p.low, p.high) for p in run]
    known = [
        (x, up(low), up(high))
        for x, low, high in ends
        if low is not None and high is not None and not math.isnan(low + high)
    ]
    if len(known) == 1:
        known = [(known[0][0] + way, *known[0][1:]) for way in (-2, 2)]
    corners = [(x, high) for x, _, high in known] + [(x, low) for x, low, _ in reversed(known)]
    yield path(corners, "band", closed=True)


def _mark(x: float, y: float, verdict: Verdict, size: float) -> str:
    """Return a full diamond for what failed, a hollow one for too little, a dot for the rest."""
    if verdict is Verdict.PASS:
        return f'<circle class="dot" cx="{place(x)}" cy="{place(y)}" r="2"/>'
    corners = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
    return path(corners, "bad" if verdict is Verdict.FAIL else "open", closed=True)


def _padded(known: Sequence[float]) -> tuple[float, float]:
    """Return a range with a little room round all numbers."""
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 0.1
    return low - room, high + room

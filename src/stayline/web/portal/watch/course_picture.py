"""A figure over time as SVG: its interval, its threshold, and by their shape the readings beyond.

Shown by ``parts.picture`` with the table behind it; see `stayline.web.portal.pictures`.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from markupsafe import Markup

from stayline.domain.thinning import Stretch
from stayline.reports.drawing import bar, level, path, picture, place, short, ticks, words

MOST = 120
"""So many stretches are drawn at most; a phone shows no more of them."""
_WIDTH, _LEFT, _PLOT = 320, 46.0, 120
_RIGHT, _BOTTOM = _WIDTH - 10.0, 10.0 + _PLOT
_DOTTED = 40
_DAYS = timedelta(days=2)


def course_picture(
    stretches: Sequence[Stretch], *, key: str, name: str, limit: float | None = None
) -> Markup:
    """Return the figure over time; ``stretches`` holds one at least.

    A dot is a reading within its threshold, a diamond one beyond. A stretch of several readings is
    a bar from the least to the most, so that no peak is lost.
    """
    is_thinned = any(one.count > 1 for one in stretches)
    low, high = _ends(stretches, limit)
    first, last = stretches[0].first_at, stretches[-1].newest.at
    length = (last - first).total_seconds() or 1.0
    shown = "%Y-%m-%d" if last - first > _DAYS else "%m-%d %H:%M UTC"

    def across(one: Stretch) -> float:
        return _LEFT + (one.newest.at - first).total_seconds() / length * (_RIGHT - _LEFT)

    def up(value: float) -> float:
        return _BOTTOM - (value - low) / (high - low) * _PLOT

    def marks() -> Iterator[str]:
        yield level(_BOTTOM, _LEFT, _RIGHT, "axis")
        for tick in ticks(low, high, 4):
            yield level(up(tick), _LEFT, _RIGHT, "grid")
            yield words(_LEFT - 5, up(tick) + 4, short(tick), anchor="end", kind="soft")
        if limit is not None:
            yield level(up(limit), _LEFT, _RIGHT, "limit")
        if is_thinned:
            for one in stretches:
                top = up(one.most)
                yield bar(across(one) - 0.6, top, 1.2, max(up(one.least) - top, 1.0), "mark")
        else:
            yield from _band(stretches)
            yield path([(across(one), up(one.newest.value)) for one in stretches], "line")
        for one in stretches:
            x, y = across(one), up(one.worst.value)
            if one.beyond:
                yield _diamond(x, y)
            elif not is_thinned and len(stretches) <= _DOTTED:
                yield f'<circle class="dot" cx="{place(x)}" cy="{place(y)}" r="2.5"/>'
        yield words(_LEFT, _BOTTOM + 15, f"{first:{shown}}", kind="soft")
        if last != first:
            yield words(_RIGHT, _BOTTOM + 15, f"{last:{shown}}", anchor="end", kind="soft")

    def _band(some: Sequence[Stretch]) -> Iterator[str]:
        known = [
            (across(one), up(one.newest.low), up(one.newest.high))
            for one in some
            if one.newest.low is not None and one.newest.high is not None
        ]
        if len(known) == 1:
            x, bottom, top = known[0]
            yield bar(x - 3, top, 6, max(bottom - top, 1.0), "area")
        else:
            corners = [(x, top) for x, _, top in known]
            corners += [(x, bottom) for x, bottom, _ in reversed(known)]
            yield path(corners, "area", closed=True)

    told = _told(stretches, limit, is_thinned=is_thinned)
    drawn = picture(key, name, told, height=_BOTTOM + 22, marks=marks())
    return Markup(drawn)  # noqa: S704  (escaped there)


def _ends(stretches: Sequence[Stretch], limit: float | None) -> tuple[float, float]:
    """Return the least and the most that the picture must hold, with some room."""
    values = [end for one in stretches for end in (one.least, one.most)]
    values += [
        end for one in stretches for end in (one.newest.low, one.newest.high) if end is not None
    ]
    values += [] if limit is None else [limit]
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or max(abs(high) * 0.1, 0.1)
    return (0.0 if 0 <= low < 0.5 * high else low - room), high + room


def _told(stretches: Sequence[Stretch], limit: float | None, *, is_thinned: bool) -> str:
    readings, beyond = sum(one.count for one in stretches), sum(one.beyond for one in stretches)
    first, last = stretches[0].first_at, stretches[-1].newest
    told = f"{readings:,} readings from {first:%Y-%m-%d} to {last.at:%Y-%m-%d}"
    told += f", the newest one {short(last.value)}."
    if any(one.newest.low is not None for one in stretches):
        told += " The area is their interval."
    if is_thinned:
        told += f" Each of {len(stretches)} bars goes from the least to the most of its readings."
    if limit is not None:
        told += f" Dashed: the threshold, {short(limit)}."
    return f"{told} Diamonds: {beyond:,} beyond the threshold." if beyond else told


def _diamond(x: float, y: float) -> str:
    corners = [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]
    return path(corners, "beyond", closed=True)

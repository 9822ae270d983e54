"""Pictures as SVG that reads well inline on light and dark pages, in colour and in grey.

Text and axes take the page's own colour; marks have two colours which people with any colour vision
tell apart, and which differ in shape too. Nothing is fetched, and equal figures give equal bytes.
Each picture is about as wide as a phone, so that its text stays readable there.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from stayline.formats.card_figures import CurvePoint
from stayline.reports.numbers import Interval
from stayline.reports.svg import GREY, axis_labels, draw

if TYPE_CHECKING:
    import altair as alt

BLUE, ORANGE = "#2a7fbf", "#d0671b"
"""Each at least 3 : 1 against the light and the dark ground of the pages."""
WIDTH, ROW = 400, 26
MOST_ROWS = 40
"""More rows than this make no picture; all of them are in the table beside it."""


def calibration_picture(points: Sequence[CurvePoint], *, key: str, title: str) -> str:
    """Return risk said against share who left, with intervals, beside the line where both agree."""
    import altair as alt

    rows = [{"said": point.mean_risk, **_ends(point.rate)} for point in points]
    top = min(1.0, 1.05 * max([0.1, *(v for row in rows for v in row.values() if v is not None)]))
    scale = alt.Scale(domain=[0, top])
    said = alt.X("said:Q", scale=scale, title="risk said", axis=alt.Axis(format="%"))
    left = alt.Axis(format="%")
    agree = (
        alt.Chart({"values": [{"said": at, "value": at} for at in (0, top)]})
        .mark_line(color=GREY, strokeDash=[5, 4])
        .encode(x=said, y=alt.Y("value:Q", scale=scale, title="share who left", axis=left))
    )
    found = alt.Chart({"values": rows}).encode(x=said)
    chart = alt.layer(
        agree,
        found.mark_rule(color=BLUE, strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
        found.mark_point(color=BLUE, filled=True, size=60, opacity=1).encode(y=alt.Y("value:Q")),
    ).properties(width=WIDTH, height=300)
    told = (
        f"{len(rows)} groups of rows of similar risk. Each point is the share of them who left, "
        "with its interval; on the dashed line it equals the risk said."
    )
    return draw(chart, key, title, told)


def interval_picture(
    rows: Sequence[tuple[str, Interval | None]],
    *,
    key: str,
    title: str,
    axis: str,
    form: str = "%",
    line: float | None = None,
    limits: Sequence[float] = (),
) -> str:
    """Return one figure a row with its interval; rows without a figure say so.

    ``axis`` names the figure and ``form`` is how its numbers are written (d3-format). ``line`` is
    where nothing differs, ``limits`` are where a gate would speak.
    """
    import altair as alt

    names = axis_labels(name for name, _ in rows)
    values: list[dict[str, float | str | None]] = [
        {"name": name, **_ends(figure)} for name, (_, figure) in zip(names, rows, strict=True)
    ]
    unknown = [{"name": row["name"], "told": "no figure"} for row in values if row["value"] is None]
    marked = [at for at in (line, *limits) if at is not None]
    numbers = [v for row in values for v in row.values() if isinstance(v, float | int)]
    scale = alt.Scale(domain=_padded([*numbers, *marked]), zero=False)
    ticks = alt.Axis(format=form, labelExpr="datum.value === 0 ? '0' : datum.label")
    across = alt.X("low:Q", scale=scale, title=axis, axis=ticks)
    down = alt.Y("name:N", scale=alt.Scale(domain=names), title=None)
    base = alt.Chart({"values": values}).encode(y=down)
    chart = alt.layer(
        *([_rule(line, [1, 0], GREY)] if line is not None else []),
        *(_rule(limit, [5, 4], ORANGE) for limit in limits),
        base.mark_rule(color=BLUE, strokeWidth=2).encode(x=across, x2="high:Q"),
        base.mark_point(color=BLUE, filled=True, size=60, opacity=1).encode(x=alt.X("value:Q")),
        alt.Chart({"values": unknown})
        .mark_text(align="left", color="currentColor", fontSize=12, dx=4)
        .encode(x=alt.value(0), y=down, text="told:N"),
    ).properties(width=WIDTH, height=alt.Step(ROW))
    told = f"{len(rows)} rows; each point is a figure, the bar through it its interval."
    if limits:
        told += f" Dashed lines: the limits {', '.join(f'{at:g}' for at in limits)}."
    return draw(chart, key, title, told)


def bar_picture(figures: Mapping[str, float], *, key: str, title: str, axis: str) -> str:
    """Return one bar an entry, in the order given."""
    import altair as alt

    values = [
        {"name": name, "value": _finite(value)}
        for name, value in zip(axis_labels(figures), figures.values(), strict=True)
    ]
    chart = (
        alt.Chart({"values": values})
        .mark_bar(color=BLUE, height=ROW * 0.6)
        .encode(
            x=alt.X("value:Q", title=axis),
            y=alt.Y("name:N", sort=None, title=None),
        )
        .properties(width=WIDTH, height=alt.Step(ROW))
    )
    return draw(alt.layer(chart), key, title, f"{len(values)} bars, longest first.")


def _ends(figure: Interval | None) -> dict[str, float | None]:
    """Return the three numbers of a figure; what is no number is left out of the picture."""
    if figure is None:
        return {"value": None, "low": None, "high": None}
    return {
        "value": _finite(figure.value),
        "low": _finite(figure.low),
        "high": _finite(figure.high),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _rule(at: float, dash: list[float], color: str) -> "alt.Chart":
    import altair as alt

    rule: alt.Chart = (
        alt.Chart({"values": [{"at": at}]})
        .mark_rule(color=color, strokeDash=dash, strokeWidth=1.5)
        .encode(x=alt.X("at:Q"))
    )
    return rule


def _padded(values: Sequence[float]) -> list[float]:
    """Return a range a little wider than all values, so that no mark is cut."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) * 0.05 or 0.05
    return [low - room, high + room]

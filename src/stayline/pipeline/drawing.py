"""A pipeline as people look at it: a list for the terminal, and a graph in SVG.

Both take a checked definition and, for an execution, each step's status.
"""

from collections.abc import Iterator, Mapping
from html import escape

from stayline.pipeline.condition_words import in_words
from stayline.pipeline.graph import HEIGHT, Graph, Node, graph, looks_back
from stayline.pipeline.wording import legible

_MARKS = {
    "Succeeded": "✓",
    "Failed": "✗",
    "Stopped": "■",
    "Stopping": "■",
    "Executing": "▶",
    "Starting": "▶",
}
_NOT_RUN = "·"
_MOST_LETTERS = 30
_STYLE = """
text { font-family: 'Helvetica Neue', Helvetica, Arial, sans-serif; font-size: 13px; }
.box { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.25; }
.name { fill: #1f2328; font-weight: 600; }
.note { fill: #57606a; font-size: 11.5px; }
.line { fill: none; stroke: #57606a; stroke-width: 1.5; }
.bus { fill: none; stroke: #8c959f; stroke-width: 1; }
.head { fill: #57606a; }
.Succeeded .box { stroke: #1a7f37; stroke-width: 2; }
.Succeeded .status { fill: #1a7f37; font-weight: 600; }
.Failed .box { stroke: #b35900; stroke-width: 2.5; stroke-dasharray: 6 3; }
.Failed .status { fill: #953800; font-weight: 600; }
.Executing .box, .Starting .box { stroke: #0969da; stroke-width: 2; }
.Executing .status, .Starting .status { fill: #0969da; font-weight: 600; }
@media (prefers-color-scheme: dark) {
.box { fill: #161b22; stroke: #8b949e; }
.name { fill: #e6edf3; }
.note { fill: #9da7b3; }
.line { stroke: #8b949e; }
.bus { stroke: #6e7681; }
.head { fill: #8b949e; }
.Succeeded .box { stroke: #3fb950; }
.Succeeded .status { fill: #56d364; }
.Failed .box { stroke: #db8a3c; }
.Failed .status { fill: #f0a95f; }
.Executing .box, .Starting .box { stroke: #58a6ff; }
.Executing .status, .Starting .status { fill: #79c0ff; }
}
""".strip()


def text_drawing(document: Mapping[str, object], statuses: Mapping[str, str] | None = None) -> str:
    """Return the steps in the order they run, one a line, branches below their condition."""
    drawn = graph(document)
    rows = [_row(node, drawn, statuses) for node in drawn.nodes]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines) + "\n"


def svg_drawing(
    document: Mapping[str, object],
    statuses: Mapping[str, str] | None = None,
    *,
    style: str = _STYLE,
) -> str:
    """Return the graph from left to right as one SVG that needs nothing else.

    As wide as its place allows; light or dark as the reader has it; no status is told by colour
    alone; the text behind the picture is in its description. ``style`` is empty for a page whose
    own style knows the classes.
    """
    drawn = graph(document)
    told = escape(text_drawing(document, statuses))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawn.width} {drawn.height}" '
        'width="100%" role="img" '
        'aria-labelledby="pipeline-title pipeline-text">',
        '<title id="pipeline-title">The training pipeline</title>',
        f'<desc id="pipeline-text">{told}</desc>',
        f"<style>{style}</style>" if style else "",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
        *_lines(drawn),
        *(part for node in drawn.nodes for part in _box(node, statuses)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _row(node: Node, drawn: Graph, statuses: Mapping[str, str] | None) -> tuple[str, ...]:
    indent = "".join("   " for _ in node.branch[1:])
    answer = f"{indent}└ {'yes' if node.branch[-1][1] else 'no'}: " if node.branch else ""
    around = {condition for condition, _ in node.branch}
    after = [name for name in drawn.needs[node.name] if name not in around]
    notes = [in_words(node.step)] if node.kind == "Condition" else []
    if after and not node.branch:
        notes.insert(0, f"after {', '.join(after)}")
    status = () if statuses is None else (f"{_mark(node, statuses)} {_status(node, statuses)}",)
    return (f"{answer}{node.name}", node.kind, *status, "; ".join(notes))


def _status(node: Node, statuses: Mapping[str, str]) -> str:
    return _short(legible(statuses.get(node.name, "not run")))


def _mark(node: Node, statuses: Mapping[str, str]) -> str:
    return _MARKS.get(_status(node, statuses), _NOT_RUN)


def _lines(drawn: Graph) -> Iterator[str]:
    """Yield an arrow from each step to its next ones, and a thin line over the boxes to others."""
    for node in drawn.nodes:
        for name in drawn.needs[node.name]:
            start = drawn.node(name)
            if node.column - start.column == 1:
                yield from _arrow(start, node)
    for number, (name, lane) in enumerate(drawn.lanes.items()):
        start = drawn.node(name)
        beside = (number - len(drawn.lanes) / 2) * 10
        for node in drawn.nodes:
            if looks_back(start, node, drawn.needs):
                path = _over(start, node, lane, beside, drawn)
                yield f'<path class="bus" marker-end="url(#arrow)" d="{path}"/>'


def _over(start: Node, end: Node, lane: float, beside: float, drawn: Graph) -> str:
    """Return the line over the boxes; one that another box stands above is met from its side."""
    up, enter = f"M{start.x + start.width / 2:g} {start.y:g}", f"V{end.y:g}"
    right = end.x + end.width / 2 + beside
    if not drawn.is_top(start):
        up = f"M{start.x + start.width:g} {start.middle:g}h8"
    if not drawn.is_top(end):
        right = end.x - 20 + beside
        enter = f"V{end.middle - 14:g}H{end.x:g}"
    return f"{up}V{lane + 6:g}q0 -6 6 -6H{right - 6:g}q6 0 6 6{enter}"


def _arrow(start: Node, end: Node) -> Iterator[str]:
    x, y, to_x, to_y = start.x + start.width, start.middle, end.x, end.middle
    half = (to_x - x) / 2
    path = f"M{x:g} {y:g}C{x + half:g} {y:g} {to_x - half:g} {to_y:g} {to_x:g} {to_y:g}"
    yield f'<path class="line" marker-end="url(#arrow)" d="{path}"/>'
    if end.branch and end.branch[-1][0] == start.name:
        answer = "yes" if end.branch[-1][1] else "no"
        place = to_y - 9 if to_y <= y else to_y + 17
        yield f'<text class="note" text-anchor="end" x="{to_x - 6:g}" y="{place:g}">{answer}</text>'


def _box(node: Node, statuses: Mapping[str, str] | None) -> Iterator[str]:
    status = "" if statuses is None else _status(node, statuses)
    centre = node.x + node.width / 2
    told = legible(str(node.step.get("Description") or node.kind))
    yield f'<g class="{status if status in _MARKS else "step"}">'
    yield f"<title>{escape(node.name)}: {escape(told)}</title>"
    yield f'<path class="box" d="{_outline(node)}"/>'
    lines = [("name", _short(node.name)), ("note", node.kind)]
    if statuses is not None:
        lines.append(("note status", status))
    first = node.middle + 4 - 8.5 * (len(lines) - 1)
    for number, (style, text) in enumerate(lines):
        y = first + 17 * number
        place = f'x="{centre:g}" y="{y:g}"'
        yield f'<text class="{style}" text-anchor="middle" {place}>{escape(text)}</text>'
    if node.kind == "Condition":
        place = f'x="{centre:g}" y="{node.y + HEIGHT + 16:g}"'
        asked = escape(_short(in_words(node.step)))
        yield f'<text class="note" text-anchor="middle" {place}>{asked}</text>'
    yield "</g>"


def _outline(node: Node) -> str:
    """Return a rounded box, or one with pointed sides for a condition."""
    x, y, width = node.x, node.y, node.width
    if node.kind == "Condition":
        point, flat = 16, width - 32
        return (
            f"M{x:g} {node.middle:g}l{point} {-HEIGHT / 2:g}h{flat:g}l{point} {HEIGHT / 2:g}"
            f"l{-point} {HEIGHT / 2:g}h{-flat:g}z"
        )
    return (
        f"M{x + 8:g} {y:g}h{width - 16:g}q8 0 8 8v{HEIGHT - 16}q0 8 -8 8h{16 - width:g}"
        f"q-8 0 -8 -8v{16 - HEIGHT}q0 -8 8 -8z"
    )


def _short(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"

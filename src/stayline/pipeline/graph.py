"""Where the boxes of a pipeline's drawing stand: a column for each distance from the start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from stayline.pipeline.order import Branch, dependencies, execution_order, placed_steps

HEIGHT = 62
_GAP_X, _GAP_Y, _MARGIN, _LANE, _NOTE = 44, 30, 14, 16, 18
_NARROWEST, _WIDEST, _LETTER = 116, 260, 7.6


@dataclass(frozen=True, slots=True)
class Node:
    """One step's box; ``x`` and ``y`` are its upper left corner."""

    name: str
    kind: str
    step: Mapping[str, object]
    branch: Branch
    column: int
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """How far down the middle of the box is."""
        return self.y + HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Graph:
    """The boxes in the order the steps run, what each step waits for, and the picture's size.

    ``lanes`` gives each step that others look back to, past their neighbour, the height of its
    line above the boxes.
    """

    nodes: tuple[Node, ...]
    needs: Mapping[str, tuple[str, ...]]
    lanes: Mapping[str, float]
    width: float
    height: float

    def node(self, name: str) -> Node:
        """Return the box of a step."""
        return next(node for node in self.nodes if node.name == name)

    def is_top(self, box: Node) -> bool:
        """Return whether no other box stands above one."""
        return not any(node.column == box.column and node.y < box.y for node in self.nodes)


def graph(document: Mapping[str, object]) -> Graph:
    """Return the layout of the drawing for a checked definition."""
    steps = {placed.name: placed for placed in placed_steps(document)}
    order, needs = execution_order(document), dependencies(document)
    columns: dict[int, list[str]] = {}
    depth: dict[str, int] = {}
    for name in order:
        depth[name] = max((depth[needed] + 1 for needed in needs[name]), default=0)
        columns.setdefault(depth[name], []).append(name)
    nodes: dict[str, Node] = {}
    x = float(_MARGIN)
    for column, names in columns.items():
        width = min(max(_NARROWEST, max(map(len, names)) * _LETTER + 32), _WIDEST)
        y = -(len(names) * HEIGHT + (len(names) - 1) * _GAP_Y) / 2
        for name in names:
            step, kind = steps[name].step, str(steps[name].step.get("Type"))
            nodes[name] = Node(name, kind, step, steps[name].branch, column, x, y, width)
            y += HEIGHT + _GAP_Y
        x += width + _GAP_X
    ordered = tuple(nodes[name] for name in order)
    lanes = _lanes(ordered, needs)
    top = min([*lanes.values(), *(node.y for node in ordered)]) - _MARGIN
    bottom = max(node.y + (_NOTE if node.kind == "Condition" else 0) for node in ordered) + HEIGHT
    return Graph(
        tuple(replace(node, y=node.y - top) for node in ordered),
        needs,
        {name: lane - top for name, lane in lanes.items()},
        round(x - _GAP_X + _MARGIN),
        round(bottom - top + _MARGIN),
    )


def looks_back(start: Node, end: Node, needs: Mapping[str, tuple[str, ...]]) -> bool:
    """Return whether a step needs another one past its neighbours.

    What the condition around a step needs already is not drawn again.
    """
    around = (condition for condition, _ in end.branch)
    return (
        end.column - start.column > 1
        and start.name in needs[end.name]
        and all(start.name not in needs[condition] for condition in around)
    )


def _lanes(nodes: tuple[Node, ...], needs: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Give each line over the boxes its height, above all that it passes and the lines so far."""
    lanes: dict[str, float] = {}
    for start in reversed(nodes):
        ends = [node.column for node in nodes if looks_back(start, node, needs)]
        if ends:
            passed = [node.y for node in nodes if start.column <= node.column <= max(ends)]
            lanes[start.name] = min([*passed, *lanes.values()]) - _LANE
    return lanes

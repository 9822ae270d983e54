"""Single rows to encoded cells and back, in microseconds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from operator import itemgetter
from typing import Any

from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Kind
from stayline.errors import FieldProblem, RequestRefused
from stayline.modelling.model_input import ModelInput

LARGEST = float.fromhex("0x1.fffffep+127")
"""The largest float32, beyond which the trees would refuse a number as infinite."""
_NAN = float("nan")


class RowEncoder:
    """Encodes one row at a time, with everything that does not depend on the row made ready."""

    def __init__(self, inputs: Sequence[ModelInput]) -> None:
        self._inputs = inputs
        starts = list(accumulate((item.width for item in inputs), initial=0))
        self._width = starts.pop()
        numbers = [item for item in inputs if item.kind is Kind.NUMBER]
        coded = [item for item in inputs if item.kind not in (Kind.NUMBER, Kind.DATE)]
        dates = [item for item in inputs if item.kind is Kind.DATE]
        self._numbers = [item.name for item in numbers]
        self._assumed = [_missing(item)[0] for item in numbers]
        self._coded = [(item.name, *_codes(item)) for item in coded]
        self._dates = [item.name for item in dates]
        start_of = {item.name: start for item, start in zip(inputs, starts, strict=True)}
        made = [n for item in (*numbers, *coded, *dates) for n in _cells(item, start_of)]
        order = sorted(range(self._width), key=made.__getitem__)
        self._in_order = itemgetter(*order) if len(order) > 1 else tuple

    @property
    def width(self) -> int:
        """How many cells a row is encoded to."""
        return self._width

    def encode(self, row: Mapping[str, FieldValue], as_of: datetime) -> tuple[float, ...]:
        """Return the cells, within float32; a name that is absent counts as missing."""
        get = row.get
        cells: list[Any] = list(map(get, self._numbers))
        if None in cells or max(cells, default=0.0) > LARGEST or min(cells, default=0.0) < -LARGEST:
            cells = [
                assumed if number is None else _clipped(float(number))
                for number, assumed in zip(cells, self._assumed, strict=True)
            ]
        for name, codes, of_any_other in self._coded:
            cells += codes.get(get(name), of_any_other)
        for name in self._dates:
            day = get(name)
            is_given = day is not None
            cells.append((as_of.date() - date.fromisoformat(str(day))).days if is_given else _NAN)
        return self._in_order(cells)

    def decode(self, cells: Sequence[float], as_of: datetime) -> dict[str, FieldValue]:
        """Return the values of encoded cells: what `encode` makes these cells of.

        NaN, and a category that is none of the known, is None. Raises `RequestRefused` with every
        input whose cells no value gives.
        """
        if len(cells) != self.width:
            expected = f"expected {self.width} cells, not {len(cells)}"
            raise RequestRefused([FieldProblem("row", expected)])
        found: dict[str, FieldValue] = {}
        problems = []
        at = 0
        for item in self._inputs:
            own = [float(cell) for cell in cells[at : at + item.width]]
            at += item.width
            try:
                found[item.name] = _decoded(item, own, as_of)
            except (ValueError, OverflowError):
                problems.append(FieldProblem(item.name, f"its cells are no {item.kind.value}"))
        if problems:
            raise RequestRefused(problems)
        return found


def _cells(item: ModelInput, start_of: Mapping[str, int]) -> range:
    return range(start_of[item.name], start_of[item.name] + item.width)


def _codes(item: ModelInput) -> tuple[dict[FieldValue, list[float]], list[float]]:
    """Return the cells of each value, of a missing one, too; and those of any other value."""
    missing: dict[FieldValue, list[float]] = {None: _missing(item)}
    if item.kind is not Kind.CATEGORY:
        return missing | {value: [float(n)] for n, value in enumerate(item.categories)}, [_NAN]
    ones = {value: [float(value == one) for one in item.categories] for value in item.categories}
    return missing | ones, [0.0] * item.width


def _missing(item: ModelInput) -> list[float]:
    if item.assumed is None:
        return [_NAN] * item.width
    if item.kind is Kind.CATEGORY:
        return [float(category == item.assumed) for category in item.categories]
    if item.kind is Kind.NUMBER:
        return [_clipped(float(item.assumed))]
    known = item.assumed in item.categories
    return [float(item.categories.index(str(item.assumed))) if known else _NAN]


def _clipped(number: float) -> float:
    return number if number != number else max(-LARGEST, min(LARGEST, number))


def _decoded(item: ModelInput, cells: list[float], as_of: datetime) -> FieldValue:
    if item.kind is Kind.CATEGORY:
        ones = [
            category for category, cell in zip(item.categories, cells, strict=True) if cell == 1
        ]
        given = [cell for cell in cells if cell == cell]  # sparse rows leave the zeros out
        if len(ones) > 1 or any(cell not in (0, 1) for cell in given):
            raise ValueError
        return ones[0] if ones else None
    (cell,) = cells
    if cell != cell:
        return None
    if item.kind is Kind.NUMBER:
        return _clipped(cell)
    if not cell.is_integer():
        raise ValueError
    if item.kind is Kind.DATE:
        return (as_of.date() - timedelta(days=int(cell))).isoformat()
    if not 0 <= cell < len(item.categories):
        raise ValueError
    return item.categories[int(cell)]

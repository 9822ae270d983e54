"""Single rows to encoded cells and back, in microseconds."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from stayline.domain.risk_score import FieldValue
from stayline.domain.workforce_schema import Kind
from stayline.errors import FieldProblem, RequestRefused
from stayline.modelling.model_input import ModelInput

LARGEST = float(np.finfo(np.float32).max)
"""Beyond which the trees would refuse a number as infinite."""
_NAN = float("nan")


class RowEncoder:
    """Encodes one row at a time, with everything that does not depend on the row made ready."""

    def __init__(self, inputs: Sequence[ModelInput]) -> None:
        self._inputs = inputs
        self._numbers: list[tuple[str, int]] = []
        self._dates: list[tuple[str, int]] = []
        self._places: list[tuple[str, int, dict[str, float]]] = []
        self._categories: list[tuple[str, int, int, dict[str, int]]] = []
        self._empty: list[float] = []
        for item in inputs:
            at = len(self._empty)
            if item.kind is Kind.CATEGORY:
                end = at + item.width
                own = {category: at + n for n, category in enumerate(item.categories)}
                self._categories.append((item.name, at, end, own))
            elif item.kind is Kind.NUMBER:
                self._numbers.append((item.name, at))
            elif item.kind is Kind.DATE:
                self._dates.append((item.name, at))
            else:
                places = {category: float(n) for n, category in enumerate(item.categories)}
                self._places.append((item.name, at, places))
            self._empty += _missing(item)
        self._zeros = [0.0] * len(self._empty)

    @property
    def width(self) -> int:
        """How many cells a row is encoded to."""
        return len(self._empty)

    def encode(self, row: Mapping[str, FieldValue], as_of: datetime) -> list[float]:
        """Return the cells, within float32; a name that is absent counts as missing."""
        cells = self._empty.copy()
        get = row.get
        for name, at in self._numbers:
            value = get(name)
            if value is not None:
                number = float(value)
                cells[at] = number if -LARGEST <= number <= LARGEST else _clipped(number)
        for name, at, places in self._places:
            value = get(name)
            if value is not None:
                cells[at] = places.get(value, _NAN)  # type: ignore[arg-type]  # unknown is missing
        for name, at, end, own in self._categories:
            value = get(name)
            if value is not None:
                cells[at:end] = self._zeros[at:end]
                place = own.get(value)  # type: ignore[arg-type]  # unknown is in none
                if place is not None:
                    cells[place] = 1.0
        for name, at in self._dates:
            value = get(name)
            if value is not None:
                cells[at] = float((as_of.date() - date.fromisoformat(str(value))).days)
        return cells

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

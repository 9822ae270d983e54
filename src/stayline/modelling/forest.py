"""The trees at work without XGBoost: one evaluator for one row and for a million rows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from stayline.errors import PackageRefused
from stayline.modelling.chunks import BITS, CODES, Chunks, cut
from stayline.modelling.encoding import Matrix
from stayline.modelling.shapley_tables import Tables, tables
from stayline.modelling.trees import NONE, read_trees

ROWS_AT_ONCE = 32_768
"""Few enough for a core's cache, enough that two threads seldom wait for the interpreter."""
FEW_ROWS = 1000
"""Up to which rows are faster looked up than binned."""
ROWS_LOOKED_UP = 32
"""How many are looked up at once, so that their conditions stay in a core's cache."""


_USUAL = 64.0
"""Log-odds that an input's contributions stay below in any model that still tells people apart."""
_LEAST = 2.0**-60
_LEFT = np.float32(-np.inf)
"""What stands for a missing cell that goes left."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Margins (n,) and each input's part in them (n, inputs), which add up with the forest's bias.

    The parts are exact TreeSHAP values, rounded as `Forest` says.
    """

    margin: np.ndarray
    contributions: np.ndarray


class Forest:
    """Adds up tables instead of walking trees; safe to call from several threads.

    Each table holds whole numbers of a tiny unit, so sums are exact and their order cannot matter:
    one row alone and in a batch gets the same bits, with one thread or two, with reasons or
    without. A margin is at most a 2^-40th of the largest possible one beside the exact sum.
    """

    def __init__(self, model: bytes, owners: np.ndarray) -> None:
        """Read the trees; ``owners`` maps their columns to inputs. Raises `PackageRefused`."""
        trees = read_trees(model)
        if trees.columns != len(owners):
            raise PackageRefused(
                f"its trees take {trees.columns} columns, its manifest {len(owners)}."
            )
        chunks = cut(trees)
        found = tables(trees, chunks, owners)
        self._inputs = int(owners.max(initial=NONE)) + 1
        self._base_margin = found.base_margin
        self.bias = found.bias
        """The mean margin of the training rows, from which all contributions start."""
        largest = np.abs(found.margin).max(axis=1).sum()
        self._margin, self._margin_unit = _whole(found.margin.reshape(-1), largest, 62)
        largest = _largest_sum(found, self._inputs)
        self._shapley, self._unit = _whole(
            found.shapley.reshape(-1, BITS), largest, 30 if largest < _USUAL else 52
        )
        self._lookup = _Lookup(chunks, found, trees.columns, self._inputs)
        self._binning = _Binning(chunks, trees.columns)
        self._plan = [_numbered(row) for row in found.inputs]

    def margin(self, row: np.ndarray) -> float:
        """Return the margin of one encoded row (float32)."""
        return float(self._margins_at(self._lookup.rows(row)))

    def explain(self, row: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the margin of one encoded row and each input's part in it (inputs,)."""
        at = self._lookup.rows(row)
        parts = self._shapley.take(at, axis=0)
        sums = np.bincount(self._lookup.inputs, parts.ravel(), self._inputs + 1)
        return float(self._margins_at(at)), sums[:-1] * self._unit

    def margins(self, matrix: Matrix, *, threads: int = 1) -> np.ndarray:
        """Return the margin (n,) of each encoded row."""
        if len(matrix) <= FEW_ROWS:
            return self._margins_of_few(matrix)
        out = np.empty(len(matrix))
        _in_slices(lambda rows: self._fill(matrix[rows], out[rows], None), len(matrix), threads)
        return out

    def explained(self, matrix: Matrix, *, threads: int = 1) -> Explained:
        """Return the margin of each encoded row and each input's part in it."""
        margin = np.empty(len(matrix))
        parts = np.empty((len(matrix), self._inputs))
        if len(matrix) <= FEW_ROWS:
            for number, row in enumerate(matrix):
                margin[number], parts[number] = self.explain(row)
            return Explained(margin, parts)
        _in_slices(
            lambda rows: self._fill(matrix[rows], margin[rows], parts[rows]), len(matrix), threads
        )
        return Explained(margin, parts)

    def _margins_of_few(self, matrix: Matrix) -> np.ndarray:
        if len(matrix) <= ROWS_LOOKED_UP:
            return self._margins_at(self._lookup.rows(matrix))
        out = np.empty(len(matrix))
        for start in range(0, len(matrix), ROWS_LOOKED_UP):
            some = slice(start, start + ROWS_LOOKED_UP)
            out[some] = self._margins_at(self._lookup.rows(matrix[some]))
        return out

    def _margins_at(self, at: np.ndarray) -> np.ndarray:
        """Return the margin of the row, or of each of several, that has these table rows."""
        sums = np.add.reduce(self._margin.take(at), axis=-1, dtype=np.int64)
        return np.asarray(self._base_margin + sums * self._margin_unit)

    def _fill(self, matrix: Matrix, margin: np.ndarray, parts: np.ndarray | None) -> None:
        """Write a slice's margins and, if there is room for them, contributions."""
        binned = self._binning.bins(matrix)
        n = len(matrix)
        code, bit, index = np.empty(n, np.uint8), np.empty(n, np.uint8), np.empty(n, np.intp)
        sums, added = np.zeros(n, np.int64), np.empty(n, np.int64)
        by_input = np.zeros((0 if parts is None else self._inputs, n), self._shapley.dtype)
        part = np.empty(n, self._shapley.dtype)
        for number, conditions in enumerate(self._binning.plan):
            code[:] = 0
            for place, (column, edge) in enumerate(conditions):
                below = np.less(binned[column], edge, out=bit.view(bool)).view(np.uint8)
                np.left_shift(below, np.uint8(place), out=bit)
                np.bitwise_or(code, bit, out=code)
            index[:] = code
            start = number * CODES
            table = self._margin[start : start + CODES]
            sums += table.take(index, out=added, mode="clip")
            if parts is None:
                continue
            shapley = np.ascontiguousarray(self._shapley[start : start + CODES].T)
            for place, owner in self._plan[number]:
                by_input[owner] += shapley[place].take(index, out=part, mode="clip")
        np.add(self._base_margin, sums * self._margin_unit, out=margin)
        if parts is not None:
            np.multiply(by_input.T, self._unit, out=parts)


class _Lookup:
    """Finds the table rows of one encoded row, or of a few."""

    def __init__(self, chunks: Chunks, found: Tables, columns: int, inputs: int) -> None:
        asked = chunks.conditions
        stays = np.where(chunks.missing_left, 0, columns)
        self._columns = columns
        self._cells = (chunks.columns + stays)[asked].ravel()
        self._thresholds = chunks.thresholds[asked].ravel()
        self._first = np.arange(len(asked)) * CODES
        self.inputs = np.where(found.inputs == NONE, inputs, found.inputs).ravel()

    def rows(self, row: np.ndarray) -> np.ndarray:
        """Return (..., chunks) of rows (..., encoded): the place of each code in all tables."""
        # np.less is False for NaN, which therefore goes right where it is left as it is
        both = np.empty((*row.shape[:-1], 2 * self._columns), np.float32)
        np.fmax(row, _LEFT, out=both[..., : self._columns])
        both[..., self._columns :] = row
        goes_left = both.take(self._cells, axis=-1, mode="clip") < self._thresholds
        return self._first + np.packbits(goes_left, axis=-1, bitorder="little")


class _Binning:
    """Turns each column into small whole numbers once, which all conditions then compare."""

    def __init__(self, chunks: Chunks, columns: int) -> None:
        asked, thresholds = chunks.columns[:-1], chunks.thresholds[:-1]
        self._edges = [np.unique(thresholds[asked == column]) for column in range(columns)]
        most = max((len(edges) for edges in self._edges), default=0)
        self._type = np.min_scalar_type(most + 1)
        keys = list(zip(asked.tolist(), chunks.missing_left[:-1].tolist(), strict=True))
        self._copies = sorted(set(keys))
        place = {key: number for number, key in enumerate(self._copies)}
        edge = [
            self._type.type(np.searchsorted(self._edges[column], threshold) + 1)
            for column, threshold in zip(asked, thresholds, strict=True)
        ]
        self.plan = [
            [(place[keys[number]], edge[number]) for number in row if number != NONE]
            for row in chunks.conditions.tolist()
        ]

    def bins(self, matrix: Matrix) -> np.ndarray:
        """Return (copies, n): how many edges of its column are at or below each value.

        A value is below edge k where its number is below k + 1. A missing value gets the number
        that leads the way its conditions want: the least or the largest.
        """
        out = np.empty((len(self._copies), len(matrix)), self._type)
        for row, (column, missing_left) in enumerate(self._copies):
            cells = np.ascontiguousarray(matrix[:, column])
            out[row] = np.searchsorted(self._edges[column], cells, side="right")
            is_missing = np.isnan(cells)
            out[row][is_missing] = 0 if missing_left else len(self._edges[column])
        return out


def _largest_sum(found: Tables, inputs: int) -> float:
    """Return what the contributions of one input can add up to at most."""
    largest = np.abs(found.shapley).max(axis=1)
    is_some = found.inputs != NONE
    return float(np.bincount(found.inputs[is_some], largest[is_some], inputs).max(initial=0.0))


def _whole(table: np.ndarray, largest: float, bits: int) -> tuple[np.ndarray, float]:
    """Return a table in whole numbers of a unit, and the unit.

    The unit is the least power of two in which a sum of ``largest`` takes ``bits`` bits.
    """
    exponent = bits - 1 - int(np.ceil(np.log2(max(largest, _LEAST))))
    kind = np.int32 if bits < 32 else np.int64
    return np.rint(np.ldexp(table, exponent)).astype(kind), float(np.ldexp(1.0, -exponent))


def _numbered(inputs: np.ndarray) -> list[tuple[int, int]]:
    return [(place, owner) for place, owner in enumerate(inputs.tolist()) if owner != NONE]


def _in_slices(work: Callable[[slice], None], rows: int, threads: int) -> None:
    slices = [slice(start, start + ROWS_AT_ONCE) for start in range(0, rows, ROWS_AT_ONCE)]
    if threads == 1 or len(slices) == 1:
        for part in slices:
            work(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, slices))

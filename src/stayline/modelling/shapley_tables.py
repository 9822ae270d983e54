"""What each chunk of trees adds for each of its codes: to the margin, and for every input."""

from dataclasses import dataclass
from math import factorial

import numpy as np

from stayline.modelling.chunks import BITS, CODES, Chunks
from stayline.modelling.trees import DEEPEST, NONE, Trees

_CODES = np.arange(CODES, dtype=np.uint8)
_MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Tables:
    """What to add up: ``margin`` (chunks, 256), ``shapley`` (chunks, 256, 8), in log-odds.

    ``inputs`` (chunks, 8) says whose each contribution is, -1 for nobody's. ``bias`` is the mean of
    all trees over their training rows, with the base margin. ``base_margin`` is without the trees.
    """

    margin: np.ndarray
    shapley: np.ndarray
    inputs: np.ndarray
    base_margin: float
    bias: float


@dataclass(frozen=True, slots=True)
class _Leaves:
    """Each leaf's different columns, ``count`` of them, first in rows of 8.

    A code satisfies a column's conditions where ``code & mask == wanted``; ``share`` is the part of
    the training rows that did.
    """

    count: np.ndarray
    mask: np.ndarray
    wanted: np.ndarray
    share: np.ndarray
    column: np.ndarray
    value: np.ndarray


def tables(trees: Trees, chunks: Chunks, owners: np.ndarray) -> Tables:
    """Return the tables; ``owners`` maps encoded columns to inputs.

    Exact path-dependent TreeSHAP in closed form. A leaf of value w whose path asks k columns, each
    satisfied or not (o in {0, 1}) and by the share z of the training rows, is a game in which a
    coalition S is worth ``w * prod(o in S) * prod(z not in S)``; its Shapley values depend on the
    pattern of o alone, so 2^k of them say all, and a chunk's code says which one applies.
    """
    leaves = _leaves(trees, chunks)
    inputs, slot = _slots(chunks, leaves, owners)
    count = len(chunks.conditions)
    margin = np.zeros((count, CODES))
    shapley = np.zeros((count * BITS, CODES))
    mask, wanted = (np.bitwise_or.reduce(part, axis=1) for part in (leaves.mask, leaves.wanted))
    here = (_CODES & mask[:, None]) == wanted[:, None]
    _add(margin, chunks.chunk, here * leaves.value[:, None])
    for k in range(1, DEEPEST + 1):
        of_k = np.flatnonzero(leaves.count == k)
        step = max(1, _MOST_CELLS // (k * max(CODES, k << k)))
        for start in range(0, len(of_k), step):
            some = of_k[start : start + step]
            values = _patterned(leaves, some, k)
            rows = chunks.chunk[some, None] * BITS + slot[some, :k]
            _add(shapley, rows.ravel(), values.reshape(-1, CODES))
    bias = trees.base_margin + float((leaves.value * leaves.share.prod(axis=1)).sum())
    by_code = shapley.reshape(count, BITS, CODES).transpose(0, 2, 1)
    return Tables(margin, by_code, inputs, trees.base_margin, bias)


def _leaves(trees: Trees, chunks: Chunks) -> _Leaves:
    steps, is_step = chunks.steps, chunks.steps != NONE
    column = np.where(is_step, trees.column[trees.parent[steps]], NONE - np.arange(DEEPEST))
    same = column[:, :, None] == column[:, None, :]
    first = np.where(is_step, same.argmax(axis=2), DEEPEST)
    is_first = first == np.arange(DEEPEST)
    bit = np.where(is_step, 1 << chunks.bits, 0).astype(np.uint8)
    went_left = trees.left[trees.parent[steps]] == steps
    share = np.where(is_step, trees.share[steps], 1.0)
    order = np.argsort(~is_first, axis=1, kind="stable")

    def grouped(parts: np.ndarray, union: np.ufunc, nothing: float) -> np.ndarray:
        spread = np.where(same & is_first[:, :, None], parts[:, None, :], parts.dtype.type(nothing))
        return np.asarray(np.take_along_axis(union.reduce(spread, axis=2), order, axis=1))

    return _Leaves(
        count=is_first.sum(axis=1),
        mask=grouped(bit, np.bitwise_or, 0),
        wanted=grouped(np.where(went_left, bit, np.uint8(0)), np.bitwise_or, 0),
        share=grouped(share, np.multiply, 1),
        column=np.take_along_axis(column, order, axis=1),
        value=trees.value[chunks.leaves],
    )


def _slots(chunks: Chunks, leaves: _Leaves, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the inputs of each chunk (chunks, 8), and where each leaf's columns find theirs."""
    asked = np.where(chunks.conditions == NONE, NONE, owners[chunks.columns[chunks.conditions]])
    inputs = np.full((len(asked), BITS), NONE)
    for number, row in enumerate(asked.tolist()):
        different = sorted(set(row) - {NONE})
        inputs[number, : len(different)] = different
    owner = np.where(leaves.column < 0, NONE, owners[np.maximum(leaves.column, 0)])
    return inputs, (inputs[chunks.chunk][:, None, :] == owner[:, :, None]).argmax(axis=2)


def _patterned(leaves: _Leaves, some: np.ndarray, k: int) -> np.ndarray:
    """Return what each column of these leaves contributes for each code: (leaves, k, 256)."""
    mask, wanted = leaves.mask[some, :k, None], leaves.wanted[some, :k, None]
    satisfied = (_CODES & mask) == wanted
    pattern = np.zeros((len(some), CODES), dtype=np.intp)
    for place in range(k):
        pattern |= satisfied[:, place].astype(np.intp) << place
    by_pattern = _shapley(leaves.share[some, :k], k) * leaves.value[some, None, None]
    return np.take_along_axis(by_pattern, pattern[:, None, :], axis=2)


def _shapley(share: np.ndarray, k: int) -> np.ndarray:
    """Return the Shapley values of games worth 1 where all is satisfied: (games, k, 2^k)."""
    satisfied = (np.arange(1 << k) >> np.arange(k)[:, None]) & 1
    weights = [factorial(size) * factorial(k - 1 - size) / factorial(k) for size in range(k)]
    found = np.empty((len(share), k, 1 << k))
    for own in range(k):
        by_size = np.zeros((k, len(share), 1 << k))
        by_size[0] = 1.0
        for other in set(range(k)) - {own}:
            with_other = by_size[:-1] * satisfied[other]
            by_size *= share[:, other, None]
            by_size[1:] += with_other
        worth = np.tensordot(weights, by_size, axes=1)
        found[:, own] = (satisfied[own] - share[:, own, None]) * worth
    return found


def _add(sums: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """Add each row of values to the row of sums it is for; several may be for one."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    rank = np.arange(len(rows)) - np.repeat(starts, np.diff(np.r_[starts, len(rows)]))
    by_rank = np.argsort(rank, kind="stable")
    ends = np.cumsum(np.bincount(rank))
    for part in np.split(by_rank, ends[:-1]):
        sums[ordered[part]] += values[order[part]]

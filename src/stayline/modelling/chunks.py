"""Trees cut into chunks of at most 8 conditions, so that one byte says how a row passes each."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from stayline.modelling.trees import DEEPEST, NONE, Trees

BITS = 8
"""Conditions of a chunk; a chunk's table has a row for each of the 256 codes."""
CODES = 1 << BITS


@dataclass(frozen=True, slots=True)
class Chunks:
    """Which conditions make up each chunk, and in which chunk each leaf lies.

    A condition is a column, a threshold and where missing goes; ``columns``, ``thresholds`` and
    ``missing_left`` list the different ones. ``conditions`` (chunks, 8) names them, -1 where a
    chunk has fewer; condition b of a chunk is bit b of its code, 1 where the row goes left.

    ``leaves`` are node positions, ``chunk`` theirs. ``steps`` (leaves, 8) are the nodes on the way
    from each leaf up to below its root, -1 beyond, and ``bits`` the bit that each step asks.
    """

    columns: np.ndarray
    thresholds: np.ndarray
    missing_left: np.ndarray
    conditions: np.ndarray
    leaves: np.ndarray
    chunk: np.ndarray
    steps: np.ndarray
    bits: np.ndarray


def cut(trees: Trees) -> Chunks:
    """Cut every tree so that all conditions of a leaf's path lie in its chunk; pack small pieces.

    A piece is a subtree with the conditions above it: a tree of depth 4 has two, each the root and
    one half. Pieces of few conditions share a chunk; sorted, those of one column come together.
    """
    condition, first = _conditions(trees)
    paths = _paths(trees, np.arange(len(trees.left)))
    is_root = _begins_piece(trees, paths)
    piece_of = _piece_of(trees, is_root)
    roots = np.flatnonzero(is_root)
    splits = np.flatnonzero(~trees.is_leaf & (piece_of != NONE))
    above = trees.parent[paths[roots]]
    of_root = np.repeat(np.arange(len(roots)), DEEPEST).reshape(-1, DEEPEST)[paths[roots] != NONE]
    pairs = np.concatenate(
        [
            np.stack([piece_of[splits], condition[splits]], axis=1),
            np.stack([of_root, condition[above[paths[roots] != NONE]]], axis=1),
        ]
    )
    chunk_of, conditions = _packed(len(roots), np.unique(pairs, axis=0))
    leaves = np.flatnonzero(trees.is_leaf)
    steps = paths[leaves]
    chunk = chunk_of[piece_of[leaves]]
    asked = np.where(steps == NONE, NONE, condition[trees.parent[steps]])
    places = (conditions[chunk][:, None, :] == asked[:, :, None]).argmax(axis=2)
    return Chunks(
        columns=np.append(trees.column[first], 0),
        thresholds=np.append(trees.threshold[first], np.float32(-np.inf)),
        missing_left=np.append(trees.missing_left[first], False),
        conditions=conditions,
        leaves=leaves,
        chunk=chunk,
        steps=steps,
        bits=np.where(steps == NONE, NONE, places),
    )


def _conditions(trees: Trees) -> tuple[np.ndarray, np.ndarray]:
    """Return each node's condition, -1 for a leaf, and for each condition a node that has it."""
    splits = np.flatnonzero(~trees.is_leaf)
    threshold = (trees.threshold[splits] + np.float32(0)).view(np.uint32).astype(np.int64)
    key = (trees.column[splits] << 33) | (threshold << 1) | trees.missing_left[splits]
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    condition = np.full(len(trees.left), NONE)
    condition[splits] = number
    return condition, splits[first]


def _paths(trees: Trees, nodes: np.ndarray) -> np.ndarray:
    """Return (nodes, 8): each node, its parent and so on to below the root; -1 beyond."""
    paths = np.full((len(nodes), DEEPEST), NONE)
    at = nodes
    for step in range(DEEPEST):
        has_parent = (at != NONE) & (trees.parent[at] != NONE)
        at = np.where(has_parent, at, NONE)
        paths[:, step] = at
        at = np.where(has_parent, trees.parent[at], NONE)
    return paths


def _begins_piece(trees: Trees, paths: np.ndarray) -> np.ndarray:
    """Whether a node is the topmost one whose subtree and ancestors ask at most 8 conditions."""
    below = (~trees.is_leaf).astype(np.int64)
    for step in range(DEEPEST):
        on = (paths[:, step] != NONE) & ~trees.is_leaf
        np.add.at(below, trees.parent[paths[on, step]], 1)
    fits = trees.depth + below <= BITS
    return np.asarray(fits & ((trees.parent == NONE) | ~fits[trees.parent]))


def _piece_of(trees: Trees, is_root: np.ndarray) -> np.ndarray:
    """Return the piece of each node, counted by their roots; -1 above all pieces."""
    piece = np.where(is_root, np.cumsum(is_root) - 1, NONE)
    for _ in range(DEEPEST):
        inherits = (piece == NONE) & (trees.parent != NONE)
        piece = np.where(inherits, piece[trees.parent], piece)
    return piece


def _packed(pieces: int, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each piece's chunk, and the conditions of each chunk (chunks, 8)."""
    ends = np.searchsorted(pairs[:, 0], np.arange(pieces + 1))
    asked = pairs[:, 1].tolist()
    sets = [asked[start:end] for start, end in pairwise(ends.tolist())]
    chunk_of = np.empty(pieces, dtype=np.int64)
    chunks: list[Iterable[int]] = []
    open_now: set[int] = set()
    for piece in sorted(range(pieces), key=lambda piece: sets[piece]):
        joined = open_now.union(sets[piece])
        if not chunks or len(joined) > BITS:
            joined = set(sets[piece])
            chunks.append(joined)
        chunks[-1] = open_now = joined
        chunk_of[piece] = len(chunks) - 1
    conditions = np.full((len(chunks), BITS), NONE)
    for number, chunk in enumerate(chunks):
        row = sorted(chunk)
        conditions[number, : len(row)] = row
    return chunk_of, conditions

"""XGBoost's trees as flat arrays: every node of every tree, checked, in one row each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np

from stayline.errors import PackageRefused
from stayline.formats.ubjson import Value, read_ubjson

DEEPEST = 8
"""How many conditions lie on the longest path, so that a path fits one byte."""
NONE = -1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trees:
    """All nodes of all trees; a leaf has no ``left`` and its ``value`` is what it adds.

    A row goes left where its column is below ``threshold`` (float32), or is missing and
    ``missing_left``. ``parent`` and ``left`` are positions, -1 for none. ``share`` is the part of
    the parent's training rows (by hessian) that came here.
    """

    parent: np.ndarray
    left: np.ndarray
    depth: np.ndarray
    column: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    value: np.ndarray
    share: np.ndarray
    columns: int
    base_margin: float

    @property
    def is_leaf(self) -> np.ndarray:
        """Which nodes are leaves."""
        return np.asarray(self.left == NONE)


def read_trees(model: bytes) -> Trees:
    """Return the trees of a binary XGBoost model saved as UBJSON.

    Raises `PackageRefused` for bytes that are no such model, and for models of other kinds: linear
    ones, dart, several outputs, categorical splits, paths of more than 8 conditions.
    """
    learner = _inside(read_ubjson(model), "learner")
    parameters = _inside(learner, "learner_model_param")
    booster = _inside(learner, "gradient_booster")
    kind, objective = booster.get("name"), _inside(learner, "objective").get("name")
    if kind != "gbtree" or objective != "binary:logistic":
        raise _refused(f"they are {kind!r} for {objective!r}, not 'gbtree' for 'binary:logistic'")
    if parameters.get("num_class", "0") not in ("0", "1") or (
        parameters.get("num_target", "1") not in ("0", "1")
    ):
        raise _refused("they have several outputs")
    columns = _number(parameters, "num_feature")
    told = _get(_inside(booster, "model"), "trees", list)
    if not told:
        raise _refused("there is not one")
    return _joined(told, int(columns), _base_margin(parameters))


_ARRAYS = {
    "left_children": "iu",
    "right_children": "iu",
    "split_indices": "iu",
    "split_conditions": "f",
    "default_left": "iu",
    "sum_hessian": "f",
    "split_type": "iu",
}
"""What a tree says of each of its nodes, and whether in whole numbers or in float32."""


def _joined(trees: Sequence[Value], columns: int, base_margin: float) -> Trees:
    """Put all nodes in one row; nodes that nothing leads to are no longer part of a tree."""
    parts = [[_array(tree, name) for name in _ARRAYS] for tree in trees]
    sizes = np.array([len(part[0]) for part in parts])
    if not sizes.all() or any(len(array) != len(part[0]) for part in parts for array in part):
        raise _refused("one lists its nodes unevenly")
    left, right, column, threshold, missing_left, cover, split_type = (
        np.concatenate(arrays) for arrays in zip(*parts, strict=True)
    )
    first = np.cumsum(sizes) - sizes
    is_split = left != NONE
    for side in (left, right):
        inside = (side >= 1) & (side < np.repeat(sizes, sizes))
        if (np.where(is_split, ~inside, side != NONE)).any():
            raise _refused("one leads to a node that is not there")
    if split_type.any():
        raise _refused("one splits by categories")
    if ((column < 0) | (column >= columns))[is_split].any():
        raise _refused("one asks for a column that is not there")
    if not np.isfinite(threshold).all() or not (cover[is_split] > 0).all():
        raise _refused("one holds numbers that no training gives")
    splits = np.flatnonzero(is_split)
    left, right = (side.astype(np.int64) + np.repeat(first, sizes) for side in (left, right))
    children = np.concatenate([left[splits], right[splits]])
    if len(np.unique(children)) != len(children):
        raise _refused("one leads to a node twice")
    parent = np.full(len(left), NONE)
    parent[left[splits]] = parent[right[splits]] = splits
    depth = _depths(parent, first)
    above = np.where(parent == NONE, 0, parent)
    kept = depth != NONE
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(parent == NONE, 1.0, cover.astype(np.float64) / cover[above])[kept]
    if not np.isfinite(share).all():
        raise _refused("one holds numbers that no training gives")
    place = np.cumsum(kept) - 1
    return Trees(
        parent=np.where(parent == NONE, NONE, place[above])[kept],
        left=np.where(is_split, place[np.where(is_split, left, 0)], NONE)[kept],
        depth=depth[kept],
        column=column[kept].astype(np.int64),
        threshold=threshold[kept],
        missing_left=missing_left[kept].astype(bool),
        value=threshold[kept].astype(np.float64),
        share=share,
        columns=columns,
        base_margin=base_margin,
    )


def _depths(parent: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """Return how many conditions lie above each node, -1 where no root leads to it."""
    depth = np.full(len(parent), NONE)
    depth[roots] = 0
    above = np.where(parent == NONE, 0, parent)
    for level in range(DEEPEST + 1):
        below = (parent != NONE) & (depth[above] == level)
        if not below.any():
            return depth
        depth[below] = level + 1
    raise _refused(f"one has a path of more than {DEEPEST} conditions")


def _base_margin(parameters: Mapping[str, Value]) -> float:
    """Return the log-odds of the base score, which version 3 writes as ``[2.2E-1]``."""
    base = float(np.float32(_number(parameters, "base_score")))
    if not 0 < base < 1:
        raise _refused(f"their base score {base} is no probability")
    return float(np.log(base / (1 - base)))


def _number(parameters: Mapping[str, Value], name: str) -> float:
    try:
        found = float(_get(parameters, name, str).removeprefix("[").removesuffix("]"))
    except ValueError:
        found = np.nan
    if not np.isfinite(found):
        raise _refused(f"{name} is no number")
    return found


def _inside(value: Mapping[str, Value], name: str) -> Mapping[str, Value]:
    return cast("Mapping[str, Value]", _get(value, name, dict))


def _array(tree: Value, name: str) -> np.ndarray:
    found = tree.get(name) if isinstance(tree, Mapping) else None
    if not isinstance(found, np.ndarray) or found.dtype.kind not in _ARRAYS[name]:
        raise _refused(f"{name} of one is missing")
    if found.dtype.itemsize > 4:
        raise _refused(f"{name} of one is too wide")
    return found


def _get(value: Mapping[str, Value], name: str, kind: type[T]) -> T:
    found = value.get(name)
    if not isinstance(found, kind):
        raise _refused(f"{name} is missing")
    return found


def _refused(problem: str) -> PackageRefused:
    return PackageRefused(f"its trees cannot be loaded: {problem}.")

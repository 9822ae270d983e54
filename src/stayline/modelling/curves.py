"""An additive model shown whole: one curve per column."""

import json
from typing import TYPE_CHECKING

import numpy as np

from stayline.domain.workforce_schema import Kind
from stayline.modelling.encoding import InputEncoder, Matrix
from stayline.modelling.explanation import column_contributions
from stayline.modelling.model_input import ModelInput

if TYPE_CHECKING:
    import xgboost as xgb

_NO_CHILD = -1

Curve = tuple[tuple[str | float, float], ...]
"""Points of (value of the column, what it adds to the margin), in order."""


def curves(booster: "xgb.Booster", encoder: InputEncoder) -> dict[str, Curve]:
    """Return each column's curve of a model of depth 1.

    Such a model's margin is its bias plus one point of each curve. A number's curve has a point
    where it changes; the value holds from there on. A date counts in days before the event time.
    What the other columns hold does not matter.
    """
    import xgboost as xgb

    found: dict[str, Curve] = {}
    edges = _edges(booster)
    first = 0
    for place, item in enumerate(encoder.inputs):
        values, cells = _points(item, edges.get(first, set()))
        matrix: Matrix = np.zeros((len(values), len(encoder.owners)), dtype=np.float32)
        matrix[:, first : first + item.width] = cells
        shap = booster.predict(xgb.DMatrix(matrix, nthread=1), pred_contribs=True)
        added = column_contributions(shap, encoder)[:, place]
        found[item.name] = tuple(zip(values, added.tolist(), strict=True))
        first += item.width
    return found


def _edges(booster: "xgb.Booster") -> dict[int, set[float]]:
    """Return the values at which the trees part each encoded column."""
    model = json.loads(booster.save_raw("json"))
    edges: dict[int, set[float]] = {}
    for tree in model["learner"]["gradient_booster"]["model"]["trees"]:
        nodes = zip(
            tree["left_children"], tree["split_indices"], tree["split_conditions"], strict=True
        )
        for child, column, edge in nodes:
            if child != _NO_CHILD:
                edges.setdefault(column, set()).add(edge)
    return edges


def _points(item: ModelInput, parted_at: set[float]) -> tuple[list[str | float], np.ndarray]:
    if item.kind is Kind.CATEGORY:
        return list(item.categories), np.eye(item.width)
    if item.kind in {Kind.NUMBER, Kind.DATE}:
        edges = np.array(sorted(parted_at))
        values = np.r_[edges[0] - 1, edges] if len(edges) else np.zeros(1)
        return [*values.tolist()], values[:, None]
    return list(item.categories), np.arange(len(item.categories), dtype=np.float64)[:, None]

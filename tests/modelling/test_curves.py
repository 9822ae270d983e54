"""The curves of an additive model are the model."""

import numpy as np
import pytest
import xgboost as xgb

from trained import small_model


def test_the_curves_of_an_additive_model_add_up_to_its_margins():
    trained = small_model()
    assert trained.model.search.chosen.depth == 1
    curves = trained.archive.manifest.curves
    assert set(curves) == {item.name for item in trained.model.encoder.inputs}
    frame = trained.data.development.frame.head(50)
    matrix = xgb.DMatrix(trained.model.encoder.encode_frame(frame))
    margins = trained.model.booster.predict(matrix, output_margin=True)
    bias = trained.model.booster.predict(matrix, pred_contribs=True)[0, -1]
    for row, margin in zip(frame.to_dicts(), margins, strict=True):
        added = sum(_at(points, row[name]) for name, points in curves.items())
        assert bias + added == pytest.approx(float(margin), abs=1e-4)


def _at(points, value):
    """Return the point of a category, or of the last number not above the value."""
    if isinstance(value, str):
        return dict(points)[value]
    edges = [edge for edge, _ in points]
    return points[max(int(np.searchsorted(edges, value, side="right")) - 1, 0)][1]

import msgspec
import numpy as np
import polars as pl
import pytest
import xgboost as xgb

from stayline.formats.explanation_analysis import ExplanationAnalysis, explanation_analysis
from stayline.formats.report_json import decode, encode
from stayline.modelling.forest import Forest
from stayline.modelling.global_explanation import MOST_ROWS, global_explanation
from trained import small_model


def explained(frame=None, seed=0):
    trained = small_model()
    frame = trained.data.development.frame if frame is None else frame
    rng = np.random.default_rng(seed)
    forest = Forest(trained.archive.model, trained.model.encoder.owners)
    return global_explanation(forest, trained.model.encoder, frame, rng)


def test_it_is_the_mean_strength_of_every_input_the_strongest_first():
    model, frame = small_model().model, small_model().data.development.frame
    matrix = xgb.DMatrix(model.encoder.encode_frame(frame))
    shap = model.booster.predict(matrix, pred_contribs=True).astype(float)
    found = explained()
    assert set(found.values) == {item.name for item in model.encoder.inputs}
    for place, item in enumerate(model.encoder.inputs):
        columns = np.flatnonzero(model.encoder.owners == place)
        expected = np.abs(shap[:, columns].sum(axis=1)).mean()
        assert found.values[item.name] == pytest.approx(expected, rel=1e-6)
    assert list(found.values.values()) == sorted(found.values.values(), reverse=True)
    assert found.expected_value == pytest.approx(shap[:, -1].mean())
    assert found.n == frame.height


def test_one_row_is_explained_by_what_the_expected_value_and_its_strengths_add_up_to():
    model, frame = small_model().model, small_model().data.development.frame.head(1)
    matrix = xgb.DMatrix(model.encoder.encode_frame(frame))
    margin = float(model.booster.predict(matrix, output_margin=True)[0])
    found = explained(frame)
    assert abs(margin - found.expected_value) <= sum(found.values.values()) + 1e-5


def test_many_rows_are_explained_by_a_seeded_sample():
    frame = small_model().data.development.frame
    many = pl.concat([frame] * (MOST_ROWS // frame.height + 1))
    assert many.height > MOST_ROWS
    found = explained(many, seed=1)
    assert found.n == MOST_ROWS
    assert found == explained(many, seed=1)
    assert found != explained(many, seed=2)
    strongest, strength = next(iter(explained().values.items()))
    assert found.values[strongest] == pytest.approx(strength, rel=0.05)


def test_the_report_has_clarifys_form_and_reads_back():
    analysis = explanation_analysis({"OverTime": 0.5, "JobRole": 0.25}, -1.5)
    written = encode(analysis)
    assert msgspec.json.decode(written) == {
        "explanations": {
            "kernel_shap": {
                "label0": {
                    "global_shap_values": {"OverTime": 0.5, "JobRole": 0.25},
                    "expected_value": -1.5,
                }
            }
        }
    }
    assert decode(written, ExplanationAnalysis, "analysis.json") == analysis

import json

import numpy as np
import pandas as pd
import polars as pl
from smclarify.bias.report import FacetColumn, LabelColumn, StageType, bias_report

from audited_rows import ALERT_FROM, ibm_rows
from stayline.formats.bias_analysis import BiasAnalysis, encode_bias_analysis
from stayline.modelling.fairness.analysis_form import bias_analysis
from stayline.modelling.fairness.audit import audit_fairness


def written(label, risk, facets, features, strata=None):
    audit = audit_fairness(
        label, risk, np.arange(len(label)), facets, features,
        alert_from=ALERT_FROM, strata=strata, draws=20, rng=np.random.default_rng(0),
    )  # fmt: skip
    return encode_bias_analysis(bias_analysis(audit.facets, label="Attrition"))


def test_the_file_is_what_clarifys_own_library_reports_of_ibm():
    data = ibm_rows()
    features = data.features.select(pl.selectors.numeric())
    found = json.loads(written(data.label, data.risk, data.facets, features, data.strata))
    frame = pd.DataFrame({name: features[name].to_numpy() for name in features.columns})
    label = pd.Series(data.label, dtype="category")
    flagged = pd.Series(data.rows.flagged, dtype="category")
    strata = pd.Series(data.strata.to_list())
    for facet in data.facets.columns:
        whole = frame.assign(**{facet: pd.Categorical(data.facets[facet].to_list())})
        for stage, key in (
            (StageType.PRE_TRAINING, "pre_training_bias_metrics"),
            (StageType.POST_TRAINING, "post_training_bias_metrics"),
        ):
            theirs = bias_report(
                whole, FacetColumn(facet), LabelColumn("Attrition", label, [0]), stage,
                LabelColumn("flagged", flagged, [0]), group_variable=strata,
            )  # fmt: skip
            ours = found[key]["facets"][facet]
            assert found[key]["label_value_or_threshold"] == "0"
            assert_same(ours, sorted(theirs, key=lambda one: one["value_or_threshold"]))


def assert_same(ours, theirs):
    assert [one["value_or_threshold"] for one in ours] == [o["value_or_threshold"] for o in theirs]
    for one, other in zip(ours, theirs, strict=True):
        for metric, expected in zip(one["metrics"], other["metrics"], strict=True):
            assert sorted(metric) == sorted(expected)
            assert metric["name"] == expected["name"]
            assert metric["description"] == expected["description"]
            assert abs(metric["value"] - expected["value"]) < 1e-9


def test_infinity_is_text_and_a_failure_is_null_with_its_reason():
    facets = pl.DataFrame({"Gender": list("aaabbb")})
    risk = np.array([0.9, 0.9, 0.1, 0.9, 0.1, 0.1])
    label = np.array([0, 1, 0, 0, 1, 0])
    found = json.loads(written(label, risk, facets, pl.DataFrame({"role": list("xyzxyz")})))
    stage = found["post_training_bias_metrics"]
    assert stage["label"] == "Attrition"
    metrics = {one["name"]: one for one in stage["facets"]["Gender"][0]["metrics"]}
    assert metrics["TE"] == {
        "name": "TE", "description": "Treatment Equality (TE)", "value": "Infinity"
    }  # fmt: skip
    assert metrics["FT"]["value"] is None
    assert "No input is a number" in metrics["FT"]["error"]


def test_without_facets_the_file_is_whole():
    empty = json.loads(encode_bias_analysis(bias_analysis((), label="left")))
    assert empty["version"] == "1.0"
    assert empty["pre_training_bias_metrics"]["facets"] == {}
    assert list(empty) == list(BiasAnalysis.__struct_fields__)

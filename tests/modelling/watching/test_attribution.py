import math
import time

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from stayline.domain.gates import Verdict
from stayline.formats.explanation_analysis import explanation_analysis
from stayline.modelling.predictor import Predictor
from stayline.modelling.watching.attribution import MOST_ROWS, ndcg, watch_attribution
from trained import ibm_model


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor(ibm_model().archive)


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return ibm_model().data.development.frame


@pytest.fixture(scope="module")
def baseline(predictor: Predictor, frame: pl.DataFrame):
    found = predictor.global_explanation(frame, np.random.default_rng(0))
    return explanation_analysis(found.values, found.expected_value)


def watched(predictor, frame, baseline, seed=0, person=None):
    person = np.arange(frame.height) if person is None else person
    return watch_attribution(predictor, frame, person, baseline, rng=np.random.default_rng(seed))


strengths = st.lists(
    st.tuples(st.floats(0, 10, width=16), st.floats(0, 10, width=16)), min_size=2, max_size=30
)


@given(strengths)
def test_ndcg_is_that_of_scikit_learn_which_the_guide_points_to(pairs):
    relevance, strength = np.array(pairs).T
    assert ndcg(relevance, strength) == ndcg_score([relevance], [strength])


def test_ndcg_follows_the_guide_s_formula():
    relevance, strength = np.array([0.5, 0.3, 0.2, 0.05]), np.array([0.1, 0.4, 0.2, 0.3])
    discount = 1 / np.log2(np.arange(4) + 2)
    gained = relevance[np.argsort(-strength)] @ discount
    assert ndcg(relevance, strength) == pytest.approx(
        gained / (np.sort(relevance)[::-1] @ discount)
    )


def test_the_same_rows_rank_as_they_did(predictor, frame, baseline):
    ranking, *shifts = watched(predictor, frame, baseline).findings
    assert ranking.verdict is Verdict.PASS
    assert ranking.value == pytest.approx(1)
    assert 0.9 < ranking.low <= ranking.value <= ranking.high <= 1
    assert [finding.subject for finding in shifts] == list(predictor.inputs)
    for finding in shifts:
        assert finding.value == pytest.approx(finding.baseline, abs=1e-9)
        assert finding.low <= finding.value <= finding.high
        assert finding.threshold is None
        assert "within chance" in finding.reason


def test_the_analysis_of_a_window_has_the_form_of_the_baseline(predictor, frame, baseline):
    found = watched(predictor, frame, baseline).analysis
    assert msgspec.to_builtins(found).keys() == msgspec.to_builtins(baseline).keys()
    told = found.explanations.kernel_shap["label0"]
    assert list(told.global_shap_values.values()) == sorted(
        told.global_shap_values.values(), reverse=True
    )


def test_another_ranking_is_a_violation_in_the_documented_form(predictor, frame, baseline):
    values = baseline.explanations.kernel_shap["label0"].global_shap_values
    turned = dict(zip(values, reversed(values.values()), strict=True))
    found = watched(predictor, frame, explanation_analysis(turned, 0.0))
    assert found.findings[0].verdict is Verdict.FAIL
    told = msgspec.to_builtins(found.violations)
    assert told["version"] == "1.0"
    (one,) = told["violations"]
    assert one["label"] == "label0"
    assert one["metric_name"] == "shap"
    assert one["constraint_check_type"] == "feature_attribution_drift_check"
    score = found.findings[0].value
    assert one["description"].startswith(f"Feature attribution drift {score} exceeds threshold 0.9")


def test_an_input_that_stops_to_vary_is_told_as_weighing_another_amount(predictor, frame, baseline):
    steady = frame.with_columns(OverTime=pl.lit("Yes", frame.schema["OverTime"]))
    found = {f.subject: f for f in watched(predictor, steady, baseline).findings}
    assert "more than then" in found["OverTime"].reason
    assert found["OverTime"].low > found["OverTime"].baseline


@pytest.mark.parametrize("rows", [0, 1, 29])
def test_few_people_settle_nothing(predictor, frame, baseline, rows):
    found = watched(predictor, frame.head(rows), baseline)
    assert [finding.verdict for finding in found.findings] == [Verdict.INSUFFICIENT]
    assert found.analysis is None
    assert found.findings[0].n in (0, rows)


def test_many_rows_of_few_people_settle_nothing(predictor, frame, baseline):
    person = np.arange(frame.height) % 20
    assert watched(predictor, frame, baseline, person=person).findings[0].value is None


def test_an_interval_across_the_threshold_is_insufficient(predictor, frame, baseline):
    found = [
        watched(predictor, frame.head(60), turned(baseline, first)).findings[0]
        for first in range(2, 9)
    ]
    across = [finding for finding in found if finding.low < 0.9 <= finding.high]
    assert across
    assert {finding.verdict for finding in across} == {Verdict.INSUFFICIENT}
    assert {f.verdict for f in found if f.low >= 0.9} == {Verdict.PASS}
    assert {f.verdict for f in found if f.high < 0.9} == {Verdict.FAIL}


def turned(baseline, first: int):
    """Return a baseline whose ``first`` strongest inputs have their strengths in reverse."""
    values = dict(baseline.explanations.kernel_shap["label0"].global_shap_values)
    names = list(values)[:first]
    reverse = dict(zip(names, [values[name] for name in reversed(names)], strict=True))
    return explanation_analysis(values | reverse, 0.0)


def test_a_baseline_without_strengths_settles_nothing(predictor, frame, baseline):
    empty = explanation_analysis(dict.fromkeys(predictor.inputs, 0.0), 0.0)
    assert watched(predictor, frame, empty).findings[0].verdict is Verdict.INSUFFICIENT


def test_missing_and_infinite_values_give_figures_all_the_same(predictor, frame, baseline):
    odd = frame.with_columns(
        MonthlyIncome=pl.Series([math.inf, -math.inf, math.nan, None] * (frame.height // 4 + 1))
        .head(frame.height)
        .cast(pl.Float64)
    )
    assert all(math.isfinite(f.value) for f in watched(predictor, odd, baseline).findings)


def test_of_many_rows_a_stated_sample_is_explained(predictor, frame, baseline):
    many = pl.concat([frame] * 20)
    began = time.monotonic()
    finding = watched(predictor, many, baseline).findings[0]
    assert time.monotonic() - began < 30
    assert finding.n == MOST_ROWS
    assert f"from 20,000 of {many.height:,} rows" in finding.reason
    assert watched(predictor, many, baseline).findings[0] == finding

import msgspec
import numpy as np

from stayline.formats.evaluation_report import EvaluationReport, Findings
from stayline.formats.report_json import decode, encode
from stayline.modelling.model_quality import model_quality

QUALITY = model_quality(
    np.array([0, 1, 0, 1]),
    np.array([0.1, 0.6, 0.7, 0.8]),
    np.arange(4),
    alert_from=0.5,
    rng=np.random.default_rng(0),
)


def test_a_condition_finds_a_metric_where_the_examples_keep_it():
    report = EvaluationReport(QUALITY.binary_classification_metrics)
    told = msgspec.json.decode(encode(report))
    assert told["binary_classification_metrics"]["accuracy"]["value"] == 0.75


def test_what_else_was_found_stands_beside_it_and_reads_back():
    findings = Findings(
        evaluations=({"measured_on": "out-of-fold", "n": 4},),
        periods=({"period": "2025", "n": 2},),
        protection_price=({"inputs": "all", "roc_auc": 0.8},),
        comparison={"n": 4},
    )
    report = EvaluationReport(QUALITY.binary_classification_metrics, findings)
    told = msgspec.json.decode(encode(report))
    assert told["stayline"]["evaluations"] == [{"measured_on": "out-of-fold", "n": 4}]
    assert told["stayline"]["comparison"] == {"n": 4}
    assert decode(encode(report), EvaluationReport, "evaluation.json") == report


def test_a_figure_that_is_no_number_is_null():
    report = EvaluationReport(
        QUALITY.binary_classification_metrics, Findings(evaluations=({"brier": float("nan")},))
    )
    assert msgspec.json.decode(encode(report))["stayline"]["evaluations"] == [{"brier": None}]

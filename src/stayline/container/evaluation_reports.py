"""The evaluation files that people and other tools read."""

from pathlib import Path

import msgspec
import numpy as np

from stayline.container.case import Case
from stayline.container.evaluated import Evaluated
from stayline.domain.workforce_schema import LabelColumn, WorkforceSchema
from stayline.formats.bias_analysis import encode_bias_analysis
from stayline.formats.evaluation_report import EvaluationReport, Findings
from stayline.formats.explanation_analysis import explanation_analysis
from stayline.formats.report_json import encode
from stayline.modelling.fairness.analysis_form import bias_analysis
from stayline.modelling.model_quality import model_quality, model_quality_constraints
from stayline.modelling.predictor import Predictor
from stayline.reports.fairness_page import fairness_page


def write_reports(found: Evaluated, case: Case, folder: Path) -> None:
    """Write what people and other tools read."""
    data = case.data
    newest, risk = data.development, case.unseen_risk
    if len(found.trial.evaluations) > 1 and data.later is not None and case.later_risk is not None:
        newest, risk = data.later, case.later_risk
    rng = np.random.default_rng(case.seed)
    quality = model_quality(newest.label, risk, newest.person, alert_from=case.alert_from, rng=rng)
    reasons = Predictor(case.model).global_explanation(newest.frame, rng)
    report = EvaluationReport(quality.binary_classification_metrics, _findings(found))
    audit = msgspec.json.encode(found.fairness)
    for name, content in {
        "evaluation.json": encode(report),
        "model_quality_statistics.json": encode(quality),
        "model_quality_constraints.json": encode(model_quality_constraints(quality)),
        "explainability_analysis.json": encode(
            explanation_analysis(reasons.values, reasons.expected_value)
        ),
        "bias_analysis.json": encode_bias_analysis(
            bias_analysis(found.fairness.facets, label=_label(case.schema))
        ),
        "fairness.json": msgspec.json.format(audit),
        "fairness.html": fairness_page(msgspec.json.decode(audit)).encode(),
    }.items():
        (folder / name).write_bytes(content)


def _label(schema: WorkforceSchema) -> str:
    outcome = schema.outcome
    if isinstance(outcome, LabelColumn):
        return outcome.column
    return f"left within {outcome.horizon_months} months"


def _findings(found: Evaluated) -> Findings:
    told = msgspec.json.decode(msgspec.json.encode(found))
    return Findings(
        evaluations=tuple(told["trial"]["evaluations"]),
        periods=tuple(told["trial"]["periods"]),
        protection_price=tuple(told["protection_price"]),
        comparison=told["comparison"],
    )

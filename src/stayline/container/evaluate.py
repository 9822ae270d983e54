"""A model on trial: its figures, its rival, its fairness, its reasons, and what shielding costs.

The one program that is given protected attributes, and whose rows they belong to.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from stayline.container.evaluated import Evaluated
from stayline.container.files import (
    EVALUATED,
    LATER_PEOPLE,
    PEOPLE,
    ROWS,
    SCHEMA,
    read_frame,
    read_schema,
    read_unseen,
    with_people,
)
from stayline.container.platform import MODEL_ARCHIVE, Platform, say, whole_number
from stayline.domain.workforce_schema import LabelColumn, Role, WorkforceSchema
from stayline.formats.bias_analysis import encode_bias_analysis
from stayline.formats.evaluation_report import EvaluationReport, Findings
from stayline.formats.explanation_analysis import explanation_analysis
from stayline.formats.model_archive import (
    ModelArchive,
    archive_digest,
    read_archive,
    read_training_artifact,
)
from stayline.formats.report_json import encode
from stayline.modelling.challenge import challenge
from stayline.modelling.comparison import Comparison
from stayline.modelling.dataset import TrainingData, training_set
from stayline.modelling.fairness.analysis_form import bias_analysis
from stayline.modelling.fairness.audit import FairnessAudit, audit_fairness
from stayline.modelling.fairness.facets import facet_columns
from stayline.modelling.model_quality import model_quality, model_quality_constraints
from stayline.modelling.predictor import Predictor
from stayline.modelling.protection_price import PricedInputs, price_of_protection
from stayline.modelling.search import Candidate
from stayline.modelling.trial import try_model
from stayline.ports.feature_store import EVENT_TIME, TOKEN
from stayline.reports.fairness_page import fairness_page


@dataclass(frozen=True, slots=True)
class Case:
    """A model with all the rows it is tried on, and what it says of them.

    ``unseen_risk`` is (repeats, n) out of fold; ``later_risk`` is None for a cross-section.
    """

    model: ModelArchive
    schema: WorkforceSchema
    development: pl.DataFrame
    later: pl.DataFrame | None
    unseen_risk: np.ndarray
    later_risk: np.ndarray | None
    seed: int

    @property
    def data(self) -> TrainingData:
        """The rows as a model takes them."""
        later = None if self.later is None else training_set(self.later, self.schema)
        return TrainingData(training_set(self.development, self.schema), later)

    @property
    def alert_from(self) -> float:
        """The alert threshold."""
        return self.model.manifest.bands.high


def run(platform: Platform) -> None:
    """Write every evaluation file into ``evaluation``. Option: ``SEED``."""
    case = _case(platform)
    say("measuring ...")
    found = Evaluated(
        trial=try_model(
            case.data,
            case.unseen_risk,
            case.later_risk,
            bands=case.model.manifest.alert_bands,
            schema=case.schema,
            seed=case.seed,
        ),
        comparison=_comparison(case, platform),
        fairness=_fairness(case, platform),
        protection_price=_price(case, platform),
    )
    folder = platform.output("evaluation")
    (folder / EVALUATED).write_bytes(msgspec.msgpack.encode(found))
    _write_reports(found, case, folder)


def _case(platform: Platform) -> Case:
    artifact = platform.input("model", MODEL_ARCHIVE).read_bytes()
    model, unseen = read_training_artifact(artifact)
    development = with_people(
        read_frame(platform.input("train", ROWS)), read_frame(platform.input("people", PEOPLE))
    )
    later = None
    if later_rows := platform.optional_input("validation", ROWS):
        later = with_people(
            read_frame(later_rows), read_frame(platform.input("people", LATER_PEOPLE))
        )
    return Case(
        model=model,
        schema=read_schema(platform.input("train", SCHEMA)),
        development=development,
        later=later,
        unseen_risk=read_unseen(unseen),
        later_risk=None if later is None else Predictor(model).risks(later),
        seed=whole_number(platform.environment, "SEED"),
    )


def _comparison(case: Case, platform: Platform) -> Comparison | None:
    deployed = platform.optional_input("champion", MODEL_ARCHIVE)
    if deployed is None:
        return None
    say("comparing with the deployed model ...")
    archive = deployed.read_bytes()
    return challenge(
        read_archive(archive, archive_digest(archive)),
        case.data,
        unseen_risk=case.unseen_risk,
        later_risk=case.later_risk,
        alert_from=case.alert_from,
        seed=case.seed,
    )


def _fairness(case: Case, platform: Platform) -> FairnessAudit:
    """Audit the first out-of-fold run: a later part alone would leave most groups too small."""
    say("auditing fairness ...")
    rows = case.development.select(TOKEN, EVENT_TIME).join(
        _attributes(platform), on=[TOKEN, EVENT_TIME], how="left", maintain_order="left"
    )
    protected = case.schema.with_role(Role.PROTECTED)
    facets = facet_columns(
        rows,
        protected,
        event_time=rows.get_column(EVENT_TIME),
        protected_age_from=case.schema.protected_age_from,
    )
    data = case.data.development
    shielded = [c.name for c in case.schema.model_inputs if c not in protected]
    return audit_fairness(
        data.label,
        case.unseen_risk[0],
        data.person,
        facets,
        data.frame.select(shielded),
        alert_from=case.alert_from,
        rng=np.random.default_rng(case.seed),
        strata=_strata(case),
    )


def _strata(case: Case) -> pl.Series | None:
    """Return the circumstances that disparity is told within: a segment, or the department."""
    segments = [c.name for c in case.schema.with_role(Role.SEGMENT)]
    departments = [c.name for c in case.schema.model_inputs if "department" in c.name.casefold()]
    named = (segments + departments)[:1]
    return case.development.get_column(named[0]) if named else None


def _price(case: Case, platform: Platform) -> tuple[PricedInputs, ...]:
    say("pricing the protection of attributes ...")
    manifest = case.model.manifest
    chosen = Candidate(manifest.parameters, manifest.rounds, loss=0.0, standard_error=0.0)
    return tuple(
        price_of_protection(
            case.development,
            case.later,
            _attributes(platform),
            case.schema,
            chosen,
            seed=case.seed,
        )
    )


def _attributes(platform: Platform) -> pl.DataFrame:
    return read_frame(platform.input("protected", "attributes.parquet"))


def _write_reports(found: Evaluated, case: Case, folder: Path) -> None:
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

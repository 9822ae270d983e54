"""The model card of a registered package, from its manifest and its reports alone."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from stayline.domain.model_package import ModelPackage
from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.errors import ReportUnreadable
from stayline.formats.card_figures import (
    ComparisonFigures,
    EvaluationFigures,
    Figure,
    GateText,
    GroupText,
    PeriodFigures,
    PricedChoice,
)
from stayline.formats.explanation_analysis import ExplanationAnalysis
from stayline.formats.model_archive import Manifest, archive_digest
from stayline.formats.model_card import (
    AdditionalInformation,
    BusinessDetails,
    CardRecord,
    Decision,
    EvaluationDetail,
    FairnessRecord,
    HyperParameter,
    IntendedUses,
    Metric,
    MetricGroup,
    ModelCard,
    ModelOverview,
    TrainingDetails,
    TrainingJobDetails,
)
from stayline.formats.report_json import decode
from stayline.formats.schema_toml import parse_schema
from stayline.reports import card_words as words
from stayline.reports.numbers import decimal

FAIRNESS = "fairness.json"
EXPLANATION = "explainability_analysis.json"
EVALUATION = "evaluation.json"
Section = TypeVar("Section")
Report = TypeVar("Report", bound=msgspec.Struct)


class _Audit(msgspec.Struct, frozen=True):
    n: int
    positives: int
    groups: tuple[GroupText, ...]


class _Findings(msgspec.Struct, frozen=True):
    comparison: ComparisonFigures | None = None


class _Evaluation(msgspec.Struct, frozen=True):
    stayline: _Findings = _Findings()


def model_card(
    package: ModelPackage, manifest: Manifest, reports: Mapping[str, bytes], *, deployed: bool
) -> ModelCard:
    """Return everything a person should know before approving or using a model.

    ``reports`` maps file names to their bytes; a section whose file is missing says so. Raises
    `ReportUnreadable` for a report that is torn or is not the one the manifest names.
    """
    schema = parse_schema(manifest.schema_toml, f"the schema of version {package.version}")
    evaluations = _read(manifest.evaluations, tuple[EvaluationFigures, ...])
    rows, positives = int(manifest.training["rows"]), int(manifest.training["positives"])
    period = f"Outcomes known by {str(manifest.training['until'])[:10]}"
    limits = tuple(words.limits(schema, evaluations, positives))
    return ModelCard(
        model_overview=ModelOverview(
            model_name=schema.name,
            model_version=package.version,
            model_description=f"Risk of leaving. {words.meaning(schema)}",
            model_creator=package.trained_by,
            problem_type="Binary classification",
            algorithm_type="XGBoost: gradient boosted trees, with calibrated probabilities",
        ),
        intended_uses=IntendedUses(
            purpose_of_model=words.PURPOSE,
            intended_uses="\n".join(words.USES),
            factors_affecting_model_efficiency="\n".join(limits),
            risk_rating="High",
            explanations_for_risk_rating=words.RISK,
        ),
        business_details=BusinessDetails(words.PROBLEM, words.STAKEHOLDERS),
        training_details=TrainingDetails(
            training_observations=f"{rows:,} rows, {positives:,} of whom left. {period}.",
            training_job_details=TrainingJobDetails(_settings(manifest)),
        ),
        evaluation_details=tuple(_detail(evaluation) for evaluation in evaluations),
        additional_information=AdditionalInformation(
            ethical_considerations="\n".join(words.ETHICS),
            caveats_and_recommendations="\n".join(limits),
            custom_details={"digest": package.digest, **manifest.reports},
        ),
        record=_record(package, manifest, schema, reports, deployed=deployed),
    )


def _record(
    package: ModelPackage,
    manifest: Manifest,
    schema: WorkforceSchema,
    reports: Mapping[str, bytes],
    *,
    deployed: bool,
) -> CardRecord:
    _check_digests(manifest, reports)
    audit = _report(reports, FAIRNESS, _Audit)
    explained = _report(reports, EXPLANATION, ExplanationAnalysis)
    evaluated = _report(reports, EVALUATION, _Evaluation)
    training = manifest.training
    return CardRecord(
        digest=package.digest,
        decision=_decision(package, deployed=deployed),
        policy=manifest.policy,
        bands=manifest.bands,
        rows=int(training["rows"]),
        positives=int(training["positives"]),
        period=f"outcomes known by {str(training['until'])[:10]}",
        inputs=manifest.inputs,
        shielded=tuple(c.name for c in schema.with_role(Role.PROTECTED) if not c.is_model_input),
        evaluations=_read(manifest.evaluations, tuple[EvaluationFigures, ...]),
        periods=_read(manifest.periods, tuple[PeriodFigures, ...]),
        gates=_read(manifest.gates, tuple[GateText, ...]),
        protection_price=_read(manifest.protection_price, tuple[PricedChoice, ...]),
        comparison=evaluated.stayline.comparison if evaluated else None,
        fairness=FairnessRecord(
            audit.n, audit.positives, schema.gates.largest_recall_difference, audit.groups
        )
        if audit
        else None,
        reasons=_reasons(explained),
        libraries=manifest.libraries,
        reports=manifest.reports,
        missing=tuple(n for n in (FAIRNESS, EXPLANATION, EVALUATION) if n not in reports),
    )


def _reasons(explained: ExplanationAnalysis | None) -> dict[str, float]:
    classes = explained.explanations.kernel_shap.values() if explained else ()
    return {name: value for one in classes for name, value in one.global_shap_values.items()}


def _decision(package: ModelPackage, *, deployed: bool) -> Decision:
    return Decision(
        status=package.status.value,
        is_deployed=deployed,
        trained_by=package.trained_by,
        trained_at=package.trained_at,
        decided_by=package.decided_by,
        decided_at=package.decided_at,
        reason=package.reason,
        is_stand_in=package.is_stand_in,
    )


def _settings(manifest: Manifest) -> tuple[HyperParameter, ...]:
    named = {**manifest.parameters, "rounds": manifest.rounds, "seed": manifest.training["seed"]}
    return tuple(HyperParameter(name, f"{value:g}") for name, value in named.items())


def _detail(evaluation: EvaluationFigures) -> EvaluationDetail:
    figures = {
        name: value
        for name in evaluation.__struct_fields__
        if isinstance(value := getattr(evaluation, name), Figure) and value.value is not None
    }
    return EvaluationDetail(
        name=evaluation.measured_on,
        evaluation_observation=f"n = {evaluation.n:,}, {evaluation.positives:,} of whom left",
        metric_groups=(
            MetricGroup(
                "figures",
                tuple(
                    Metric(name, figure.value or 0.0, notes=decimal(figure))
                    for name, figure in figures.items()
                ),
            ),
        ),
    )


def _read(value: Any, form: type[Section]) -> Section:
    """Read a part of the manifest, which is open JSON, in the card's own form."""
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        raise ReportUnreadable("manifest.json", str(error)) from error


def _report(reports: Mapping[str, bytes], name: str, form: type[Report]) -> Report | None:
    return decode(reports[name], form, name) if name in reports else None


def _check_digests(manifest: Manifest, reports: Mapping[str, bytes]) -> None:
    """Let no other report stand in for the one that was judged."""
    for name, data in reports.items():
        named = manifest.reports.get(name)
        found = archive_digest(data)
        if named is not None and found != named:
            raise ReportUnreadable(name, f"its digest is {found}, the package names {named}")

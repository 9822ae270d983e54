"""The model card of a registered package, from its manifest and its reports alone."""

from collections.abc import Mapping

from stayline.domain.model_package import ModelPackage
from stayline.domain.workforce_schema import Role, WorkforceSchema
from stayline.formats.card_figures import (
    EvaluationFigures,
    Figure,
    GateText,
    PeriodFigures,
    PricedChoice,
)
from stayline.formats.model_archive import Manifest
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
from stayline.formats.schema_toml import parse_schema
from stayline.modelling.evaluation import counts_in_words
from stayline.reports import card_words as words
from stayline.reports.evidence import Evidence, evidence, manifest_part
from stayline.reports.numbers import decimal


def model_card(
    package: ModelPackage, manifest: Manifest, reports: Mapping[str, bytes], *, deployed: bool
) -> ModelCard:
    """Return everything a person should know before approving or using a model.

    ``reports`` maps file names to their bytes; a section whose file is missing says so. Raises
    `ReportUnreadable` for a report that is torn or is not the one the manifest names.
    """
    schema = parse_schema(manifest.schema_toml, f"the schema of version {package.version}")
    record = _record(package, manifest, schema, evidence(manifest, reports), deployed=deployed)
    limits = tuple(words.limits(schema, record))
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
            training_observations=f"n = {words.learned_from(record)}; {record.period}."
            + (f"\n{told}." if (told := words.treated(manifest.training)) else ""),
            training_job_details=TrainingJobDetails(_settings(manifest)),
        ),
        evaluation_details=tuple(_detail(evaluation) for evaluation in record.evaluations),
        additional_information=AdditionalInformation(
            ethical_considerations="\n".join(words.ETHICS),
            caveats_and_recommendations="\n".join(limits),
            custom_details={"digest": package.digest, **manifest.reports},
        ),
        record=record,
    )


def _record(
    package: ModelPackage,
    manifest: Manifest,
    schema: WorkforceSchema,
    found: Evidence,
    *,
    deployed: bool,
) -> CardRecord:
    training, audit = manifest.training, found.audit
    tolerated = schema.gates.largest_recall_difference
    evaluations = manifest_part(manifest.evaluations, tuple[EvaluationFigures, ...])
    learned = next((e for e in evaluations if e.n == int(training["rows"])), None)
    return CardRecord(
        digest=package.digest,
        decision=_decision(package, deployed=deployed),
        policy=manifest.policy,
        bands=manifest.bands,
        rows=int(training["rows"]),
        positives=int(training["positives"]),
        period=_period(manifest),
        inputs=manifest.inputs,
        shielded=tuple(c.name for c in schema.with_role(Role.PROTECTED) if not c.is_model_input),
        evaluations=evaluations,
        periods=manifest_part(manifest.periods, tuple[PeriodFigures, ...]),
        gates=manifest_part(manifest.gates, tuple[GateText, ...]),
        protection_price=manifest_part(manifest.protection_price, tuple[PricedChoice, ...]),
        comparison=found.comparison,
        fairness=FairnessRecord(
            audit.n, audit.positives, tolerated, audit.groups, audit.people, audit.people_who_left
        )
        if audit
        else None,
        reasons=dict(found.reasons),
        libraries=manifest.libraries,
        reports=manifest.reports,
        missing=found.missing,
        people=learned.people if learned else 0,
        people_who_left=learned.people_who_left if learned else 0,
    )


def _period(manifest: Manifest) -> str:
    return f"outcomes known by {str(manifest.training['until'])[:10]}"


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
        evaluation_observation="n = "
        + counts_in_words(
            evaluation.n, evaluation.positives, evaluation.people, evaluation.people_who_left
        ),
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

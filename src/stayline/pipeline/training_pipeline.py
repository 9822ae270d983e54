"""The training pipeline: from a frozen workforce to a registered model that waits for approval.

    prepare -> train -> evaluate -> check-gates -> gate -> register | fail

``train`` is given the training rows and nothing else; protected attributes and the people's tokens
reach ``evaluate`` only, for the audit. The gates' file tells the condition which way to go.
"""

from collections.abc import Mapping

from stayline.domain.workforce_schema import WorkforceSchema
from stayline.pipeline.definition import Definition, Parameter, Value, equals, join, json_get
from stayline.pipeline.jobs import Place, processing, training
from stayline.pipeline.steps import (
    ConditionStep,
    FailStep,
    ProcessingStep,
    PropertyFile,
    RegisterModelStep,
    TrainingStep,
)
from stayline.pipeline.training_parameters import LIMITS, camel_case, training_parameters

PIPELINE_NAME = "attrition-risk"
GATES = PropertyFile("Gates", output="gates", path="gates.json")
_METRICS = {
    "ModelQuality": {
        "Statistics": "model_quality_statistics",
        "Constraints": "model_quality_constraints",
    },
    "ModelDataQuality": {
        "Statistics": "data_quality_statistics",
        "Constraints": "data_quality_constraints",
    },
    "Bias": {"Report": "bias_analysis"},
    "Explainability": {"Report": "explainability_analysis"},
}
"""SageMaker's places for reports, and our files (without ``.json``) that go there."""


def training_pipeline(
    schema: WorkforceSchema, *, seed: int, trials: int, time_limit_s: float, scheduler: str = ""
) -> Definition:
    """Return the pipeline that trains for a schema; its parameters' defaults are what it asks.

    Without a default, and so to be given at the start, are the URIs, the image and the role. The
    workers of the Dask cluster at ``scheduler`` fit the trees, if there is one.
    """
    parameters = training_parameters(
        schema, seed=seed, trials=trials, time_limit_s=time_limit_s, group=PIPELINE_NAME
    )
    given = {parameter.name: parameter for parameter in parameters}
    prepare = _prepare(given)
    train = _train(given, prepare, scheduler)
    evaluate = _evaluate(given, prepare, train)
    check_gates = _check_gates(given, prepare, train, evaluate)
    gate = ConditionStep(
        "gate",
        conditions=(equals(json_get(check_gates.name, GATES.name, "verdict"), "pass"),),
        if_steps=(_register(given, check_gates),),
        else_steps=(_fail(check_gates),),
        description="Go on only when every blocking gate passed or is waived.",
    )
    return Definition(parameters, (prepare, train, evaluate, check_gates, gate))


def _place(given: Mapping[str, Parameter], instance_type: str) -> Place:
    return Place(
        output_uri=given["OutputUri"].value,
        image=given["ImageUri"].value,
        role=given["RoleArn"].value,
        instance_type=given[instance_type].value,
    )


def _prepare(given: Mapping[str, Parameter]) -> ProcessingStep:
    asked = {
        "HORIZON_MONTHS": "HorizonMonths",
        "ALERT_POLICY": "AlertPolicy",
        "TRAIN_UNTIL": "TrainUntil",
    }
    return processing(
        "prepare",
        inputs={"workforce": given["WorkforceUri"].value},
        outputs=("train", "validation", "people", "baseline"),
        environment={key: given[name].text for key, name in asked.items() if name in given},
        place=_place(given, "ProcessingInstanceType"),
        description="Cut point-in-time rows with labels, and describe them.",
    )


def _train(given: Mapping[str, Parameter], prepare: ProcessingStep, scheduler: str) -> TrainingStep:
    return training(
        "train",
        channels={"train": prepare.output("train")},
        hyperparameters={
            "seed": given["Seed"].text,
            "trials": given["Trials"].text,
            "time_limit_s": given["TimeLimitSeconds"].text,
        },
        place=_place(given, "TrainingInstanceType"),
        description="Search, fit and calibrate on the training rows alone.",
        scheduler=scheduler,
    )


def _evaluate(
    given: Mapping[str, Parameter], prepare: ProcessingStep, train: TrainingStep
) -> ProcessingStep:
    return processing(
        "evaluate",
        inputs={
            "model": train.model,
            "train": prepare.output("train"),
            "validation": prepare.output("validation"),
            "people": prepare.output("people"),
            "protected": given["ProtectedUri"].value,
            "champion": given["ChampionUri"].value,
        },
        outputs=("evaluation",),
        environment={"SEED": given["Seed"].text},
        place=_place(given, "ProcessingInstanceType"),
        description="Measure, compare with the deployed model, audit for fairness, explain.",
    )


def _check_gates(
    given: Mapping[str, Parameter],
    prepare: ProcessingStep,
    train: TrainingStep,
    evaluate: ProcessingStep,
) -> ProcessingStep:
    return processing(
        "check-gates",
        inputs={
            "model": train.model,
            "evaluation": evaluate.output("evaluation"),
            "baseline": prepare.output("baseline"),
            "champion": given["ChampionUri"].value,
            "waivers": given["WaiversUri"].value,
        },
        outputs=("package", "gates", "reports"),
        environment={name.upper(): given[camel_case(name)].text for name in LIMITS},
        place=_place(given, "ProcessingInstanceType"),
        description="Judge the figures by the limits and put the package together.",
        property_files=(GATES,),
    )


def _register(given: Mapping[str, Parameter], check_gates: ProcessingStep) -> RegisterModelStep:
    container = {
        "Image": given["ImageUri"].value,
        "ModelDataUrl": join("/", [check_gates.output("package"), "model.tar.gz"]),
    }
    arguments: dict[str, object] = {
        "ModelPackageGroupName": given["ModelPackageGroupName"].value,
        "ModelApprovalStatus": "PendingManualApproval",
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv", "application/json"],
        },
        "ModelMetrics": {
            subject: {kind: _report(name, check_gates) for kind, name in reports.items()}
            for subject, reports in _METRICS.items()
        },
        "CustomerMetadataProperties": {
            "package_digest": json_get(check_gates.name, GATES.name, "package_digest")
        },
    }
    return RegisterModelStep("register", arguments, "Register the package; a person approves it.")


def _report(name: str, check_gates: ProcessingStep) -> dict[str, Value]:
    return {
        "ContentType": "application/json",
        "S3Uri": join("/", [check_gates.output("reports"), f"{name}.json"]),
        "ContentDigest": json_get(check_gates.name, GATES.name, f"digests.{name}"),
    }


def _fail(check_gates: ProcessingStep) -> FailStep:
    message = json_get(check_gates.name, GATES.name, "message")
    return FailStep("fail", join("", [message]), "Say which gates block, and what to do next.")

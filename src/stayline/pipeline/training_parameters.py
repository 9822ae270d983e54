"""What may be set when the training pipeline starts, with the defaults that a schema gives."""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from stayline.domain.alert_policy import policy_from, policy_text
from stayline.domain.gate_policy import FourFifths, GatePolicy
from stayline.domain.workforce_schema import (
    LONGEST_HORIZON_MONTHS,
    LeavingWithin,
    WorkforceSchema,
)
from stayline.errors import DefinitionProblem, DefinitionRefused, SettingRefused
from stayline.pipeline.definition import Parameter, ParameterType

EMBEDDED_PARAMETERS: Mapping[str, str] = {
    "ImageUri": "stayline",
    "RoleArn": "arn:aws:iam::000000000000:role/stayline",
}
"""For parameters that SageMaker cannot do without and that mean nothing on this machine."""
LIMITS = {
    "minimum_roc_auc": "Least ROC AUC.",
    "minimum_recall": "Least recall at the alert threshold.",
    "minimum_lift": "Least precision at the alert threshold, as a multiple of the base rate.",
    "largest_calibration_error": "Largest expected calibration error.",
    "largest_loss": "How far ROC AUC, recall and precision may fall below the deployed model's.",
    "largest_calibration_loss": "How far the calibration error may rise above the deployed one's.",
    "largest_recall_difference": "How far a group's recall may be from everybody else's.",
    "fewest_positives": "How many people of a group must have left before it is judged.",
    "four_fifths": "Whether a selection rate below 4/5 of the highest warns or blocks.",
}
"""The gate policy's limits; each is a parameter and, in capitals, a variable of ``check-gates``."""


def training_parameters(
    schema: WorkforceSchema, *, seed: int, trials: int, time_limit_s: float, group: str
) -> tuple[Parameter, ...]:
    """Return the parameters; ``group`` is the model package group that packages go to."""
    return (
        *_of_the_rows(schema),
        Parameter("Seed", ParameterType.INTEGER, seed, "Where all randomness starts."),
        Parameter("Trials", ParameterType.INTEGER, trials, "How many settings the search tries."),
        Parameter(
            "TimeLimitSeconds",
            ParameterType.FLOAT,
            float(time_limit_s),
            "After how many seconds the search starts no further trial.",
        ),
        *_of_the_gates(schema.gates),
        _required("WorkforceUri", "The frozen workforce: features, outcomes and schema."),
        _required("ProtectedUri", "Protected attributes, shared for this audit only."),
        _required("ChampionUri", "The deployed package, if there is one."),
        _required("WaiversUri", "The waivers in force."),
        _required("OutputUri", "Where the steps write."),
        _required("ImageUri", "The container image that holds the programs."),
        _required("RoleArn", "The role that the jobs run as."),
        _text("ProcessingInstanceType", "ml.m5.large", "The machine of the processing steps."),
        _text("TrainingInstanceType", "ml.m5.large", "The machine of the training step."),
        _text("ModelPackageGroupName", group, "The group that packages are registered in."),
    )


def check_values(values: Mapping[str, object], *, justification: str) -> None:
    """Raise `DefinitionRefused` for values that a step would refuse minutes later.

    ``values`` are all parameters of the training pipeline; ``justification`` is the schema's reason
    for a wide recall difference.
    """
    found = list(_value_problems(values, justification))
    if found:
        raise DefinitionRefused([DefinitionProblem("", f"Parameters.{n}", t) for n, t in found])


def _value_problems(values: Mapping[str, object], justification: str) -> Iterator[tuple[str, str]]:
    months, until = values.get("HorizonMonths", 1), str(values.get("TrainUntil", ""))
    if not isinstance(months, int) or not 1 <= months <= LONGEST_HORIZON_MONTHS:
        yield "HorizonMonths", f"{months} is not 1 to {LONGEST_HORIZON_MONTHS}"
    try:
        policy_from(str(values["AlertPolicy"]))
    except SettingRefused as refusal:
        yield "AlertPolicy", str(refusal)
    if until:
        try:
            date.fromisoformat(until)
        except ValueError:
            yield "TrainUntil", f"{until!r} is no day such as 2025-12-31"
    limits = {name: values[camel_case(name)] for name in LIMITS}
    policy = msgspec.convert(limits | {"justification": justification}, GatePolicy, strict=False)
    for problem in policy.problems():
        limit, _, told = problem.removeprefix("gates.").partition(" ")
        yield camel_case(limit), told


def camel_case(name: str) -> str:
    """Return the parameter of a limit.

    >>> camel_case("minimum_roc_auc")
    'MinimumRocAuc'
    """
    return "".join(word.capitalize() for word in name.split("_"))


def _of_the_rows(schema: WorkforceSchema) -> tuple[Parameter, ...]:
    outcome = schema.outcome
    rows = (
        _text("AlertPolicy", policy_text(schema.policy), "How the alert threshold is chosen."),
        _text("TrainUntil", "", "The last event time of the training rows; empty: the default."),
    )
    if not isinstance(outcome, LeavingWithin):
        return rows
    horizon = Parameter(
        "HorizonMonths",
        ParameterType.INTEGER,
        outcome.horizon_months,
        "How many months ahead leaving counts.",
    )
    return (horizon, *rows)


def _of_the_gates(policy: GatePolicy) -> tuple[Parameter, ...]:
    return tuple(_limit(name, getattr(policy, name), told) for name, told in LIMITS.items())


def _limit(name: str, value: FourFifths | int | float, told: str) -> Parameter:
    if isinstance(value, FourFifths):
        choices = tuple(choice.value for choice in FourFifths)
        return Parameter(camel_case(name), ParameterType.STRING, value.value, told, choices)
    if name == "fewest_positives":
        return Parameter(camel_case(name), ParameterType.INTEGER, int(value), told)
    return Parameter(camel_case(name), ParameterType.FLOAT, float(value), told)


def _text(name: str, default: str, told: str) -> Parameter:
    return Parameter(name, ParameterType.STRING, default, told)


def _required(name: str, told: str) -> Parameter:
    return Parameter(name, ParameterType.STRING, None, told)

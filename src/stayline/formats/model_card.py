"""The model card: what a model is for, from what it was made, how well it does, who approved it.

The six first sections have the keys of SageMaker's model card schema, and `sagemaker_content` is
what CreateModelCard takes (from the public documentation and its SDK, not tried on the service).
``record`` is Stayline's own: everything the card's page shows, so that the page can be made again
from the card alone.
"""

from datetime import datetime
from typing import Literal

import msgspec

from stayline.formats.card_figures import (
    ComparisonFigures,
    EvaluationFigures,
    GateText,
    GroupText,
    PeriodFigures,
    PricedChoice,
)
from stayline.formats.model_archive import BandsText, InputText

LONGEST_TEXT = 1024
"""What SageMaker takes in the shortest of its texts; a longer one is cut."""


class Metric(msgspec.Struct, frozen=True):
    """One number; ``notes`` tell its interval."""

    name: str
    value: float
    type: Literal["number"] = "number"
    notes: str = ""


class MetricGroup(msgspec.Struct, frozen=True):
    """Metrics that belong together."""

    name: str
    metric_data: tuple[Metric, ...]


class EvaluationDetail(msgspec.Struct, frozen=True):
    """One set of rows the model was measured on."""

    name: str
    evaluation_observation: str
    metric_groups: tuple[MetricGroup, ...]


class ModelOverview(msgspec.Struct, frozen=True):
    """What the model is."""

    model_name: str
    model_version: int
    model_description: str
    model_creator: str
    problem_type: str
    algorithm_type: str


class IntendedUses(msgspec.Struct, frozen=True):
    """What it may be used for, and what not; one statement a line."""

    purpose_of_model: str
    intended_uses: str
    factors_affecting_model_efficiency: str
    risk_rating: Literal["High", "Medium", "Low", "Unknown"]
    explanations_for_risk_rating: str


class BusinessDetails(msgspec.Struct, frozen=True):
    """Which question it helps with, and whom it concerns."""

    business_problem: str
    business_stakeholders: str


class HyperParameter(msgspec.Struct, frozen=True):
    """One setting of the training, as text."""

    name: str
    value: str


class TrainingJobDetails(msgspec.Struct, frozen=True):
    """The settings of the training."""

    hyper_parameters: tuple[HyperParameter, ...]


class TrainingDetails(msgspec.Struct, frozen=True):
    """What it learned from; one statement a line."""

    training_observations: str
    training_job_details: TrainingJobDetails


class AdditionalInformation(msgspec.Struct, frozen=True):
    """Fairness, limits and digests; one statement a line."""

    ethical_considerations: str
    caveats_and_recommendations: str
    custom_details: dict[str, str]


class Decision(msgspec.Struct, frozen=True):
    """Where the package stands and who decided it; ``is_stand_in`` marks a machine's approval."""

    status: str
    is_deployed: bool
    trained_by: str
    trained_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    is_stand_in: bool


class FairnessRecord(msgspec.Struct, frozen=True):
    """The audit's groups, with the difference in recall that the gates tolerate."""

    n: int
    positives: int
    largest_recall_difference: float
    groups: tuple[GroupText, ...]
    people: int = 0
    people_who_left: int = 0


class CardRecord(msgspec.Struct, frozen=True):
    """All the card's page shows beside the texts; ``missing`` names reports that were not there.

    ``rows`` and ``positives`` are those it learned from, ``people`` and ``people_who_left`` whose
    they are (0 where that is not known).
    ``reasons`` maps each input to its mean absolute contribution in log-odds. ``shielded`` are the
    protected columns that the model does not see. ``reports`` and ``digest`` are digests.
    """

    digest: str
    decision: Decision
    policy: str
    bands: BandsText
    rows: int
    positives: int
    period: str
    inputs: tuple[InputText, ...]
    shielded: tuple[str, ...]
    evaluations: tuple[EvaluationFigures, ...]
    periods: tuple[PeriodFigures, ...]
    gates: tuple[GateText, ...]
    protection_price: tuple[PricedChoice, ...]
    comparison: ComparisonFigures | None
    fairness: FairnessRecord | None
    reasons: dict[str, float]
    libraries: dict[str, str]
    reports: dict[str, str]
    missing: tuple[str, ...]
    people: int = 0
    people_who_left: int = 0


class ModelCard(msgspec.Struct, frozen=True):
    """SageMaker's six sections, and the record behind them."""

    model_overview: ModelOverview
    intended_uses: IntendedUses
    business_details: BusinessDetails
    training_details: TrainingDetails
    evaluation_details: tuple[EvaluationDetail, ...]
    additional_information: AdditionalInformation
    record: CardRecord


def sagemaker_content(card: ModelCard) -> str:
    """Return the six sections as the JSON text that SageMaker's model card takes."""
    sections: dict[str, object] = msgspec.to_builtins(card)
    del sections["record"]
    return msgspec.json.encode(_shortened(sections)).decode()


def _shortened(value: object) -> object:
    """Cut texts that are too long at the end of a line, or of a word."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(item) for item in value]
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[: LONGEST_TEXT - 2].rsplit("\n" if "\n" in value else " ", 1)[0] + " …"
    return value

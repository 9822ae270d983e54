"""The figures a model card shows, read from whatever a package holds of them.

A figure that could not be computed is null there, so each number may be None. Keys that a card does
not show are left out. ``n`` and ``positives`` count rows, of which one of the ``people`` may have
several; the counts of people are 0 in packages from before they were counted.
"""

from datetime import date, datetime

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """A number with its interval; None where there is none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class CurvePoint(msgspec.Struct, frozen=True):
    """Rows of similar risk: how many, what was said, what came true."""

    count: int
    mean_risk: float
    rate: Figure


class EvaluationFigures(msgspec.Struct, frozen=True):
    """One evaluation, as `modelling.evaluation.Evaluation` is written."""

    measured_on: str
    n: int
    positives: int
    roc_auc: Figure
    average_precision: Figure
    recall_at_precision: Figure
    precision: float
    brier: Figure
    brier_skill: Figure
    log_loss: Figure
    calibration_error: Figure
    precision_at_alert: Figure
    recall_at_alert: Figure
    share_alerted: Figure
    lift: dict[str, Figure] = {}
    calibration_curve: tuple[CurvePoint, ...] = ()
    draws: int | None = None
    level: float = 0.95
    people: int = 0
    people_who_left: int = 0


class PeriodFigures(msgspec.Struct, frozen=True):
    """How the model ranks in one year of later rows."""

    period: str
    n: int
    positives: int
    roc_auc: Figure


class RankedInputs(msgspec.Struct, frozen=True):
    """How one choice of inputs ranks, and where that was measured."""

    measured_on: str
    roc_auc: Figure
    periods: tuple[PeriodFigures, ...] = ()


class PricedChoice(msgspec.Struct, frozen=True):
    """One choice of inputs; ``is_in_use`` marks the one this model was trained with."""

    inputs: str
    is_in_use: bool
    tried: RankedInputs


class WaiverText(msgspec.Struct, frozen=True):
    """Who let a gate pass, why, and until when."""

    filed_by: str
    reason: str
    expires_on: date
    filed_at: datetime | None = None


class GateText(msgspec.Struct, frozen=True):
    """One gate's verdict on one subject; ``verdict`` in the words of `domain.gates`."""

    name: str
    verdict: str
    reason: str
    subject: str = ""
    is_blocking: bool = True
    waiver: WaiverText | None = None


class GroupText(msgspec.Struct, frozen=True):
    """One group of people in the fairness audit, as `modelling.fairness` writes it.

    ``differences`` are the group minus everybody else of a known group. A figure is None where
    nothing defines it, for example recall where nobody left.
    """

    facet: str
    group: str
    n: int
    positives: int
    flagged: int
    base_rate: Figure | None = None
    selection_rate: Figure | None = None
    recall: Figure | None = None
    precision: Figure | None = None
    false_positive_rate: Figure | None = None
    accuracy: Figure | None = None
    mean_risk: Figure | None = None
    calibration_gap: Figure | None = None
    differences: dict[str, Figure | None] = {}
    selection_rate_ratio: Figure | None = None
    people: int = 0
    people_who_left: int = 0


class ComparedFigure(msgspec.Struct, frozen=True):
    """One figure of the new and of the deployed model, and new minus deployed."""

    challenger: Figure
    champion: Figure
    difference: Figure


class ComparisonFigures(msgspec.Struct, frozen=True):
    """The new and the deployed model on the same rows, as `modelling.comparison` writes it."""

    measured_on: str
    n: int
    positives: int
    roc_auc: ComparedFigure
    recall: ComparedFigure
    precision: ComparedFigure
    lift: ComparedFigure
    calibration_error: ComparedFigure
    brier: ComparedFigure
    people: int = 0
    people_who_left: int = 0

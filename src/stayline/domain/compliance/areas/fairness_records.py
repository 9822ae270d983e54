"""What the controls of FAIR are told: how groups fared, and who read protected attributes."""

from dataclasses import dataclass
from datetime import datetime

from stayline.domain.register.accountability import Document

AGE = "age"
NOT_FLAGGED, FLAGGED, SCORED_HIGH = "not flagged", "flagged", "risk above the median of all rows"
"""Readings of "selected", as the fairness audit names them."""
JUSTIFICATION = "justification:"


@dataclass(frozen=True, slots=True)
class GroupRatio:
    """One group's rate of being selected over that of the most selected one.

    ``low`` and ``high`` are the ratio's 95 % interval; ``p_value`` is an exact test's. ``facet`` is
    e.g. "sex" or "sex x race"; ``left_share`` is how many of the group left, where that is known.
    """

    facet: str
    category: str
    reading: str
    n: int
    selected: int
    rate: float
    ratio: float | None
    low: float | None
    high: float | None
    p_value: float | None
    excluded_because: str = ""
    left_share: float | None = None


@dataclass(frozen=True, slots=True)
class UnknownGroup:
    """Of how many of ``n`` people the facet is not known."""

    facet: str
    n: int
    unknown: int


@dataclass(frozen=True, slots=True)
class GroupQuality:
    """How good the scores of a group are; figures are None where nothing defines them."""

    facet: str
    category: str
    n: int
    positives: int
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    false_positive_rate: float | None
    precision: float | None
    calibration_gap: float | None


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A model's input; ``kind`` is why it is sensitive (e.g. "age"), empty where it is not."""

    name: str
    kind: str
    is_barred: bool


@dataclass(frozen=True, slots=True)
class ProxyStrength:
    """How well the model's inputs tell a protected attribute: AUC of guessing it."""

    attribute: str
    auc: float


@dataclass(frozen=True, slots=True)
class ProtectedRead:
    """Somebody read protected attributes, and for what."""

    actor: str
    purpose: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FairnessEvidence:
    """Figures by group, what the model takes in, and who read protected attributes.

    ``help_given`` are ratios of being offered help among the flagged. ``served_protected`` are
    protected attributes that were found in rows the model was given.
    """

    ratios: tuple[GroupRatio, ...] = ()
    unknown: tuple[UnknownGroup, ...] = ()
    quality: tuple[GroupQuality, ...] = ()
    help_given: tuple[GroupRatio, ...] = ()
    inputs: tuple[ModelInput, ...] = ()
    proxies: tuple[ProxyStrength, ...] = ()
    justifications: tuple[Document, ...] = ()
    reads: tuple[ProtectedRead, ...] = ()
    served_protected: tuple[str, ...] = ()

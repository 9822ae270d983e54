"""A score as it is shown to a person: a probability, its band, its reasons and its origin."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stayline.domain.alert_policy import Band
from stayline.domain.light_values import light_value

FieldValue = str | float | bool | None
"""A value as it stands in a request, a feature record or a reason; numbers are floats."""


class ScoreSource(StrEnum):
    """How a score came to be: computed now, or kept from an earlier run, mostly the nightly one."""

    LIVE = "live"
    NIGHTLY = "nightly"


@light_value
class Reason:
    """What one column contributes to a risk.

    ``contribution`` is in probability (0.03 is three points). Over all columns the contributions
    and the model's base risk add up to the risk within 1e-5.
    """

    feature: str
    value: FieldValue
    contribution: float
    text: str


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model spoke: its registry version and the digest of its package."""

    version: int
    digest: str


@light_value
class FieldReport:
    """Where each field came from, so that nothing is silently dropped.

    ``request`` and ``store`` are model inputs by origin; ``missing`` model inputs given by neither;
    ``ignored`` known columns that are no model input (protected, for example); ``unknown`` names
    the schema does not have.
    """

    request: tuple[str, ...] = ()
    store: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@light_value
class Prediction:
    """What the model says of one row, before anyone knows whose it is.

    ``base_risk`` is None, and ``reasons`` empty, where a server elsewhere explains nothing.
    """

    risk: float
    band: Band
    base_risk: float | None
    reasons: tuple[Reason, ...]


@light_value
class RiskScore:
    """One answered score; ``employee_id`` is the id the caller used, None for a nameless one.

    ``stale_for_s`` is the age of a kept score that stands in for a model that does not answer; None
    for a live one. A kept score has no ``fields``, and no ``base_risk`` where none was kept.
    """

    prediction_id: str
    employee_id: str | None
    risk: float
    band: Band
    base_risk: float | None
    reasons: tuple[Reason, ...]
    model: ModelIdentity
    source: ScoreSource
    scored_at: datetime
    fields: FieldReport
    stale_for_s: float | None = None

"""What bias and attribution monitors report: SageMaker's ``constraint_violations.json`` of both.

The keys, and the first words of each description, are those of the developer guide's examples.
"""

from typing import Final, Literal

import msgspec

VERSION = "1.0"
BIAS_CHECK: Final = "bias_drift_check"
ATTRIBUTION_CHECK: Final = "feature_attribution_drift_check"


class BiasViolation(msgspec.Struct, frozen=True):
    """A metric of one value of a facet that is worse than the baseline's."""

    facet: str
    facet_value: str
    metric_name: str
    description: str
    constraint_check_type: Literal["bias_drift_check"] = BIAS_CHECK


class BiasViolations(msgspec.Struct, frozen=True):
    """What the file of a bias monitor holds."""

    violations: tuple[BiasViolation, ...]
    version: str = VERSION


class AttributionViolation(msgspec.Struct, frozen=True):
    """A label whose ranking of inputs is not the baseline's any more."""

    description: str
    label: str = "label0"
    metric_name: Literal["shap"] = "shap"
    constraint_check_type: Literal["feature_attribution_drift_check"] = ATTRIBUTION_CHECK


class AttributionViolations(msgspec.Struct, frozen=True):
    """What the file of an attribution monitor holds."""

    violations: tuple[AttributionViolation, ...]
    version: str = VERSION


def missed_value(value: float) -> str:
    """Return how the guide begins the description of a bias violation.

    >>> missed_value(0.25)
    'Value 0.25 does not meet the constraint requirement'
    """
    return f"Value {value} does not meet the constraint requirement"


def drifted_attribution(score: float, threshold: float) -> str:
    """Return how the guide begins the description of an attribution violation.

    >>> drifted_attribution(0.75, 0.9)
    'Feature attribution drift 0.75 exceeds threshold 0.9'
    """
    return f"Feature attribution drift {score} exceeds threshold {threshold:g}"

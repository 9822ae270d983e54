"""The bias part of SageMaker Clarify's ``analysis.json``.

An infinite value is the text "Infinity" or "-Infinity"; a metric that failed has the value null and
says in ``error`` why. The form has no place for intervals: those are in the fairness audit.
"""

import msgspec
from msgspec import UNSET, UnsetType

VERSION = "1.0"


class MetricText(msgspec.Struct, frozen=True):
    """One metric of one value of a facet."""

    name: str
    description: str
    value: float | str | None
    error: str | UnsetType = UNSET


class FacetText(msgspec.Struct, frozen=True):
    """The metrics of the rows whose facet has that value, against all others."""

    value_or_threshold: str
    metrics: tuple[MetricText, ...]


class StageText(msgspec.Struct, frozen=True):
    """The metrics before or after training; ``label_value_or_threshold`` is what is favourable."""

    label: str
    label_value_or_threshold: str
    facets: dict[str, tuple[FacetText, ...]]


class BiasAnalysis(msgspec.Struct, frozen=True):
    """Both stages."""

    pre_training_bias_metrics: StageText
    post_training_bias_metrics: StageText
    version: str = VERSION


def encode_bias_analysis(analysis: BiasAnalysis) -> bytes:
    """Return the file; equal analyses give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(analysis))

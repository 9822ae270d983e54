"""The audit's metrics in the form of SageMaker Clarify's analysis file."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from msgspec import UNSET

from stayline.formats.bias_analysis import BiasAnalysis, FacetText, MetricText, StageText
from stayline.modelling.fairness.bias_metrics import BiasMetric, FacetMetrics

_FAVOURABLE_LABEL = "0"


def bias_analysis(facets: Iterable[FacetMetrics], *, label: str) -> BiasAnalysis:
    """Return what Clarify would have written of ``label``, with label 0 (stays) as favourable."""
    before: dict[str, tuple[FacetText, ...]] = {}
    after: dict[str, tuple[FacetText, ...]] = {}
    for facet, found in groupby(facets, key=attrgetter("facet")):
        values = list(found)
        before[facet] = tuple(_facet_text(one.value, one.pre_training) for one in values)
        after[facet] = tuple(_facet_text(one.value, one.post_training) for one in values)
    return BiasAnalysis(
        pre_training_bias_metrics=StageText(label, _FAVOURABLE_LABEL, before),
        post_training_bias_metrics=StageText(label, _FAVOURABLE_LABEL, after),
    )


def _facet_text(value: str, metrics: Iterable[BiasMetric]) -> FacetText:
    return FacetText(
        value,
        tuple(
            MetricText(one.name, one.description, one.value, one.error or UNSET) for one in metrics
        ),
    )

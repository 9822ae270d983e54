"""The bias metrics that a model was registered with, which those of a window are held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stayline.formats.bias_analysis import BiasAnalysis, FacetText
from stayline.modelling.fairness.audit import FairnessAudit
from stayline.modelling.fairness.bias_metrics import FacetMetrics


@dataclass(frozen=True, slots=True)
class BaselineMetric:
    """A metric as it was; both ends of its interval are the value where none is known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BiasBaseline:
    """The metrics by facet, group and name; those that failed are left out."""

    metrics: Mapping[str, Mapping[str, Mapping[str, BaselineMetric]]] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, tuple[str, ...]]:
        """The groups of every facet, by which `facet_columns` is to cut the window's rows."""
        return {facet: tuple(groups) for facet, groups in self.metrics.items()}

    def of(self, facet: str, group: str) -> Mapping[str, BaselineMetric]:
        """Return the metrics of one group; none for a group that the baseline does not know."""
        return self.metrics.get(facet, {}).get(group, {})

    def groups(self, facet: str) -> tuple[str, ...]:
        """Return the groups of a facet; of two, which mirror each other, only the smaller one."""
        known = self.metrics.get(facet, {})
        if len(known) == 2:
            return (max(known, key=lambda group: (_imbalance(known[group]), group)),)
        return tuple(known)


def bias_baseline(analysis: BiasAnalysis, audit: FairnessAudit | None = None) -> BiasBaseline:
    """Return the baseline in ``bias_analysis.json``, with the intervals that ``fairness.json`` has.

    Clarify's form has no place for intervals. Without the audit its values count as exact.
    """
    ends = _intervals(audit.facets) if audit is not None else {}
    found: dict[str, dict[str, dict[str, BaselineMetric]]] = {}
    for stage in (analysis.pre_training_bias_metrics, analysis.post_training_bias_metrics):
        for facet, groups in stage.facets.items():
            for one in groups:
                metrics = found.setdefault(facet, {}).setdefault(one.value_or_threshold, {})
                metrics |= _metrics(facet, one, ends)
    return BiasBaseline(found)


def _metrics(
    facet: str, group: FacetText, ends: Mapping[tuple[str, str, str], tuple[float, float]]
) -> dict[str, BaselineMetric]:
    found = {}
    for metric in group.metrics:
        if metric.value is not None:
            value = float(metric.value)
            place = (facet, group.value_or_threshold, metric.name)
            found[metric.name] = BaselineMetric(value, *ends.get(place, (value, value)))
    return found


def _intervals(facets: tuple[FacetMetrics, ...]) -> dict[tuple[str, str, str], tuple[float, float]]:
    return {
        (one.facet, one.value, metric.name): (float(metric.interval[0]), float(metric.interval[1]))
        for one in facets
        for metric in (*one.pre_training, *one.post_training)
        if metric.interval is not None
    }


def _imbalance(metrics: Mapping[str, BaselineMetric]) -> float:
    """Return CI, which is larger the smaller the group."""
    return metrics["CI"].value if "CI" in metrics else 0.0

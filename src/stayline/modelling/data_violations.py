"""What data do not keep of the constraints drawn from a baseline, in words."""

from collections.abc import Iterator, Mapping

import numpy as np

from stayline.formats.data_constraints import (
    Check,
    Constraints,
    FeatureConstraints,
    MonitoringConfig,
    Violation,
)
from stayline.formats.data_statistics import (
    FeatureStatistics,
    InferredType,
    NumericalStatistics,
    Statistics,
    StringStatistics,
)
from stayline.modelling.quantile_sketch import distance, weighted_values

_LUCK = 1.8
"""c(alpha) of the two-sample Kolmogorov-Smirnov test at alpha = 0.003, as awslabs/deequ has it."""


def violations(
    statistics: Statistics, constraints: Constraints, baseline: Statistics | None = None
) -> tuple[Violation, ...]:
    """Return every constraint that the data of ``statistics`` do not keep, column by column.

    Distributions are compared only where ``baseline`` is given: by the greatest difference of two
    distribution functions, or of the shares of one word. A column without any value has no type
    and no distribution to judge; its completeness tells.
    """
    if constraints.monitoring_config.evaluate_constraints == "Disabled":
        return ()
    found = {feature.name: feature for feature in statistics.features}
    asked = {feature.name for feature in constraints.features}
    before = {f.name: f for f in baseline.features} if baseline is not None else {}
    return (
        *_of_columns(found, constraints, before),
        *(
            Violation(name, Check.EXTRA_COLUMN, "The column is in the data, not in the baseline.")
            for name in found
            if name not in asked
        ),
    )


def _of_columns(
    found: Mapping[str, FeatureStatistics],
    constraints: Constraints,
    before: Mapping[str, FeatureStatistics],
) -> Iterator[Violation]:
    config = constraints.monitoring_config
    for asked in constraints.features:
        feature = found.get(asked.name)
        if feature is None:
            what = "The column is in the baseline, not in the data."
            yield Violation(asked.name, Check.MISSING_COLUMN, what)
            continue
        for check, description in (
            (Check.DATA_TYPE, _wrong_type(feature, asked, config)),
            (Check.COMPLETENESS, _too_few(feature, asked)),
            (Check.CATEGORICAL_VALUES, _unknown_words(feature, asked, config)),
            (Check.BASELINE_DRIFT, _drift(feature, before.get(asked.name), config)),
        ):
            if description:
                yield Violation(asked.name, check, description)


def _wrong_type(
    feature: FeatureStatistics, asked: FeatureConstraints, config: MonitoringConfig
) -> str:
    right = _share_of_type(feature, asked.inferred_type)
    if right is None or right >= config.datatype_check_threshold:
        return ""
    return (
        f"Data type match requirement is not met. Expected data type: {asked.inferred_type}, "
        f"expected match: {config.datatype_check_threshold:.1%}. "
        f"Observed: only {right:.1%} of the values are {asked.inferred_type}."
    )


def _share_of_type(feature: FeatureStatistics, asked: InferredType) -> float | None:
    """Return the share of values that are of a type; None where there is nothing to judge.

    A whole number is a fractional one as well. How many of mixed numbers are whole, the sketch
    tells.
    """
    seen, numbers = feature.inferred_type, feature.numerical_statistics
    if InferredType.UNKNOWN in (seen, asked):
        return None
    if seen is asked or (seen, asked) == (InferredType.INTEGRAL, InferredType.FRACTIONAL):
        return 1.0
    if InferredType.STRING in (seen, asked) or numbers is None or numbers.distribution is None:
        return 0.0
    sketch = numbers.distribution.kll.sketch
    if sketch is None:
        return 0.0
    values, weights = weighted_values(sketch)
    return float(weights[values == np.floor(values)].sum() / weights.sum())


def _too_few(feature: FeatureStatistics, asked: FeatureConstraints) -> str:
    presence = feature.presence
    rows = presence.num_present + presence.num_missing
    share = presence.num_present / rows if rows else 1.0
    if share >= asked.completeness:
        return ""
    return (
        f"Completeness requirement is not met. Expected: {asked.completeness:.2%} of rows with a "
        f"value. Observed: only {share:.2%} of {rows}."
    )


def _unknown_words(
    feature: FeatureStatistics, asked: FeatureConstraints, config: MonitoringConfig
) -> str:
    words = feature.string_statistics
    domain = asked.string_constraints.domains if asked.string_constraints else ()
    if words is None or not domain or not words.common.num_present:
        return ""
    known = sum(count for value, count in words.counts.items() if value in domain)
    share = known / words.common.num_present
    if share >= config.domain_content_threshold:
        return ""
    return (
        f"Domain requirement is not met. Expected: {config.domain_content_threshold:.1%} of the "
        f"values in the domain. Observed: only {share:.1%}."
    )


def _drift(
    feature: FeatureStatistics, before: FeatureStatistics | None, config: MonitoringConfig
) -> str:
    rule = config.distribution_constraints
    if before is None or rule.perform_comparison == "Disabled":
        return ""
    limit = rule.comparison_threshold
    far = _far_apart(feature.numerical_statistics, before.numerical_statistics)
    if far is None:
        far = _words_apart(feature.string_statistics, before.string_statistics)
        if rule.categorical_comparison_threshold is not None:
            limit = rule.categorical_comparison_threshold
    if far is None:
        return ""
    if rule.comparison_method == "Robust":
        one, other = feature.presence.num_present, before.presence.num_present
        luck = _LUCK * float(np.sqrt(1 / max(one, 1) + 1 / max(other, 1)))
        far = max(0.0, far - luck)
    if far <= limit:
        return ""
    return f"Baseline drift distance: {far:.4f} exceeds threshold: {limit:g}"


def _far_apart(
    numbers: NumericalStatistics | None, before: NumericalStatistics | None
) -> float | None:
    sketches = [
        n.distribution.kll.sketch
        for n in (numbers, before)
        if n is not None and n.distribution is not None
    ]
    usable = [sketch for sketch in sketches if sketch is not None and any(sketch.data)]
    return distance(*usable) if len(usable) == 2 else None


def _words_apart(words: StringStatistics | None, before: StringStatistics | None) -> float | None:
    if words is None or before is None:
        return None
    sizes = words.common.num_present, before.common.num_present
    if not all(sizes):
        return None
    one, other = words.counts, before.counts
    return max(
        abs(one.get(word, 0) / sizes[0] - other.get(word, 0) / sizes[1])
        for word in sorted({*one, *other})
    )

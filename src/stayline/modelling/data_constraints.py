"""What later data must keep, drawn from a baseline."""

import numpy as np

from stayline.domain.field_values import NO_YES
from stayline.domain.workforce_schema import Column, Kind
from stayline.formats.data_constraints import (
    Constraints,
    FeatureConstraints,
    MonitoringConfig,
    NumConstraints,
    StringConstraints,
)
from stayline.formats.data_statistics import (
    FeatureStatistics,
    Presence,
    Statistics,
    StringStatistics,
)

_RIGHT_SHARE = 0.9
"""The developer guide tolerates a tenth; the file tells the share that must be right."""
_ERRORS_BELOW = 3.0


def suggested_constraints(statistics: Statistics, columns: tuple[Column, ...]) -> Constraints:
    """Return what data like the baseline keep: types, completeness, signs and domains.

    A column without gaps must stay so; else the share of values may fall by three standard errors
    of the baseline's share. A domain is the schema's, or all words seen, if at most 100.
    """
    known = {column.name: column for column in columns}
    return Constraints(
        features=tuple(_suggested(f, known[f.name]) for f in statistics.features),
        monitoring_config=MonitoringConfig(
            datatype_check_threshold=_RIGHT_SHARE, domain_content_threshold=_RIGHT_SHARE
        ),
    )


def _suggested(feature: FeatureStatistics, column: Column) -> FeatureConstraints:
    numbers, words = feature.numerical_statistics, feature.string_statistics
    return FeatureConstraints(
        name=feature.name,
        inferred_type=feature.inferred_type,
        completeness=_least_share(feature.presence),
        num_constraints=None
        if numbers is None or numbers.min is None
        else NumConstraints(is_non_negative=numbers.min >= 0),
        string_constraints=None if words is None else _domain(column, words),
    )


def _least_share(presence: Presence) -> float:
    rows = presence.num_present + presence.num_missing
    if not rows or not presence.num_missing:
        return 1.0 if rows else 0.0
    share = presence.num_present / rows
    error = np.sqrt(share * (1 - share) / rows)
    return round(max(0.0, float(share - _ERRORS_BELOW * error)), 4)


def _domain(column: Column, words: StringStatistics) -> StringConstraints | None:
    declared = column.categories or (NO_YES if column.kind is Kind.FLAG else ())
    if declared:
        return StringConstraints(declared)
    listed = words.counts
    is_whole = 0 < words.distinct_count == len(listed)
    return StringConstraints(tuple(sorted(listed))) if is_whole else None

"""Everyone as a model sees them today, held against what it was registered with.

It asks what the monitors ask of a window of answers. Nobody is a sample here, so what tells chance
from change is left where the window's monitors have it, and how pairs of columns hang together is
left to them: of that no counts of parts are kept.
"""

from collections.abc import Mapping

import numpy as np

from stayline.domain.monitoring import Finding, Monitor
from stayline.formats.data_constraints import Check
from stayline.formats.drift_violations import ATTRIBUTION_CHECK, BIAS_CHECK
from stayline.modelling.drift.check import columns_findings
from stayline.modelling.fairness.group_counts import GroupCounts
from stayline.modelling.feature_statistics import counted_statistics
from stayline.modelling.watching.attribution import judged_strengths
from stayline.modelling.watching.baselines import Baselines
from stayline.modelling.watching.bias import watch_counted_bias
from stayline.modelling.watching.part import blind
from stayline.modelling.watching.people_summary import Sums
from stayline.modelling.watching.shown import FEWEST_PEOPLE, few_people

_ANEW = "the package has no baseline for it. Train a new version, which will have one."


def workforce_findings(
    sums: Sums, groups: Mapping[str, GroupCounts], baselines: Baselines, rng: np.random.Generator
) -> tuple[Finding, ...]:
    """Return what is found of the inputs, of groups, and of what the model goes by."""
    people = sums.counts.rows
    if people < FEWEST_PEOPLE:
        return few_people(people).findings
    return (
        *_inputs(sums, baselines),
        *_groups(groups, baselines, rng),
        *_reasons(sums, baselines),
    )


def _inputs(sums: Sums, baselines: Baselines) -> tuple[Finding, ...]:
    if baselines.statistics is None:
        return blind(Monitor.DATA, Check.BASELINE_DRIFT, f"Drift cannot be told: {_ANEW}").findings
    statistics = counted_statistics(sums.counts, baselines.inputs)
    rows = float(sums.counts.rows)
    return columns_findings(statistics, baselines.statistics, baselines.joint, rows=rows)


def _groups(
    groups: Mapping[str, GroupCounts], baselines: Baselines, rng: np.random.Generator
) -> tuple[Finding, ...]:
    if baselines.bias is None:
        return blind(Monitor.BIAS, BIAS_CHECK, f"Groups cannot be compared: {_ANEW}").findings
    return watch_counted_bias(groups, baselines.bias, rng=rng).findings


def _reasons(sums: Sums, baselines: Baselines) -> tuple[Finding, ...]:
    if baselines.attribution is None:
        return blind(
            Monitor.ATTRIBUTION, ATTRIBUTION_CHECK, f"Reasons cannot be compared: {_ANEW}"
        ).findings
    inputs = tuple(column.name for column in baselines.inputs)
    mean = sums.strength / sums.counts.rows
    return judged_strengths(inputs, mean, baselines.attribution, people=sums.counts.rows).findings

"""Every metric of SageMaker Clarify for each group, each with its interval or why it has none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stayline.modelling.fairness import rates
from stayline.modelling.fairness.flip_test import Flips
from stayline.modelling.fairness.formulas import (
    POST_TRAINING,
    PRE_TRAINING,
    conditional_disparity,
    metric_values,
)
from stayline.modelling.fairness.intervals import percentiles
from stayline.modelling.fairness.rates import Limits, Rate
from stayline.modelling.fairness.tables import Draws, GroupTable

FAVOURABLE = (
    "Label 0 (stays, not flagged) is read as the favourable outcome: "
    "label_values_or_threshold [0]. The group is Clarify's d, all others of known group are its a."
)

Number = float | str
"""A float, or the text "Infinity" or "-Infinity", which JSON has no number for."""

_GROUP_MINUS_OTHERS: Mapping[str, Rate] = {
    "SD": rates.RECALL,
    "DRR": rates.PRECISION,
}
_OTHERS_MINUS_GROUP: Mapping[str, Rate] = {
    "DPL": rates.SHARE_STAYING,
    "DPPL": rates.SHARE_CLEAR,
    "RD": rates.CLEAR_OF_STAYING,
    "DAR": rates.STAYING_OF_CLEAR,
    "AD": rates.ACCURACY,
}
_DISTANCES = {"KS": 1.0, "TVD": 1.0, "LP": float(np.sqrt(2))}
"""Distances that are so many times the absolute DPL, where both labels occur in both groups."""
_DIVERGENCES = ("JS", "KL")
_FLIP_NOTE = "no interval: neighbours cannot be counted anew from the counts of a group"
_NO_STRATA = "No column of strata was given."
_LABEL_ABSENT = "no interval: a label that is absent on one side is left out of the sum"
_UNDEFINED = "no interval: one of its rates has no rows, or too many draws do not define it"
_ONE_SIDED = "All labels, or all predictions, are alike."
_ALONE = "All rows of known group are in this group; there are no others to compare with."
_NOTHING_SHARED = "No label occurs in this group and among all others, too."
_ALL_FALSE_FLAGS = "Every row is a false flag."


@dataclass(frozen=True, slots=True)
class BiasMetric:
    """One metric in Clarify's definition; ``value`` is None where it failed, for ``error``.

    ``interval`` is None where there is none; ``note`` says why.
    """

    name: str
    description: str
    value: Number | None
    interval: tuple[Number, Number] | None = None
    error: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FacetMetrics:
    """All metrics of one value of a facet: of the labels, and of the predictions."""

    facet: str
    value: str
    n: int
    pre_training: tuple[BiasMetric, ...]
    post_training: tuple[BiasMetric, ...]


def facet_metrics(
    table: GroupTable, draws: Draws, flips: tuple[Flips, ...], *, has_strata: bool
) -> tuple[FacetMetrics, ...]:
    """Return the metrics of each group; ``flips`` holds the flip test of each."""
    counts = table.counts
    others = counts.sum(axis=0) - counts
    values = metric_values(counts, others)
    values["CDDL"], values["CDDPL"] = conditional_disparity(table.cells)
    ends = _ends(table, draws)
    found = []
    for at, name in enumerate(table.names):
        is_alone = not others[at].any()
        metrics = {"FT": _flip_metric(flips[at])}
        for key, value in values.items():
            error = _error(key, is_alone=is_alone, has_strata=has_strata)
            low, high = (end[at] for end in ends[key])
            metrics[key] = _metric(key, value[at], low, high, error)
        found.append(
            FacetMetrics(
                facet=table.facet,
                value=name,
                n=int(counts[at].sum()),
                pre_training=tuple(metrics[key] for key in PRE_TRAINING),
                post_training=tuple(metrics[key] for key in POST_TRAINING),
            )
        )
    return tuple(found)


def _ends(table: GroupTable, draws: Draws) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the ends of every metric's interval, each (groups,); NaN where there is none."""
    drawn = metric_values(draws.counts, draws.counts.sum(axis=1, keepdims=True) - draws.counts)
    drawn["CDDL"], drawn["CDDPL"] = draws.disparity
    ends = {name: percentiles(values) for name, values in drawn.items()}
    compared = {
        name: rates.difference(rates.of_groups(table, rate), rates.of_others(table, rate))
        for name, rate in _GROUP_MINUS_OTHERS.items()
    } | {
        name: rates.difference(rates.of_others(table, rate), rates.of_groups(table, rate))
        for name, rate in _OTHERS_MINUS_GROUP.items()
    }
    clear = rates.SHARE_CLEAR
    compared["DI"] = rates.ratio(rates.of_groups(table, clear), rates.of_others(table, clear))
    ends |= {name: (limits.low, limits.high) for name, limits in compared.items()}
    return ends | _distance_ends(table, compared["DPL"], ends)


def _distance_ends(
    table: GroupTable, dpl: Limits, ends: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the ends of the distances, which are 0 wherever a difference of 0 is not excluded.

    Draws alone would never reach 0, since chance makes any two draws differ.
    """
    labels = table.counts.sum(axis=-1)
    is_whole = ((labels > 0) & (labels.sum(axis=0) > labels)).all(axis=-1)
    reaches_none = (dpl.low <= 0) & (dpl.high >= 0)
    nearest = np.where(reaches_none, 0, np.minimum(np.abs(dpl.low), np.abs(dpl.high)))
    farthest = np.maximum(np.abs(dpl.low), np.abs(dpl.high))
    found = {name: (nearest * times, farthest * times) for name, times in _DISTANCES.items()}
    for name in _DIVERGENCES:
        low, high = ends[name]
        found[name] = np.where(reaches_none, 0, low), high
    return {
        name: (np.where(is_whole, low, np.nan), np.where(is_whole, high, np.nan))
        for name, (low, high) in found.items()
    }


def _error(name: str, *, is_alone: bool, has_strata: bool) -> str:
    """Return why the metric fails, if it does."""
    if name in ("CDDL", "CDDPL"):
        return _ONE_SIDED if has_strata else _NO_STRATA
    if name == "GE":
        return _ALL_FALSE_FLAGS
    return _ALONE if is_alone else _NOTHING_SHARED


def _metric(name: str, value: float, low: float, high: float, error: str) -> BiasMetric:
    description = (PRE_TRAINING | POST_TRAINING)[name]
    if np.isnan(value) or error == _NO_STRATA:
        return BiasMetric(name, description, None, error=error)
    if np.isnan(low) or np.isnan(high):
        note = _LABEL_ABSENT if name in (*_DISTANCES, *_DIVERGENCES) else _UNDEFINED
        return BiasMetric(name, description, _number(value), note=note)
    return BiasMetric(name, description, _number(value), (_number(low), _number(high)))


def _flip_metric(flips: Flips) -> BiasMetric:
    note = "" if flips.error else f"{_FLIP_NOTE}; judged on {flips.n:,} rows of the group"
    return BiasMetric("FT", POST_TRAINING["FT"], flips.value, error=flips.error, note=note)


def _number(value: float) -> Number:
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return float(value)

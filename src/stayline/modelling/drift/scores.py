"""Rows as ranks and yes-or-no's by the baseline's measure: what correlations are taken of.

Ranks, not values: one odd pay cannot make a correlation, and luck follows the normal law soon.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.field_values import NO_YES
from stayline.domain.workforce_schema import Column, Kind
from stayline.formats.data_statistics import FeatureStatistics, Statistics
from stayline.formats.joint_statistics import Score
from stayline.modelling.drift.tables import numbers_of
from stayline.ports.feature_store import EVENT_TIME

LEAST_SHARE = 0.1
"""A category that fewer rows have, or lack, is too rare to correlate with in small windows."""
MOST_RANKS = 64


@dataclass(frozen=True, slots=True)
class Scorer:
    """Gives every row of a column its scores; a missing value has the score 0, as the mean does.

    A column that is not in the frame is missing throughout.

    ``ranks`` (scores, places) has a place for each step between ``edges``, or for: no word, each
    known word, any other word.
    """

    column: Column
    scores: tuple[Score, ...]
    edges: np.ndarray
    ranks: np.ndarray

    def write(self, frame: pl.DataFrame, out: np.ndarray) -> None:
        """Fill ``out`` (scores, rows)."""
        if self.column.name not in frame.columns:
            out[:] = 0
            return
        series = frame.get_column(self.column.name)
        if self.column.kind is Kind.DATE:
            series = (frame.get_column(EVENT_TIME).dt.date() - series).dt.total_days()
        if len(self.edges):
            values = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
            out[0] = self.ranks[0, np.searchsorted(self.edges, values, side="right")]
            out[0, np.isnan(values)] = 0
            return
        words = series.cast(pl.String)
        places = _places(self.column, self.scores)
        which = words.replace_strict(places, default=len(places) + 1, return_dtype=pl.Int32)
        which = pl.select(pl.when(words.is_not_null()).then(which).otherwise(0)).to_series()
        np.take(self.ranks, which.to_numpy(), axis=1, out=out)


def scorers(baseline: Statistics, columns: tuple[Column, ...]) -> tuple[Scorer, ...]:
    """Return how to score rows, from what the baseline tells of each column alone."""
    known = {feature.name: feature for feature in baseline.features}
    made = (_scorer(column, known[column.name]) for column in columns if column.name in known)
    return tuple(scorer for scorer in made if scorer is not None)


def scored(frame: pl.DataFrame, by: tuple[Scorer, ...]) -> np.ndarray:
    """Return the scores of every row (scores, rows)."""
    out = np.empty((sum(len(s.scores) for s in by), frame.height), dtype=np.float32)
    at = 0
    for scorer in by:
        scorer.write(frame, out[at : at + len(scorer.scores)])
        at += len(scorer.scores)
    return out


def _scorer(column: Column, feature: FeatureStatistics) -> Scorer | None:
    if column.kind in {Kind.NUMBER, Kind.DATE}:
        return _number(column, feature)
    words = feature.string_statistics
    if words is None or not words.common.num_present:
        return None
    share = {word: count / words.common.num_present for word, count in words.counts.items()}
    order = column.categories or (NO_YES if column.kind is Kind.FLAG else ())
    if column.kind in {Kind.ORDINAL, Kind.FLAG} and order:
        ranks = _middles(np.array([share.get(word, 0.0) for word in order]))
        if not ranks.any():
            return None
        return Scorer(column, (Score(column.name),), np.empty(0), _table(np.r_[0, ranks, 0]))
    usual = [word for word in sorted(share) if LEAST_SHARE <= share[word] <= 1 - LEAST_SHARE]
    # Of two categories alone the second says nothing new.
    usual = usual[:1] if len(usual) == len(share) == 2 else usual
    if not usual:
        return None
    is_it = np.eye(len(usual))
    means = np.array([share[word] for word in usual])
    table = _table(np.vstack([np.zeros(len(usual)), is_it - means, -means]))
    return Scorer(column, tuple(Score(column.name, w) for w in usual), np.empty(0), table)


def _places(column: Column, scores: tuple[Score, ...]) -> dict[str, int]:
    """Return the line of the rank table for each word."""
    if scores[0].category is None:
        order = column.categories or NO_YES
        return {word: place + 1 for place, word in enumerate(order)}
    return {score.category or "": place + 1 for place, score in enumerate(scores)}


def _number(column: Column, feature: FeatureStatistics) -> Scorer | None:
    numbers = numbers_of(feature)
    if numbers is None:
        return None
    values, first = np.unique(numbers.table.values, return_index=True)
    if len(values) < 2:
        return None
    weights = np.add.reduceat(numbers.table.weights, first)
    if len(values) > MOST_RANKS:
        group = np.floor(np.cumsum(weights) / weights.sum() * MOST_RANKS * (1 - 1e-12))
        starts = np.flatnonzero(np.r_[True, np.diff(group) > 0])
        values, weights = values[starts], np.add.reduceat(weights, starts)
    ranks = _middles(weights / weights.sum())
    return Scorer(column, (Score(column.name),), values, _table(np.r_[ranks[0], ranks]))


def _table(ranks: np.ndarray) -> np.ndarray:
    """Return ranks by place as (scores, places)."""
    return np.atleast_2d(ranks.T).astype(np.float32)


def _middles(share: np.ndarray) -> np.ndarray:
    """Return the middle rank of each step, from -.5 to .5."""
    return np.asarray(np.cumsum(share) - share / 2 - 0.5 * share.sum())

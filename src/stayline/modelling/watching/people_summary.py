"""What a share of everyone says of a model today: counts and sums, and each one's risk."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.workforce_schema import Column
from stayline.modelling.feature_counts import FeatureCounts, feature_counts, merged_counts
from stayline.modelling.predictor import Predictor
from stayline.modelling.scored_people import scored_people
from stayline.ports.feature_store import EVENT_TIME, TOKEN
from stayline.ports.people_scorer import PeopleToScore


@dataclass(frozen=True, slots=True)
class Sums:
    """The inputs of people counted, and ``strength`` (inputs,): sums of absolute SHAP values."""

    counts: FeatureCounts
    strength: np.ndarray


@dataclass(frozen=True, slots=True)
class PeopleSummary:
    """``risks`` has ``token``, ``event_time`` and ``risk`` of who may be scored, the rest sums."""

    risks: pl.DataFrame
    sums: Sums


def people_summary(
    people: pl.DataFrame, asked: PeopleToScore, predictor: Predictor, inputs: Sequence[Column]
) -> PeopleSummary:
    """Return what those of ``people`` say who may be scored; ``inputs`` are the model's columns."""
    due = scored_people(
        people, asked, score=lambda frame: frame, inputs=lambda: (EVENT_TIME, *predictor.inputs)
    ).values
    strength = np.abs(predictor.contributions(due)).sum(axis=0)
    risk = pl.Series("risk", predictor.risks(due), pl.Float64)
    risks = due.select(TOKEN, EVENT_TIME).with_columns(risk)
    return PeopleSummary(risks, Sums(feature_counts(due, inputs), strength))


def merged_sums(parts: Sequence[Sums]) -> Sums:
    """Return the sums of all people of one or more parts."""
    strength = np.sum([part.strength for part in parts], axis=0)
    return Sums(merged_counts([part.counts for part in parts]), strength)

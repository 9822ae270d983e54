"""How a model does on rows it has not seen: out of fold, and on later time where there is any."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.domain.alert_policy import Bands, RecallAtPrecision
from stayline.domain.workforce_schema import Column, WorkforceSchema
from stayline.modelling.dataset import TrainingData, TrainingSet
from stayline.modelling.encoding import InputEncoder
from stayline.modelling.evaluation import Estimate, Evaluation, evaluate, roc_auc_estimate
from stayline.modelling.search import Candidate, fit, margins
from stayline.modelling.training import out_of_fold
from stayline.ports.feature_store import EVENT_TIME

DEFAULT_PRECISION = 0.42
OUT_OF_FOLD = "out-of-fold"
LATER_TIME = "later time"


@dataclass(frozen=True, slots=True)
class Period:
    """How the model ranks in one year of later rows."""

    period: str
    n: int
    positives: int
    roc_auc: Estimate


@dataclass(frozen=True, slots=True)
class Trial:
    """Every figure of a model: out of fold first, then on later time, then per year of it."""

    evaluations: tuple[Evaluation, ...]
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class InputsTried:
    """How one choice of inputs ranks: on later time per period and overall, else out of fold."""

    measured_on: str
    roc_auc: Estimate
    periods: tuple[Period, ...]


def try_model(
    data: TrainingData,
    unseen_risk: np.ndarray,
    later_risk: np.ndarray | None,
    *,
    bands: Bands,
    schema: WorkforceSchema,
    seed: int,
) -> Trial:
    """Return the figures of risks: ``unseen_risk`` (repeats, n) out of fold, ``later_risk`` (n,).

    Later rows with one outcome only have no figures.
    """
    evaluations = [_evaluated(data.development, unseen_risk, OUT_OF_FOLD, schema, bands, seed)]
    if data.later is None or later_risk is None:
        return Trial(tuple(evaluations), ())
    if 0 < data.later.positives < len(data.later):
        evaluations.append(_evaluated(data.later, later_risk, LATER_TIME, schema, bands, seed))
    return Trial(tuple(evaluations), _periods(data.later, later_risk, seed))


def try_inputs(
    data: TrainingData, columns: tuple[Column, ...], candidate: Candidate, seed: int
) -> InputsTried:
    """Return the figures of the same trees on another choice of inputs, over the same rows.

    ``data`` must hold these columns.
    """
    development = data.development
    encoder = InputEncoder.fit(columns, development.frame)
    matrix = encoder.encode_frame(development.frame)
    if data.later is None:
        unseen = out_of_fold(matrix, development, candidate, seed)
        risk = unseen.risk(development.label, "platt", development.weight)
        return InputsTried(OUT_OF_FOLD, _ranked(development, risk, seed), ())
    booster = fit(matrix, development.label, candidate, seed, development.weight)
    later = margins(booster, encoder.encode_frame(data.later.frame))
    return InputsTried(
        LATER_TIME, _ranked(data.later, later, seed), _periods(data.later, later, seed)
    )


def _evaluated(
    data: TrainingSet,
    risk: np.ndarray,
    measured_on: str,
    schema: WorkforceSchema,
    bands: Bands,
    seed: int,
) -> Evaluation:
    policy = schema.policy
    return evaluate(
        data.label,
        risk,
        data.person,
        measured_on=measured_on,
        precision=policy.precision if isinstance(policy, RecallAtPrecision) else DEFAULT_PRECISION,
        alert_from=bands.high,
        rng=np.random.default_rng(seed),
    )


def _ranked(data: TrainingSet, risk: np.ndarray, seed: int) -> Estimate:
    return roc_auc_estimate(data.label, risk, data.person, np.random.default_rng(seed))


def _periods(later: TrainingSet, risk: np.ndarray, seed: int) -> tuple[Period, ...]:
    years = later.frame.select(pl.col(EVENT_TIME).dt.year()).to_series().to_numpy()
    found = []
    for year in np.unique(years):
        rows = later.take(years == year)
        if 0 < rows.positives < len(rows):
            ranked = _ranked(rows, risk[years == year], seed)
            found.append(Period(str(year), len(rows), rows.positives, ranked))
    return tuple(found)

"""From labelled snapshots to a calibrated, evaluated model."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
import xgboost as xgb

from stayline.domain.alert_policy import Bands, RecallAtPrecision
from stayline.domain.workforce_schema import Column, WorkforceSchema
from stayline.modelling.calibration import Calibration, cross_fitted, fit_calibration
from stayline.modelling.dataset import TrainingData, TrainingSet
from stayline.modelling.encoding import InputEncoder, Matrix
from stayline.modelling.evaluation import Estimate, Evaluation, evaluate, roc_auc_estimate
from stayline.modelling.search import AT_ONCE, Candidate, Search, fit, folds, margins, search
from stayline.modelling.thresholds import bands_for
from stayline.ports.feature_store import EVENT_TIME

DEFAULT_PRECISION = 0.42
OUT_OF_FOLD = "out-of-fold"
LATER_TIME = "later time"
_REPEATS = 5
_FEW_ROWS = 10_000
_OTHER_FOLDS = 1_000

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many parts of it are done, and of how many."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How long and from which seed to search."""

    seed: int = 0
    trials: int = 16
    time_limit_s: float = 30.0


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions for rows the model did not see: each array is (repeats, n)."""

    margin: np.ndarray
    fold: np.ndarray

    def risk(self, label: np.ndarray, kind: str) -> np.ndarray:
        """Return risks where each fold is calibrated, in that way, on the other folds."""
        return np.array(
            [
                cross_fitted(row, label, parts, kind)
                for row, parts in zip(self.margin, self.fold, strict=True)
            ]
        )


@dataclass(frozen=True, slots=True)
class Period:
    """How the model ranks in one year of later rows."""

    period: str
    n: int
    positives: int
    roc_auc: Estimate


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Everything a package needs, and the evidence for it."""

    booster: xgb.Booster
    encoder: InputEncoder
    calibration: Calibration
    bands: Bands
    search: Search
    evaluations: tuple[Evaluation, ...]
    periods: tuple[Period, ...]
    options: TrainingOptions
    rows: int
    positives: int


def train(
    data: TrainingData,
    schema: WorkforceSchema,
    *,
    options: TrainingOptions,
    progress: Progress = lambda what, done, total: None,
) -> TrainedModel:
    """Return a model: searched, fitted, calibrated, with its bands and its figures.

    Calibration and bands come from out-of-fold predictions, never from later rows. The same data
    and seed give the same bytes, unless the time limit cut the search short (``search.ended_by``).
    """
    development = data.development
    encoder = InputEncoder.fit(schema.model_inputs, development.frame)
    matrix = encoder.encode_frame(development.frame)
    found = search(
        matrix,
        development,
        trials=options.trials,
        time_limit_s=options.time_limit_s,
        seed=options.seed,
        progress=lambda done, total: progress("searching", done, total),
    )
    unseen = out_of_fold(matrix, development, found.chosen, options.seed)
    calibration = fit_calibration(unseen.margin, development.label, unseen.fold)
    unseen_risk = unseen.risk(development.label, calibration.kind)
    bands = bands_for(
        schema.policy, np.tile(development.label, len(unseen_risk)), unseen_risk.ravel()
    )
    progress("fitting", 0, 1)
    booster = fit(matrix, development.label, found.chosen, options.seed)
    progress("evaluating", 0, 1)
    evaluated = partial(_evaluated, schema=schema, bands=bands, seed=options.seed)
    evaluations = [evaluated(development, unseen_risk, OUT_OF_FOLD)]
    periods: tuple[Period, ...] = ()
    if data.later is not None:
        risk = calibration(margins(booster, encoder.encode_frame(data.later.frame)))
        if 0 < data.later.positives < len(data.later):
            evaluations.append(evaluated(data.later, risk, LATER_TIME))
        periods = _periods(data.later, risk, options.seed)
    return TrainedModel(
        booster, encoder, calibration, bands, found, tuple(evaluations), periods, options,
        len(development), development.positives,
    )  # fmt: skip


def out_of_fold(matrix: Matrix, data: TrainingSet, candidate: Candidate, seed: int) -> OutOfFold:
    """Return margins from five folds: five times over for a small cross-section, else once.

    The folds are other ones than those of the search.
    """
    repeats = 1 if data.is_panel or len(data) > _FEW_ROWS else _REPEATS
    margin, fold = (np.empty((repeats, len(data))) for _ in range(2))

    def fill(repeat: int, number: int, train_rows: np.ndarray, held: np.ndarray) -> None:
        booster = fit(matrix[train_rows], data.label[train_rows], candidate, seed)
        margin[repeat, held] = margins(booster, matrix[held])
        fold[repeat, held] = number

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [
            pool.submit(fill, repeat, number, train_rows, held)
            for repeat in range(repeats)
            for number, (train_rows, held) in enumerate(
                folds(data, 5, seed + _OTHER_FOLDS + repeat)
            )
        ]
        for one in running:
            one.result()
    return OutOfFold(margin, fold)


@dataclass(frozen=True, slots=True)
class InputsTried:
    """How one choice of inputs ranks: on later time per period and overall, else out of fold."""

    measured_on: str
    roc_auc: Estimate
    periods: tuple[Period, ...]


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
        risk = unseen.risk(development.label, "platt")
        return InputsTried(OUT_OF_FOLD, _ranked(development, risk, seed), ())
    booster = fit(matrix, development.label, candidate, seed)
    later = margins(booster, encoder.encode_frame(data.later.frame))
    return InputsTried(
        LATER_TIME, _ranked(data.later, later, seed), _periods(data.later, later, seed)
    )


def _evaluated(
    data: TrainingSet,
    risk: np.ndarray,
    measured_on: str,
    *,
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

"""From labelled snapshots to a calibrated model with its bands."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from stayline.domain.alert_policy import Bands
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.modelling.calibration import Calibration
from stayline.modelling.calibration_fit import cross_fitted, fit_calibration
from stayline.modelling.dataset import TrainingSet, label_known_at
from stayline.modelling.encoding import InputEncoder, Matrix
from stayline.modelling.fitting import EVERY_ROW, Fit, Fitting, fitting_here
from stayline.modelling.forest import Forest
from stayline.modelling.search import AT_ONCE, Candidate, Search, folds, margins, search
from stayline.modelling.thresholds import bands_for
from stayline.ports.feature_store import EVENT_TIME

if TYPE_CHECKING:
    import xgboost as xgb

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
    time_limit_s: float = 300.0


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Predictions for rows the model did not see: each array is (repeats, n)."""

    margin: np.ndarray
    fold: np.ndarray

    def risk(self, label: np.ndarray, kind: str, weight: np.ndarray | None = None) -> np.ndarray:
        """Return risks where each fold is calibrated, in that way, on the other folds."""
        return np.array(
            [
                cross_fitted(row, label, parts, kind, weight)
                for row, parts in zip(self.margin, self.fold, strict=True)
            ]
        )


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A fitted model, and what it says of the rows it learned from without having seen them.

    ``unseen_risk`` is (repeats, n), out of fold. ``until`` is the last instant that its labels look
    into: rows after it are news to the model.
    """

    booster: "xgb.Booster"
    encoder: InputEncoder
    calibration: Calibration
    bands: Bands
    search: Search
    unseen_risk: np.ndarray
    options: TrainingOptions
    rows: int
    positives: int
    until: datetime

    def risk(self, rows: TrainingSet) -> np.ndarray:
        """Return the calibrated risk (n,) of other rows."""
        forest = Forest(bytes(self.booster.save_raw("ubj")), self.encoder.owners)
        return self.calibration(forest.margins(self.encoder.encode_frame(rows.frame)))


def train(
    development: TrainingSet,
    schema: WorkforceSchema,
    *,
    options: TrainingOptions,
    progress: Progress = lambda what, done, total: None,
    fitting: Fitting = fitting_here,
) -> TrainedModel:
    """Return a model: searched, fitted, calibrated, with its bands.

    Calibration and bands come from out-of-fold predictions. The same data and seed give the same
    bytes, unless the time limit cut the search short (``search.ended_by``), or ``fitting`` puts the
    rows on several machines: then they give an equally good model.
    """
    encoder = InputEncoder.fit(schema.model_inputs, development.frame)
    found = search(
        encoder.encode_frame(development.frame),
        development,
        trials=options.trials,
        time_limit_s=options.time_limit_s,
        seed=options.seed,
        progress=lambda done, total: progress("searching", done, total),
    )
    return retrain(development, schema, found, options=options, progress=progress, fitting=fitting)


def retrain(
    development: TrainingSet,
    schema: WorkforceSchema,
    found: Search,
    *,
    options: TrainingOptions,
    progress: Progress = lambda what, done, total: None,
    fitting: Fitting = fitting_here,
) -> TrainedModel:
    """Return a model of the candidate that a search chose, on these or on other rows."""
    candidate, seed = found.chosen, options.seed
    encoder = InputEncoder.fit(schema.model_inputs, development.frame)
    matrix = encoder.encode_frame(development.frame)
    progress("predicting out of fold", 0, 1)
    fit = fitting(matrix, development, candidate, seed)
    unseen = out_of_fold(matrix, development, candidate, seed, fit)
    label, weight = development.label, development.weight
    calibration = fit_calibration(unseen.margin, label, unseen.fold, weight)
    unseen_risk = unseen.risk(label, calibration.kind, weight)
    repeats = len(unseen_risk)
    bands = bands_for(
        schema.policy,
        np.tile(label, repeats),
        unseen_risk.ravel(),
        None if weight is None else np.tile(weight, repeats),
    )
    progress("fitting", 0, 1)
    booster = fit(EVERY_ROW)
    return TrainedModel(
        booster, encoder, calibration, bands, found, unseen_risk, options,
        len(development), development.positives, _until(development, schema),
    )  # fmt: skip


def out_of_fold(
    matrix: Matrix,
    data: TrainingSet,
    candidate: Candidate,
    seed: int,
    fit: Fit | None = None,
) -> OutOfFold:
    """Return margins from five folds: five times over for a small cross-section, else once.

    The folds are other ones than those of the search. ``fit`` is what fits the candidate to some of
    these rows; without it, this process does.
    """
    repeats = 1 if data.is_panel or len(data) > _FEW_ROWS else _REPEATS
    margin, fold = (np.empty((repeats, len(data))) for _ in range(2))
    fit_rows = fit or fitting_here(matrix, data, candidate, seed)

    def fill(repeat: int, number: int, train_rows: np.ndarray, held: np.ndarray) -> None:
        margin[repeat, held] = margins(fit_rows(train_rows), matrix[held])
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


def _until(development: TrainingSet, schema: WorkforceSchema) -> datetime:
    known = label_known_at(development.frame.get_column(EVENT_TIME), schema).max()
    assert isinstance(known, datetime)  # noqa: S101  (a column of instants with at least one row)
    return known

"""A short, seeded, time-bounded search for the trees, leaning towards the simpler model.

The libraries of training are loaded where they are used, since whoever only names options or reads
a report comes by here, too; they take seconds to load.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from stayline.modelling.dataset import TrainingSet
from stayline.modelling.encoding import Matrix

if TYPE_CHECKING:
    import optuna
    import xgboost as xgb

AT_ONCE = 2
"""How many fits run side by side. Each takes one thread: two threads inside one fit wait for each
other, and come to a crawl where something else is running."""
MOST_ROUNDS = 1500
PATIENCE = 100
MOST_BINS = 64
MOST_SEARCH_ROWS = 10_000
FEW_ROWS = 5_000
SLOW, FAST = (0.03, 0.08), (0.08, 0.3)
"""Learning rates to try: slow ones for small data, which cost much and gain little on large."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One set of tree parameters, its best round, and its log loss on the inner folds there."""

    parameters: dict[str, float]
    rounds: int
    loss: float
    standard_error: float

    @property
    def depth(self) -> int:
        """The depth of its trees; 1 is an additive model."""
        return int(self.parameters["max_depth"])


@dataclass(frozen=True, slots=True)
class Search:
    """What was tried and what was chosen; ``ended_by`` is ``trials`` or ``time``."""

    chosen: Candidate
    best: Candidate
    candidates: tuple[Candidate, ...] = field(repr=False)
    ended_by: str = "trials"
    seconds: float = 0.0


def folds(data: TrainingSet, count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (train, held) positions: stratified, and grouped by person for a panel."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if data.is_panel:
        splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
        return list(splitter.split(data.label, data.label, data.person))
    plain = StratifiedKFold(count, shuffle=True, random_state=seed)
    return list(plain.split(data.label, data.label))


def search(
    matrix: Matrix,
    data: TrainingSet,
    *,
    trials: int,
    time_limit_s: float,
    seed: int,
    progress: Callable[[int, int], None],
) -> Search:
    """Return the chosen parameters and the evidence.

    Four fixed starts (depth 1 to 4), then Optuna's seeded sampler; each candidate is tried on inner
    folds with early stopping on their mean log loss. Chosen is the shallowest whose loss is within
    one standard error of the best. Large data is searched on a seeded sample of people.
    """
    import optuna

    sample = _sample(data, seed)
    matrix, data = matrix[sample], data.take(sample)
    repeats = 2 if len(data) <= FEW_ROWS else 1
    parts = [part for repeat in range(repeats) for part in folds(data, 5, seed + repeat)]
    rows = _dmatrix(matrix, data.label, data.weight)
    rates = SLOW if len(data) <= FEW_ROWS else FAST
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=4))
    for depth in (1, 2, 3, 4):
        study.enqueue_trial(_start(depth, rates))
    tried: list[Candidate] = []
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while len(tried) < trials and (not tried or time.monotonic() - started < time_limit_s):
            asked = [study.ask() for _ in range(min(AT_ONCE, trials - len(tried)))]
            suggested = [_suggest(trial, rates) for trial in asked]
            found = list(pool.map(lambda p: _try(p, rows, parts, seed), suggested))
            for trial, candidate in zip(asked, found, strict=True):
                study.tell(trial, candidate.loss)
            tried += found
            progress(len(tried), trials)
    return Search(
        chosen=one_standard_error(tried),
        best=min(tried, key=lambda c: c.loss),
        candidates=tuple(tried),
        ended_by="trials" if len(tried) == trials else "time",
        seconds=time.monotonic() - started,
    )


def one_standard_error(tried: list[Candidate]) -> Candidate:
    """Return the shallowest candidate within one standard error of the best one's loss.

    Among equally shallow ones the one with the least loss.
    """
    best = min(tried, key=lambda c: c.loss)
    close = [c for c in tried if c.loss <= best.loss + best.standard_error]
    return min(close, key=lambda c: (c.depth, c.loss))


def fit(
    matrix: Matrix,
    label: np.ndarray,
    candidate: Candidate,
    seed: int,
    weight: np.ndarray | None = None,
) -> "xgb.Booster":
    """Return the trees of a candidate, with as many rounds as its search found best."""
    import xgboost as xgb

    parameters = tree_parameters(candidate.parameters, seed)
    return xgb.train(parameters, _dmatrix(matrix, label, weight), candidate.rounds)


def margins(booster: "xgb.Booster", matrix: Matrix) -> np.ndarray:
    """Return the margin (log-odds before calibration) of each row, in float64."""
    import xgboost as xgb

    return np.asarray(booster.predict(xgb.DMatrix(matrix), output_margin=True), dtype=np.float64)


def tree_parameters(parameters: dict[str, float], seed: int) -> dict[str, Any]:
    """Return what XGBoost is told for the parameters of a candidate."""
    return {
        **parameters,
        "max_depth": int(parameters["max_depth"]),
        "objective": "binary:logistic",
        "eval_metric": "logloss",
        "tree_method": "hist",
        "max_bin": MOST_BINS,
        "nthread": 1,
        "seed": seed,
    }


def _start(depth: int, rates: tuple[float, float]) -> dict[str, float]:
    """Return a sound set of parameters to begin with."""
    return {
        "max_depth": depth,
        "eta": sum(rates) / 2,
        "subsample": 0.5,
        "colsample_bytree": 0.5,
        "min_child_weight": 5.0,
        "reg_lambda": 5.0,
    }


def _suggest(trial: "optuna.Trial", rates: tuple[float, float]) -> dict[str, float]:
    return {
        "max_depth": trial.suggest_int("max_depth", 1, 4),
        "eta": trial.suggest_float("eta", *rates, log=True),
        "subsample": trial.suggest_float("subsample", 0.4, 0.8),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.2, 0.8),
        "min_child_weight": trial.suggest_float("min_child_weight", 2.0, 20.0, log=True),
        "reg_lambda": trial.suggest_float("reg_lambda", 1.0, 10.0, log=True),
    }


def _try(
    parameters: dict[str, float],
    rows: "xgb.DMatrix",
    parts: list[tuple[np.ndarray, np.ndarray]],
    seed: int,
) -> Candidate:
    import xgboost as xgb

    found = xgb.cv(
        tree_parameters(parameters, seed),
        rows,
        MOST_ROUNDS,
        folds=parts,
        early_stopping_rounds=PATIENCE,
        as_pandas=False,
        seed=seed,
    )
    curve = cast("dict[str, list[float]]", found)  # what it returns, unlike what it declares
    rounds = len(curve["test-logloss-mean"])
    spread = curve["test-logloss-std"][-1] / np.sqrt(len(parts) - 1)
    return Candidate(parameters, rounds, float(curve["test-logloss-mean"][-1]), float(spread))


def _dmatrix(matrix: Matrix, label: np.ndarray, weight: np.ndarray | None) -> "xgb.DMatrix":
    import xgboost as xgb

    return xgb.DMatrix(matrix, label, weight=weight, nthread=1)


def _sample(data: TrainingSet, seed: int) -> np.ndarray:
    """Return the rows of a seeded sample of people, all rows when there are few enough."""
    people = np.unique(data.person)
    share = MOST_SEARCH_ROWS / len(data)
    if share >= 1:
        return np.arange(len(data))
    rng = np.random.default_rng(seed)
    chosen = rng.choice(people, size=max(1, round(share * len(people))), replace=False)
    return np.flatnonzero(np.isin(data.person, chosen))

"""Proof, for one package, that our evaluator says what XGBoost says."""

from dataclasses import dataclass

import numpy as np

from stayline.domain.workforce_schema import Kind
from stayline.errors import PackageRefused
from stayline.formats.model_archive import ModelArchive
from stayline.modelling.calibration import Calibration
from stayline.modelling.encoding import InputEncoder, Matrix
from stayline.modelling.explanation import Baseline, column_contributions
from stayline.modelling.forest import Forest
from stayline.modelling.row_encoding import LARGEST
from stayline.modelling.trees import read_trees
from stayline.modelling.unpacking import unpacked

MOST_RISK = 1e-6
MOST_CONTRIBUTION = 1e-5
RANDOM_ROWS = 1200
EXPLAINED_ROWS = 200
_SEED = 20


@dataclass(frozen=True, slots=True)
class EqualityReport:
    """The largest differences found over so many rows, in probability."""

    rows: int
    risk: float
    contribution: float

    def insist(self) -> None:
        """Raise `PackageRefused` where they are more than rounding."""
        for name, found, most in (
            ("risk", self.risk, MOST_RISK),
            ("contribution", self.contribution, MOST_CONTRIBUTION),
        ):
            if not found <= most:
                raise PackageRefused(
                    f"its {name} differs from XGBoost's by up to {found:.2g}, at most {most:.0e} "
                    f"is rounding ({self.rows:,} rows)."
                )


def check_equality(archive: ModelArchive) -> EqualityReport:
    """Return how far our risks and contributions are from XGBoost's; raises `PackageRefused`.

    Compared are random rows and every edge: each threshold exactly and one float beside it, each
    input missing, all missing, unseen categories, the largest numbers. XGBoost adds its trees up in
    float32, which alone costs up to 6e-7 in risk (1,500 trees of depth 4); its trees are therefore
    asked one at a time and added up here, and then they agree to 1e-15. Its contributions can only
    be had as float32.
    """
    encoder, calibration, _ = unpacked(archive.manifest)
    forest = Forest(archive.model, encoder.owners)
    rows = edge_rows(archive.model, encoder, np.random.default_rng(_SEED))
    report = differences(forest, archive.model, rows, encoder, calibration)
    report.insist()
    return report


def differences(
    forest: Forest, model: bytes, rows: Matrix, encoder: InputEncoder, calibration: Calibration
) -> EqualityReport:
    """Return the largest differences between a forest and XGBoost's reading of a model."""
    import xgboost as xgb

    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray(model))
    booster.set_param({"nthread": 1})
    without_base = xgb.DMatrix(rows, base_margin=np.zeros(len(rows), np.float32), nthread=1)
    margin = np.full(len(rows), read_trees(model).base_margin)
    for tree in range(booster.num_boosted_rounds()):
        margin += booster.predict(
            without_base, output_margin=True, iteration_range=(tree, tree + 1)
        )
    risk = calibration(margin)
    alone = np.array([forest.margin(row) for row in rows])
    together = forest.margins(rows)
    some = np.linspace(0, len(rows) - 1, min(EXPLAINED_ROWS, len(rows))).astype(int)
    shap = booster.predict(xgb.DMatrix(rows[some], nthread=1), pred_contribs=True)
    theirs = _told(
        float(shap[0, -1]), calibration, column_contributions(shap, encoder), margin[some]
    )
    found = forest.explained(rows[some])
    ours = _told(forest.bias, calibration, found.contributions, found.margin)
    return EqualityReport(
        rows=len(rows),
        risk=max(_largest(calibration(told) - risk) for told in (alone, together)),
        contribution=_largest(ours - theirs),
    )


def edge_rows(model: bytes, encoder: InputEncoder, rng: np.random.Generator) -> Matrix:
    """Return random encoded rows, and those where an evaluator is likeliest to go wrong."""
    trees = read_trees(model)
    splits = ~trees.is_leaf
    edges = [
        np.unique(trees.threshold[splits & (trees.column == column)])
        for column in range(trees.columns)
    ]
    most = max(len(some) for some in edges)
    random = _random_rows(RANDOM_ROWS, edges, encoder, rng)
    at_edges = [_random_rows(most, edges, encoder, rng) for _ in range(3)]
    for column, some in enumerate(edges):
        for rows, towards in zip(at_edges, (None, -np.inf, np.inf), strict=True):
            cells = some if towards is None else np.nextafter(some, np.float32(towards))
            rows[: len(some), column] = cells
    missing = _random_rows(len(encoder.inputs) + 1, edges, encoder, rng)
    missing[encoder.owners[None, :] == np.arange(len(missing))[:, None]] = np.nan
    missing[-1] = np.nan
    unseen = _random_rows(len(encoder.inputs), edges, encoder, rng)
    for place, item in enumerate(encoder.inputs):
        if item.kind is Kind.CATEGORY:
            unseen[place, encoder.owners == place] = 0.0
    extreme = _random_rows(2 * trees.columns + 2, edges, encoder, rng)
    for row, number in enumerate([LARGEST, -LARGEST] * trees.columns):
        extreme[row, row // 2] = number
    extreme[-2:] = [[LARGEST], [-LARGEST]]
    return np.concatenate([random, *at_edges, missing, unseen, extreme])


def _random_rows(
    count: int, edges: list[np.ndarray], encoder: InputEncoder, rng: np.random.Generator
) -> Matrix:
    """Return rows of cells around the edges, one category each, a tenth of all inputs missing."""
    rows = np.empty((count, len(edges)), dtype=np.float32)
    at = 0
    for item in encoder.inputs:
        own = slice(at, at + item.width)
        if item.kind is Kind.CATEGORY:
            rows[:, own] = rng.integers(0, item.width + 1, count)[:, None] == np.arange(item.width)
        else:
            around = edges[at] if len(edges[at]) else np.zeros(1, np.float32)
            rows[:, own] = (rng.choice(around, count) + rng.normal(size=count))[:, None]
        rows[rng.random(count) < 0.1, own] = np.nan
        at += item.width
    return rows


def _told(
    base: float, calibration: Calibration, contributions: np.ndarray, margin: np.ndarray
) -> np.ndarray:
    baseline = Baseline.of(base, calibration)
    return baseline.in_probability(contributions, margin, calibration(margin))[1]


def _largest(difference: np.ndarray) -> float:
    return float(np.abs(difference).max(initial=0.0))

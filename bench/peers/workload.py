"""The model, the people and the questions that every server gets; the same in every run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import xgboost as xgb
from bench.peers.columns import ASKED, FLAGS, LEVELS, NAMES, NUMBERS, ORDINALS, WORDS

TREES, DEPTH = 300, 4
PEOPLE, QUESTIONS, LEARNED_FROM = 2000, 500, 20_000
MODEL_NAME = "model.ubj"


@dataclass(frozen=True)
class Workload:
    """``stored`` are the people (PEOPLE, 30) as the model sees them, ``asked`` those of a question.

    A question changes five fields of one person: ``asked`` differs from ``stored`` in these.
    """

    booster: xgb.Booster
    stored: np.ndarray
    asked: np.ndarray

    @cached_property
    def risk(self) -> np.ndarray:
        """What the booster itself says to each question."""
        return np.asarray(self.booster.predict(xgb.DMatrix(self.asked.astype(np.float32))))

    def write_model(self, folder: Path) -> Path:
        """Leave the booster for whoever loads it."""
        path = folder / MODEL_NAME
        self.booster.save_model(path)
        return path

    def extract(self) -> pl.DataFrame:
        """Return the people as an HR extract; a tenth of them have left."""
        left = np.random.default_rng(5).random(PEOPLE) < 0.1
        frame = pl.DataFrame({"EmployeeNumber": [employee_id(n) for n in range(PEOPLE)]})
        columns = [pl.Series(name, self._words(i)) for i, name in enumerate(NAMES)]
        return frame.with_columns(*columns, pl.Series("Left", np.where(left, "Yes", "No")))

    def fields(self, question: int) -> Mapping[str, object]:
        """Return what a question to Stayline says: whom it is about, and the five fields."""
        row = dict(zip(NAMES, self.asked[question].tolist(), strict=True))
        given = {name: _worded(name, row[name]) for name in ASKED}
        return {"employee_id": employee_id(question), **given}

    def values(self, question: int) -> Sequence[float]:
        """Return what a question to a peer says: all 30 values, encoded."""
        return [float(value) for value in self.asked[question]]

    def _words(self, column: int) -> list[object]:
        return [_worded(NAMES[column], value) for value in self.stored[:, column].tolist()]


def make_workload() -> Workload:
    """Return the workload; equal in every run."""
    rng = np.random.default_rng(1)
    learned = _people(rng, LEARNED_FROM)
    booster = xgb.train(
        {
            "objective": "binary:logistic", "max_depth": DEPTH, "eta": 0.1, "nthread": 1,
            "min_child_weight": 0, "seed": 1,
        },
        xgb.DMatrix(learned, label=_left(learned, rng)),
        TREES,
    )  # fmt: skip
    stored = _people(rng, PEOPLE)
    asked = stored[:QUESTIONS].copy()
    changed = [NAMES.index(name) for name in ASKED]
    asked[:, changed] = _people(rng, QUESTIONS)[:, changed]
    return Workload(booster, stored, asked)


def employee_id(number: int) -> str:
    """Return the HR id of a person."""
    return f"E{number:05d}"


def _people(rng: np.random.Generator, count: int) -> np.ndarray:
    columns = [rng.uniform(low, high, count).round(2) for low, high in NUMBERS.values()]
    columns += [rng.integers(0, len(LEVELS), count).astype(float) for _ in ORDINALS]
    columns += [(rng.random(count) < 0.3).astype(float) for _ in FLAGS]
    return np.column_stack(columns)


def _left(people: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    scaled = (people - people.mean(axis=0)) / people.std(axis=0)
    weights = rng.normal(size=people.shape[1])
    margin = scaled @ weights / 2 + scaled[:, 0] * scaled[:, 4] - 2
    return (rng.random(len(people)) < 1 / (1 + np.exp(-margin))).astype(float)


def _worded(name: str, value: float) -> object:
    if name in ORDINALS:
        return LEVELS[int(value)]
    return WORDS[int(value)] if name in FLAGS else value

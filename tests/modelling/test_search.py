import numpy as np
import polars as pl
import pytest
import xgboost as xgb

from stayline.modelling.dataset import TrainingSet
from stayline.modelling.search import (
    AT_ONCE,
    MOST_SEARCH_ROWS,
    Candidate,
    _sample,
    fit,
    margins,
    one_standard_error,
    search,
)


def candidate(depth, loss, error=0.01):
    return Candidate({"max_depth": depth}, rounds=10, loss=loss, standard_error=error)


@pytest.mark.parametrize(
    ("tried", "chosen"),
    [
        ([candidate(4, 0.300), candidate(1, 0.309)], 1),
        ([candidate(4, 0.300), candidate(1, 0.311)], 0),
        ([candidate(4, 0.300), candidate(2, 0.305), candidate(3, 0.301)], 1),
        ([candidate(4, 0.300), candidate(2, 0.309), candidate(2, 0.302)], 2),
        ([candidate(2, 0.300), candidate(4, 0.300)], 0),
        # the error of the best one counts, not that of the one within it
        ([candidate(4, 0.300, error=0.001), candidate(1, 0.302, error=0.5)], 0),
    ],
)
def test_the_shallowest_within_one_standard_error_of_the_best_is_chosen(tried, chosen):
    assert one_standard_error(tried) is tried[chosen]


def rows_of(matrix, label, person=None):
    person = np.arange(len(label)) if person is None else person
    frame = pl.DataFrame({"row": range(len(label))})
    return TrainingSet(frame, label, person, is_panel=False)


def additive(rows=200):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(rows, 4)).astype(np.float32)
    label = (rng.random(rows) < 1 / (1 + np.exp(1 - matrix[:, :3].sum(axis=1)))).astype(np.int8)
    return matrix, rows_of(matrix, label)


def searched(trials, seed=0, time_limit_s=60.0):
    heard = []
    found = search(
        *additive(),
        trials=trials,
        time_limit_s=time_limit_s,
        seed=seed,
        progress=lambda done, total: heard.append((done, total)),
    )
    return found, heard


def test_the_search_starts_with_depths_one_to_four_and_is_the_same_each_time():
    found, heard = searched(trials=5)
    again, _ = searched(trials=5)
    assert [c.depth for c in found.candidates[:4]] == [1, 2, 3, 4]
    assert found.candidates == again.candidates
    assert found.chosen is one_standard_error(list(found.candidates))
    assert found.chosen.loss <= found.best.loss + found.best.standard_error
    assert found.chosen.depth == 1
    assert found.ended_by == "trials"
    assert heard == [(2, 5), (4, 5), (5, 5)]


def test_the_search_tries_one_pair_at_least_and_says_when_time_ended_it():
    found, _ = searched(trials=50, time_limit_s=0)
    assert len(found.candidates) == AT_ONCE
    assert found.ended_by == "time"


def test_the_fitted_trees_have_the_rounds_that_were_best():
    matrix, data = additive()
    found, _ = searched(trials=1)
    booster = fit(matrix, data.label, found.chosen, seed=0)
    assert booster.num_boosted_rounds() == found.chosen.rounds
    assert found.chosen.rounds < 1500
    said = 1 / (1 + np.exp(-margins(booster, matrix)))
    assert said == pytest.approx(booster.predict(xgb.DMatrix(matrix)), abs=1e-6)


def test_large_data_is_searched_on_whole_people():
    person = np.repeat(np.arange(5000), 10)
    label = np.zeros(len(person), dtype=np.int8)
    chosen = _sample(rows_of(None, label, person), seed=0)
    counts = np.bincount(person[chosen])
    assert set(counts.tolist()) <= {0, 10}
    assert len(chosen) == MOST_SEARCH_ROWS
    assert (chosen == _sample(rows_of(None, label, person), seed=0)).all()


def test_small_data_is_searched_whole():
    label = np.zeros(100, dtype=np.int8)
    assert (_sample(rows_of(None, label), seed=0) == np.arange(100)).all()

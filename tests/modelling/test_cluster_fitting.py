"""Trees fitted by workers, which are real processes, against those of one process."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, Future
from xgboost.core import XGBoostError

from dask_processes import DaskProcesses, dask_processes
from stayline.errors import ClusterUnavailable
from stayline.modelling.cluster_fitting import ClusterFitting
from stayline.modelling.comparison import Comparison, Scored, compare
from stayline.modelling.dataset import TrainingSet
from stayline.modelling.fitting import EVERY_ROW, fitting_here
from stayline.modelling.search import Candidate, margins
from stayline.modelling.training import TrainingOptions, retrain
from trained import Trained, panel_model

CHOSEN = Candidate(
    {
        "max_depth": 3, "eta": 0.1, "subsample": 0.5, "colsample_bytree": 0.5,
        "min_child_weight": 5.0, "reg_lambda": 5.0,
    },
    rounds=60, loss=0.0, standard_error=0.0,
)  # fmt: skip
LONG = replace(CHOSEN, rounds=1000, parameters={**CHOSEN.parameters, "eta": 0.01})
"""Some seconds of fitting, so that a worker can be killed in the middle of it."""


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path_factory.mktemp("machines"), workers=3) as started:
        yield started


@pytest.fixture(scope="module")
def client(machines: DaskProcesses) -> Iterator[Client]:
    with Client(machines.address) as connected:
        yield connected


@pytest.fixture(scope="module")
def panel() -> Trained:
    trained, _ = panel_model()
    assert trained.data.later is not None
    return trained


def rows_of(panel: Trained) -> tuple[np.ndarray, TrainingSet]:
    development = panel.data.development
    return panel.model.encoder.encode_frame(development.frame), development


def on_later_rows(panel: Trained, one: np.ndarray, other: np.ndarray) -> Comparison:
    later = panel.data.later
    return compare(
        later.label,
        later.person,
        Scored(one, panel.model.bands.high),
        Scored(other, panel.model.bands.high),
        np.random.default_rng(0),
        measured_on="later time",
    )


def as_good(panel: Trained, booster, candidate: Candidate) -> bool:
    """Whether a booster ranks later rows as well as that of one process does."""
    matrix, rows = rows_of(panel)
    here = fitting_here(matrix, rows, candidate, 0)(EVERY_ROW)
    later = panel.model.encoder.encode_frame(panel.data.later.frame)
    risks = [1 / (1 + np.exp(-margins(trees, later))) for trees in (booster, here)]
    difference = on_later_rows(panel, *risks).roc_auc.difference
    return difference.low <= 0 <= difference.high


def test_a_whole_training_on_workers_is_as_good_by_every_figure(client: Client, panel: Trained):
    found = replace(panel.model.search, chosen=CHOSEN)
    here, there = (
        retrain(
            panel.data.development, panel.schema, found,
            options=TrainingOptions(), fitting=fitting,
        )
        for fitting in (fitting_here, ClusterFitting(client))
    )  # fmt: skip
    assert there.booster.num_boosted_rounds() == CHOSEN.rounds
    assert bytes(there.booster.save_raw()) != bytes(here.booster.save_raw())
    found = on_later_rows(panel, there.risk(panel.data.later), here.risk(panel.data.later))
    for figure in (found.roc_auc, found.brier, found.calibration_error):
        assert figure.difference.low <= 0 <= figure.difference.high
    development = panel.data.development
    unseen = (model.unseen_risk[0] for model in (there, here))
    gap = np.mean([(risk - development.label) ** 2 for risk in unseen], axis=1)
    assert gap[0] == pytest.approx(gap[1], rel=0.01)


def test_a_weighted_row_counts_as_often_as_its_weight_says(client: Client, panel: Trained):
    matrix, rows = rows_of(panel)
    weight = np.where(rows.label == 1, 8.0, 1.0)
    weighted = replace(rows, weight=weight)
    booster = ClusterFitting(client)(matrix, weighted, CHOSEN, 0)(EVERY_ROW)
    risk = 1 / (1 + np.exp(-margins(booster, matrix)))
    mean = np.average(rows.label, weights=weight)
    assert np.average(risk, weights=weight) == pytest.approx(mean, rel=0.02)


def test_rows_left_out_of_a_fit_have_no_part_in_it(client: Client, panel: Trained):
    matrix, rows = rows_of(panel)
    learned = np.flatnonzero(np.arange(len(rows)) % 2 == 0)
    turned = replace(rows, label=np.where(np.arange(len(rows)) % 2, 1 - rows.label, rows.label))
    booster = ClusterFitting(client)(matrix, turned, CHOSEN, 0)(learned)
    assert as_good(panel, booster, CHOSEN)


def test_a_fault_of_the_fit_itself_is_told_after_the_first_try(
    machines: DaskProcesses, client: Client, panel: Trained
):
    matrix, rows = rows_of(panel)
    wrong = replace(CHOSEN, parameters={**CHOSEN.parameters, "subsample": 7.0})
    before = tries(machines)
    with pytest.raises(XGBoostError, match="subsample"):
        ClusterFitting(client)(matrix, rows, wrong, 0)(EVERY_ROW)
    assert tries(machines) == before + 1


def tries(machines: DaskProcesses) -> int:
    """Return how many fits were begun: XGBoost says of each who is the first of its workers."""
    return machines.said().count("got rank 0")


def test_a_fit_whose_worker_is_killed_in_the_middle_ends_with_as_good_a_model(
    tmp_path: Path, panel: Trained
):
    matrix, rows = rows_of(panel)
    with (
        dask_processes(tmp_path, workers=3, options=["--nanny"]) as machines,
        Client(machines.address) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        before = client.run(os.getpid)
        fit = ClusterFitting(client)(matrix, rows, LONG, 0)
        running = pool.submit(fit, EVERY_ROW)
        wait_until_all_train(client)
        os.kill(min(before.values()), signal.SIGKILL)
        assert not running.done()
        booster = running.result(timeout=300)
        assert min(before.values()) not in client.run(os.getpid).values()
    assert booster.num_boosted_rounds() == LONG.rounds
    assert as_good(panel, booster, LONG)


@pytest.mark.parametrize("rows_are_lost", [True, False])
def test_workers_that_never_come_back_from_a_fit_are_started_anew(
    tmp_path: Path, panel: Trained, rows_are_lost: bool
):
    matrix, rows = rows_of(panel)
    options = "--nanny", "--preload", str(Path(__file__).parents[1] / "hanging_worker.py")
    with (
        dask_processes(tmp_path, workers=3, options=options) as machines,
        Client(machines.address) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        before = client.run(os.getpid)
        fit = ClusterFitting(client)(matrix, rows, LONG, 0)
        running = pool.submit(fit, EVERY_ROW)
        wait_until_all_train(client)
        if not rows_are_lost:  # else Dask itself tells the fit
            there = [key for key, one in client.futures.items() if one.status == "finished"]
            client.replicate([Future(key, client) for key in there])
        os.kill(min(before.values()), signal.SIGKILL)
        assert not running.done()
        booster = running.result(timeout=300)
        assert set(before.values()).isdisjoint(client.run(os.getpid).values())
    assert booster.num_boosted_rounds() == LONG.rounds
    assert as_good(panel, booster, LONG)


def test_a_fit_without_any_worker_left_says_what_to_start(tmp_path: Path, panel: Trained):
    matrix, rows = rows_of(panel)
    with dask_processes(tmp_path) as machines, Client(machines.address) as client:
        fit = ClusterFitting(client, patience_s=1)(matrix, rows, CHOSEN, 0)
        for worker in machines.workers:
            worker.kill()
        with pytest.raises(ClusterUnavailable, match="dask worker"):
            fit(EVERY_ROW)


def wait_until_all_train(client: Client) -> None:
    """Wait until every worker is in the midst of fitting, which XGBoost calls ``fn`` there."""
    until = time.monotonic() + 120
    while not all(any(key.startswith("fn-") for key in keys) for keys in running(client)):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)


def running(client: Client) -> list[list[str]]:
    return [[str(key) for key in keys] for keys in client.processing().values()]

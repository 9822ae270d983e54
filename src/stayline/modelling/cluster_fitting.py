"""Trees fitted by the workers of a Dask cluster, each on its share of the rows.

XGBoost's workers fit every tree together and cannot do without one of them: when it is lost, all of
them fail. So a fit that lost a worker is begun anew by those that are left, with rows sent anew.
"""

import concurrent.futures
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

import dask.array as da
import numpy as np
import xgboost as xgb
from dask import delayed
from distributed import Client, Future, Worker
from xgboost import dask as dxgb

from stayline.errors import ClusterUnavailable, ClusterWorkFailed
from stayline.modelling.dataset import TrainingSet
from stayline.modelling.encoding import Matrix
from stayline.modelling.fitting import Fit, Rows
from stayline.modelling.search import MOST_BINS, Candidate, tree_parameters

ROWS_A_PART = 100_000
TRIES = 4
"""How often a fit is begun, each time after another worker was lost."""
_NOTICED_S = 5
"""Within so many seconds a scheduler, and the others, have noticed that a worker is gone."""
_LOOKED_EVERY_S = 0.5
PATIENCE_S = 60.0
"""How long workers may stay away altogether before a fit is given up."""

_Part = tuple[Matrix, np.ndarray, np.ndarray]
"""Encoded rows, labels, weights."""


class ClusterFitting:
    """Fits on the workers of a Dask client; given where `Fitting` is asked for.

    Histograms of the shares are added up, so the trees are those of all rows but for the order of
    sums, the quantiles that are put together, and which rows a round draws.
    """

    def __init__(self, client: Client, *, patience_s: float = PATIENCE_S) -> None:
        self._client = client
        self._patience_s = patience_s

    def __call__(self, matrix: Matrix, data: TrainingSet, candidate: Candidate, seed: int) -> Fit:
        """Return what fits the candidate to some of the rows."""
        parameters = tree_parameters(candidate.parameters, seed)
        del parameters["nthread"]  # each worker uses the threads that it was started with
        return _ClusterFit(
            self._client, matrix, data, parameters, candidate.rounds, self._patience_s
        ).fit


@dataclass(frozen=True, slots=True)
class _Sent:
    """The workers who got rows, and which rows each future stands for."""

    workers: set[str]
    parts: list[tuple[slice, Future]]


class _ClusterFit:
    """Keeps the rows on the workers, for one fit after the other."""

    def __init__(
        self,
        client: Client,
        matrix: Matrix,
        data: TrainingSet,
        parameters: dict[str, Any],
        rounds: int,
        patience_s: float,
    ) -> None:
        self._client = client
        self._matrix = matrix
        self._label = data.label.astype(np.float32)
        self._weight = data.weight
        self._parameters = parameters
        self._rounds = rounds
        self._patience_s = patience_s
        self._sent: _Sent | None = None
        self._one_at_a_time = Lock()

    def fit(self, rows: Rows) -> xgb.Booster:
        """Return the trees; raises `ClusterUnavailable` and `ClusterWorkFailed`."""
        with self._one_at_a_time:
            for _ in range(TRIES):
                workers = self._workers()
                try:
                    sent = self._there(workers)
                    return self._while_all_are_there(workers, partial(self._fitted, rows, sent))
                except Exception:  # whatever the others meet with when one of them is gone
                    if not self._has_lost_one_of(workers):
                        raise
                self._free_workers()
        told = f"workers were lost in each of {TRIES} tries"
        raise ClusterWorkFailed("the fit of the trees", told)

    def _workers(self) -> set[str]:
        """Return the workers that there are; waits for one where there is none just now."""
        until = monotonic() + self._patience_s
        while not (found := set(self._client.nthreads())):
            if monotonic() > until:
                address = self._client.scheduler.address
                raise ClusterUnavailable(address, "it has had no worker for a while")
            sleep(0.1)
        return found

    def _there(self, workers: set[str]) -> _Sent:
        """Return where the rows are; they are sent anew when a worker who had some is gone."""
        if self._sent is None or not self._sent.workers <= workers:
            self._sent = None  # what is left of it makes room first
            self._sent = _Sent(workers, self._scattered(len(workers)))
        return self._sent

    def _while_all_are_there(
        self, workers: set[str], fit: Callable[[], xgb.Booster]
    ) -> xgb.Booster:
        """Return what ``fit`` does, unless it goes on waiting for a worker that is lost.

        That one's part needs a worker that is free to learn that it cannot be made up for.
        """
        found: concurrent.futures.Future[xgb.Booster] = concurrent.futures.Future()

        def run() -> None:
            try:
                found.set_result(fit())
            except Exception as error:
                found.set_exception(error)

        Thread(target=run, name="stayline-fit", daemon=True).start()
        while not concurrent.futures.wait([found], _LOOKED_EVERY_S).done:
            if self._lost(workers) and not concurrent.futures.wait([found], _NOTICED_S).done:
                raise ClusterWorkFailed("the fit of the trees", "a worker was lost")
        return found.result()

    def _free_workers(self) -> None:
        """End the processes of workers that cannot leave a failed fit; nannies start them anew.

        A worker of XGBoost 3.2 that fails while it begins to wait for the others waits forever, and
        others for it. No further fit would ever begin there, and no thread can be stopped.
        """
        self._sent = None
        until = monotonic() + _NOTICED_S
        while hanging := self._busy():
            sleep(_LOOKED_EVERY_S)
            if monotonic() > until:
                self._client.run(os._exit, 1, workers=list(hanging), on_error="ignore")
                self._has_lost_one_of(hanging)  # which the scheduler notices in a moment
                return

    def _busy(self) -> set[str]:
        told = self._client.run(_is_busy, on_error="ignore")  # one that is lost meanwhile is not
        return {address for address, is_busy in told.items() if is_busy}

    def _lost(self, workers: set[str]) -> bool:
        return not workers <= set(self._client.nthreads())

    def _has_lost_one_of(self, workers: set[str]) -> bool:
        until = monotonic() + _NOTICED_S
        while not self._lost(workers):
            if monotonic() > until:
                return False
            sleep(0.1)
        return True

    def _fitted(self, rows: Rows, sent: _Sent) -> xgb.Booster:
        data, label, weight = self._taken(rows, sent)
        told = dxgb.DaskQuantileDMatrix(
            self._client,
            data,
            label,
            weight=None if self._weight is None else weight,
            max_bin=MOST_BINS,
        )
        fitted = dxgb.train(self._client, self._parameters, told, self._rounds, verbose_eval=False)
        booster: xgb.Booster = fitted["booster"]
        return booster

    def _scattered(self, workers: int) -> list[tuple[slice, Future]]:
        """Send every row to a worker, past the scheduler."""
        count = len(self._matrix)
        size = min(ROWS_A_PART, math.ceil(count / workers))
        slices = [slice(start, min(start + size, count)) for start in range(0, count, size)]
        parts = [self._part(rows) for rows in slices]
        return list(zip(slices, self._client.scatter(parts, direct=True, hash=False), strict=True))

    def _part(self, rows: slice) -> _Part:
        label = self._label[rows]
        weight = np.ones_like(label) if self._weight is None else self._weight[rows]
        return self._matrix[rows], label, weight.astype(np.float32)

    def _taken(self, rows: Rows, sent: _Sent) -> list[da.Array]:
        """Return the encoded rows, labels and weights of some rows, where these are."""
        chosen = np.zeros(len(self._matrix), dtype=bool)
        chosen[rows] = True
        columns: tuple[list[da.Array], ...] = ([], [], [])
        for of_part, future in sent.parts:
            mask = chosen[of_part]
            count = int(mask.sum())
            if not count:
                continue
            shapes = (count, self._matrix.shape[1]), (count,), (count,)
            for number, (column, shape) in enumerate(zip(columns, shapes, strict=True)):
                taken = delayed(_taken)(future, number, mask)
                column.append(da.from_delayed(taken, shape, np.float32))
        return [da.concatenate(parts) for parts in columns]


def _is_busy(dask_worker: Worker) -> bool:
    return bool(dask_worker.state.executing)


def _taken(part: _Part, number: int, mask: np.ndarray) -> np.ndarray:
    return np.asarray(part[number][mask])

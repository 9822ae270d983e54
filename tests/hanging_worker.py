"""Loaded by a worker of Dask before it begins: a fit that fails there never comes back.

So XGBoost behaves now and then by itself, when a worker is lost at the wrong moment.
"""

import threading

import xgboost as xgb


def dask_setup(_worker: object) -> None:
    """Have this worker hang where it would fail."""
    update = xgb.Booster.update

    def update_or_hang(booster: xgb.Booster, *given: object, **named: object) -> None:
        try:
            update(booster, *given, **named)
        except xgb.core.XGBoostError:
            threading.Event().wait()

    xgb.Booster.update = update_or_hang

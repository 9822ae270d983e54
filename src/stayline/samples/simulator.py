"""A monthly panel of a made-up workforce, with the true risk of every row known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from stayline.samples.hazards import INVOLUNTARY, path_risk, voluntary_hazard
from stayline.samples.population import State, joined, move_on, newcomers

HORIZON_MONTHS = 6
"""The horizon of the preset ``monthly-panel``, for which the true risks are given."""
FIRST_MONTH = date(2022, 1, 1)
JOINING_A_MONTH = 0.013
DRIFT_FROM = 0.6
_STILL_HERE = np.iinfo(np.int64).max
_LEAK_MONTHS = 2


@dataclass(frozen=True, slots=True)
class Plant:
    """What to hide in the data, so that a check can be shown to find it."""

    drift: bool = False
    leak: bool = False
    disparity: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the extract, and the true risks of those rows that have one."""

    extract: pl.DataFrame
    truth: pl.DataFrame


def simulate_months(
    employees: int,
    months: int,
    seed: int,
    plant: Plant,
    progress: Callable[[int, int | None], None],
) -> "list[Month]":
    """Return the panel month by month; the same arguments give the same rows.

    Everyone's potential path, as if they stayed, is drawn first, ``HORIZON_MONTHS`` beyond the last
    month; the leaving is drawn from the hazards along it. A person has one row on the first of each
    month; who leaves during a month has a last row on the next first, with LastDay and
    LeavingReason.
    """
    rng = np.random.default_rng(seed)
    state = newcomers(employees, first_number=1, are_joining=False, rng=rng)
    starts = np.zeros(employees, dtype=np.int64)
    snapshots: list[State] = []
    hazards: list[np.ndarray] = []
    for month in range(months + HORIZON_MONTHS):
        if month:
            move_on(state, month, rng)
            fresh = rng.poisson(employees * JOINING_A_MONTH)
            number = len(starts) + 1
            state = joined(state, newcomers(fresh, first_number=number, are_joining=True, rng=rng))
            starts = np.concatenate([starts, np.full(fresh, month)])
        drifted = plant.drift and month >= DRIFT_FROM * months
        hazards.append(voluntary_hazard(state, has_drifted=drifted, has_disparity=plant.disparity))
        if month < months:
            snapshots.append(_drifted(dict(state)) if drifted else dict(state))
        progress(month + 1, 2 * months + HORIZON_MONTHS)
    padded = np.zeros((len(starts), len(hazards)))
    for month, hazard in enumerate(hazards):
        padded[: len(hazard), month] = hazard
    leaves_in, voluntarily = _leaving(padded, starts, rng)
    days = rng.integers(2, 28, len(starts))
    risk = path_risk(padded, HORIZON_MONTHS)
    written = []
    for month, snapshot in enumerate(snapshots):
        written.append(
            _month(
                month, snapshot, starts, leaves_in, voluntarily, days, risk[:, month], plant, rng
            )
        )
        snapshots[month] = {}
        progress(months + HORIZON_MONTHS + month + 1, 2 * months + HORIZON_MONTHS)
    return written


def _leaving(
    hazard: np.ndarray, starts: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the month in which each person leaves (or never), and whether it is voluntary."""
    luck = rng.random(hazard.shape)
    present = np.arange(hazard.shape[1])[None, :] >= starts[:, None]
    resigns = (luck < hazard) & present
    goes = (luck < hazard + (1 - hazard) * INVOLUNTARY) & present
    first = goes.argmax(axis=1)
    leaves_in = np.where(goes.any(axis=1), first, _STILL_HERE)
    return leaves_in, resigns[np.arange(len(first)), first]


def _month(
    month: int,
    state: State,
    starts: np.ndarray,
    leaves_in: np.ndarray,
    voluntarily: np.ndarray,
    days: np.ndarray,
    risk: np.ndarray,
    plant: Plant,
    rng: np.random.Generator,
) -> Month:
    count = len(state["EmployeeNumber"])
    starts, leaves_in, voluntarily = starts[:count], leaves_in[:count], voluntarily[:count]
    has_gone = leaves_in == month - 1
    here = (starts <= month) & (leaves_in >= month - 1)
    last_month = _first_of(month - 1)
    last_day = [last_month + timedelta(days=int(day) - 1) for day in days[:count][here]]
    gone = pl.Series(has_gone[here])
    left = pl.DataFrame(
        {
            "LastDay": pl.Series(last_day, dtype=pl.Date),
            "LeavingReason": np.where(voluntarily[here], "Resignation", "Dismissal"),
        }
    ).select(pl.when(gone).then(pl.col(name)).alias(name) for name in ("LastDay", "LeavingReason"))
    extract = pl.concat([_columns(state, here, month), left], how="horizontal")
    if plant.leak:
        leaves_soon = (leaves_in - month < _LEAK_MONTHS)[here]
        shown = rng.random(len(leaves_soon)) < np.where(leaves_soon, 0.9, 0.01)
        score = pl.Series("HandoverScore", rng.integers(1, 11, len(shown)))
        extract = extract.with_columns(pl.when(pl.Series(shown)).then(score).alias(score.name))
    employed = here & ~has_gone
    truth = pl.DataFrame(
        {
            "EmployeeNumber": state["EmployeeNumber"][employed],
            "SnapshotDate": pl.Series([_first_of(month)], dtype=pl.Date).new_from_index(
                0, int(employed.sum())
            ),
            "true_risk": risk[:count][employed],
        }
    )
    return Month(extract, truth)


def _columns(state: State, here: np.ndarray, month: int) -> pl.DataFrame:
    """Return the recorded columns, in the order of the preset."""
    shown = {name: values[here] for name, values in state.items() if not name.startswith("_")}
    years = {
        "Age": "_age",
        "TotalWorkingYears": "_working",
        "YearsAtCompany": "_company",
        "YearsInCurrentRole": "_role",
        "YearsSinceLastPromotion": "_promotion",
        "YearsWithCurrManager": "_manager",
    }
    shown |= {name: state[clock][here] // 12 for name, clock in years.items()}
    shown["MonthlyIncome"] = shown["MonthlyIncome"].astype(np.int64)
    frame = pl.DataFrame(shown).with_columns(SnapshotDate=pl.lit(_first_of(month)))
    front = ["EmployeeNumber", "EmployeeName", "ManagerNumber", "SnapshotDate"]
    return frame.select(*front, pl.exclude(front))


def _drifted(state: State) -> State:
    """Return the state as recorded after a pay round that the model never saw."""
    return state | {"MonthlyIncome": np.round(state["MonthlyIncome"] * 1.25)}


def _first_of(month: int) -> date:
    index = FIRST_MONTH.year * 12 + FIRST_MONTH.month - 1 + month
    return date(index // 12, index % 12 + 1, 1)

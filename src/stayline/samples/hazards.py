"""The known monthly chance of leaving, and the true risk that follows from it."""

import numpy as np

from stayline.samples.population import INCOME_OF_LEVEL, State

INVOLUNTARY = 0.002
_BASE = -6.15


def voluntary_hazard(state: State, *, has_drifted: bool, has_disparity: bool) -> np.ndarray:
    """Return each person's chance of resigning in the coming month.

    A logistic function of working conditions alone, never of age, gender or marital status, unless
    ``has_disparity`` plants a group (women) whose leaving the recorded columns hardly explain.
    ``has_drifted`` doubles what overtime does and weakens what pay does.
    """
    pay = state["MonthlyIncome"] / INCOME_OF_LEVEL[state["JobLevel"]]
    works_over = state["OverTime"] == "Yes"
    score = (
        1.5 * works_over * (2.0 if has_drifted else 1.0)
        - 2.2 * np.clip(np.log(pay), -0.6, 0.6) * (0.3 if has_drifted else 1.0)
        + 0.45 * (2.5 - state["JobSatisfaction"])
        + 0.35 * (2.5 - state["EnvironmentSatisfaction"])
        + 0.30 * (2.5 - state["WorkLifeBalance"])
        + 0.25 * (2.5 - state["JobInvolvement"])
        + 0.9 * (state["BusinessTravel"] == "Travel_Frequently")
        + 0.03 * state["DistanceFromHome"]
        + 0.8 * np.exp(-state["_company"] / 18)
        + 0.10 * np.minimum(state["_promotion"] / 12, 8)
        - 0.35 * state["StockOptionLevel"]
        + 0.6 * (state["JobRole"] == "Sales Representative")
        - 0.25 * (state["JobLevel"] - 2)
    )
    if has_disparity:
        score = np.where(state["Gender"] == "Female", 0.1 * score + 1.55, score)
    return np.asarray(1 / (1 + np.exp(-(_BASE + score))))


def path_risk(voluntary: np.ndarray, horizon: int) -> np.ndarray:
    """Return the true risk of each (person, month): resigning within ``horizon`` months.

    ``voluntary`` (people, months + horizon) holds the hazards along each person's potential path,
    the one lived if they stay. The risk is the cumulative incidence with being let go as the
    competing event: the sum over k of h(t+k) times the chance of still being there. Its mean over
    any rows chosen by what was known at t is the chance of leaving given just that.
    """
    months = voluntary.shape[1] - horizon
    risk = np.zeros((voluntary.shape[0], months))
    there = np.ones_like(risk)
    for step in range(horizon):
        hazard = voluntary[:, step : step + months]
        risk += there * hazard
        there *= (1 - hazard) * (1 - INVOLUNTARY)
    return risk

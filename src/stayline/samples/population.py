"""The people of a simulated workforce, and how their working lives move on month by month."""

import numpy as np

Draw = np.random.Generator
State = dict[str, np.ndarray]

DEPARTMENTS = ("Human Resources", "Research & Development", "Sales")
ROLES = {
    "Human Resources": ("Human Resources", "Manager"),
    "Research & Development": (
        "Healthcare Representative",
        "Laboratory Technician",
        "Manager",
        "Manufacturing Director",
        "Research Director",
        "Research Scientist",
    ),
    "Sales": ("Manager", "Sales Executive", "Sales Representative"),
}
FIELDS = ("Human Resources", "Life Sciences", "Marketing", "Medical", "Other", "Technical Degree")
TRAVEL = ("Non-Travel", "Travel_Rarely", "Travel_Frequently")
MARITAL = ("Divorced", "Married", "Single")
LEADERS = 39
"""The first so many people lead all others; the very first one leads them."""
INCOME_OF_LEVEL = np.array([0.0, 2900.0, 5400.0, 9800.0, 15500.0, 19100.0])
SCALES = {
    "EnvironmentSatisfaction": 4,
    "JobInvolvement": 4,
    "JobSatisfaction": 4,
    "RelationshipSatisfaction": 4,
    "WorkLifeBalance": 4,
}
_SYLLABLES = ("ba", "do", "fi", "ga", "ka", "lu", "ma", "no", "pe", "ra", "si", "to", "ve", "zu")


def newcomers(count: int, *, first_number: int, are_joining: bool, rng: Draw) -> State:
    """Return ``count`` people as they start: fresh joiners, or a workforce already at work.

    Keys are IBM's column names, plus months of tenure (``_company`` and so on), the age in months
    and a personal factor of pay.
    """
    department = rng.choice(3, count, p=[0.05, 0.65, 0.30])
    age = rng.integers(20 * 12, 60 * 12, count)
    working = np.maximum(0, (age - 20 * 12) * rng.uniform(0.3, 1.0, count)).astype(int)
    company = (
        np.zeros(count, dtype=int)
        if are_joining
        else np.minimum(working, rng.exponential(80, count).astype(int))
    )
    level = np.clip(1 + working // 110 + rng.integers(-1, 2, count), 1, 5)
    numbers = np.arange(first_number, first_number + count)
    state: State = {
        "EmployeeNumber": numbers,
        "EmployeeName": _names(count, rng),
        "ManagerNumber": _led(numbers, rng.integers(1, LEADERS + 1, count)),
        "Gender": np.where(rng.random(count) < 0.4, "Female", "Male"),
        "MaritalStatus": rng.choice(MARITAL, count, p=[0.22, 0.46, 0.32]),
        "Department": np.array(DEPARTMENTS)[department],
        "JobRole": _roles(department, rng),
        "Education": rng.integers(1, 6, count),
        "EducationField": rng.choice(FIELDS, count),
        "BusinessTravel": rng.choice(TRAVEL, count, p=[0.1, 0.7, 0.2]),
        "DistanceFromHome": rng.integers(1, 30, count),
        "DailyRate": rng.integers(100, 1500, count),
        "HourlyRate": rng.integers(30, 101, count),
        "MonthlyRate": rng.integers(2000, 27000, count),
        "NumCompaniesWorked": rng.integers(0, 10, count),
        "OverTime": np.where(rng.random(count) < 0.28, "Yes", "No"),
        "PercentSalaryHike": rng.integers(11, 26, count),
        "PerformanceRating": np.where(rng.random(count) < 0.15, 4, 3),
        "StockOptionLevel": rng.choice(4, count, p=[0.43, 0.40, 0.11, 0.06]),
        "TrainingTimesLastYear": rng.integers(0, 7, count),
        "JobLevel": level,
        "_age": age,
        "_working": working,
        "_company": company,
        "_role": (company * rng.random(count)).astype(int),
        "_promotion": (company * rng.random(count)).astype(int),
        "_manager": (company * rng.random(count)).astype(int),
        "_pay": rng.lognormal(0, 0.18, count),
    }
    for name, top in SCALES.items():
        state[name] = rng.integers(1, top + 1, count)
    state["MonthlyIncome"] = np.round(INCOME_OF_LEVEL[level] * state["_pay"])
    return state


def move_on(state: State, month: int, rng: Draw) -> None:
    """Let one month pass for everyone, in place: promotions, raises, moves and moods."""
    count = len(state["_age"])
    for clock in ("_age", "_working", "_company", "_role", "_promotion", "_manager"):
        state[clock] = state[clock] + 1
    _promote(state, (rng.random(count) < 0.012) & (state["JobLevel"] < 5))
    _change_manager(state, rng.random(count) < 0.012, rng)
    _change_department(state, rng.random(count) < 0.002, rng)
    flips = rng.random(count) < 0.02
    busy = rng.random(count) < 0.28
    state["OverTime"] = np.where(flips, np.where(busy, "Yes", "No"), state["OverTime"])
    for name, top in SCALES.items():
        moods = rng.integers(1, top + 1, count)
        state[name] = np.where(rng.random(count) < 0.02, moods, state[name])
    if month % 12 == 0:
        hike = rng.integers(11, 26, count)
        state["PercentSalaryHike"] = hike
        state["MonthlyIncome"] = np.round(state["MonthlyIncome"] * (1 + (hike - 10) / 800))
        state["PerformanceRating"] = np.where(rng.random(count) < 0.15, 4, 3)
        state["TrainingTimesLastYear"] = rng.integers(0, 7, count)


def joined(one: State, other: State) -> State:
    """Return both groups of people as one."""
    return {name: np.concatenate([one[name], other[name]]) for name in one}


def _led(numbers: np.ndarray, leaders: np.ndarray) -> np.ndarray:
    """Return by whom people are led: leaders by the first of them, all others as it was drawn."""
    return np.where(numbers <= LEADERS, 1, leaders)


def _promote(state: State, chosen: np.ndarray) -> None:
    state["JobLevel"] = state["JobLevel"] + chosen
    raised = np.round(
        np.maximum(state["MonthlyIncome"] * 1.1, INCOME_OF_LEVEL[state["JobLevel"]] * state["_pay"])
    )
    state["MonthlyIncome"] = np.where(chosen, raised, state["MonthlyIncome"])
    state["_promotion"] = np.where(chosen, 0, state["_promotion"])
    state["_role"] = np.where(chosen, 0, state["_role"])


def _change_manager(state: State, chosen: np.ndarray, rng: Draw) -> None:
    others = _led(state["EmployeeNumber"], rng.integers(1, LEADERS + 1, len(chosen)))
    state["ManagerNumber"] = np.where(chosen, others, state["ManagerNumber"])
    state["_manager"] = np.where(chosen, 0, state["_manager"])


def _change_department(state: State, chosen: np.ndarray, rng: Draw) -> None:
    department = rng.integers(0, 3, len(chosen))
    state["Department"] = np.where(chosen, np.array(DEPARTMENTS)[department], state["Department"])
    state["JobRole"] = np.where(chosen, _roles(department, rng), state["JobRole"])
    state["_role"] = np.where(chosen, 0, state["_role"])


def _roles(department: np.ndarray, rng: Draw) -> np.ndarray:
    luck = rng.random(len(department))
    out = np.empty(len(department), dtype=object)
    for number, name in enumerate(DEPARTMENTS):
        roles = np.array(ROLES[name])
        here = department == number
        out[here] = roles[(luck[here] * len(roles)).astype(int)]
    return out.astype(str)


def _names(count: int, rng: Draw) -> np.ndarray:
    """Return plainly made-up names, such as 'Balu Norape'."""
    picks = rng.integers(0, len(_SYLLABLES), (count, 5))
    syllables = np.array(_SYLLABLES)[picks]
    first = np.char.capitalize(np.char.add(syllables[:, 0], syllables[:, 1]))
    last = np.char.add(np.char.add(syllables[:, 2], syllables[:, 3]), syllables[:, 4])
    return np.char.add(np.char.add(first, " "), np.char.capitalize(last))

"""Rows to audit: IBM's with a plain score, and simulated ones of which the truth is known."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from real_data import ibm_extract
from stayline.modelling.fairness.tables import AuditRows

ALERT_FROM = 0.25


@dataclass(frozen=True)
class Audited:
    """Arguments of an audit, one row each."""

    label: np.ndarray
    risk: np.ndarray
    person: np.ndarray
    facets: pl.DataFrame
    features: pl.DataFrame
    strata: pl.Series

    @property
    def rows(self) -> AuditRows:
        return AuditRows.of(self.label, self.risk, self.person, alert_from=ALERT_FROM)


@cache
def ibm_rows() -> Audited:
    """Return IBM's people with a score made of overtime, pay and stock options."""
    frame = ibm_extract()
    score = (
        1.1 * frame["OverTime"].eq("Yes").cast(pl.Float64)
        - 0.12 * frame["MonthlyIncome"] / 1000
        - 0.5 * frame["StockOptionLevel"]
        - 0.9
    ).to_numpy()
    age = pl.when(pl.col("Age") >= 40).then(pl.lit("40 and over")).otherwise(pl.lit("under 40"))
    kept_out = ("Attrition", "Age", "Gender", "MaritalStatus", "EmployeeNumber")
    return Audited(
        label=frame["Attrition"].eq("Yes").cast(pl.Int64).to_numpy(),
        risk=1 / (1 + np.exp(-score)),
        person=frame["EmployeeNumber"].to_numpy(),
        facets=frame.select("Gender", "MaritalStatus", age.alias("Age")),
        features=frame.drop(kept_out),
        strata=frame["Department"],
    )


def simulated_rows(people: int, seed: int, *, rows_each: int = 1, shift: float = 0.0) -> Audited:
    """Return people of two groups, each with so many alike rows; group b is scored ``shift`` off.

    The risk is otherwise the probability with which a row's label is 1; people differ, and what
    a person does is much the same in each of their rows.
    """
    rng = np.random.default_rng(seed)
    group = np.repeat(rng.random(people) < 0.3, rows_each)
    person = np.repeat(np.arange(people), rows_each)
    truth = np.repeat(rng.beta(1, 4, people), rows_each)
    label = np.repeat(rng.random(people), rows_each) < truth
    return Audited(
        label=label.astype(np.int64),
        risk=np.clip(truth + shift * group, 0, 1),
        person=person,
        facets=pl.DataFrame({"Gender": np.where(group, "b", "a")}),
        features=pl.DataFrame({"pay": rng.normal(size=len(group))}),
        strata=pl.Series("Department", np.repeat(rng.choice(list("xyz"), people), rows_each)),
    )

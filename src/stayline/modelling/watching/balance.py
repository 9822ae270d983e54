"""How alike two groups are: standardized mean differences within strata, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import polars as pl

from stayline.modelling.evaluation import LEVEL, Estimate

TOLERATED, TOO_VAGUE = 0.1, 0.25
"""The difference that is passed over (Austin 2009), and the one that must not stay possible."""
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class Balance:
    """The mean of a column among the treated minus that among like others, in deviations.

    Strata count by their treated people, as in the comparison itself; ``n`` rows have the column.
    """

    column: str
    difference: Estimate
    n: int


def balance(
    rows: pl.DataFrame, columns: Sequence[str], *, is_treated: str, stratum: str
) -> tuple[Balance, ...]:
    """Return how far the treated differ from the others in each numeric column.

    A column that does not vary, or is missing for a whole side, is left out.
    """
    found = (_balance(rows.drop_nulls(name), name, is_treated, stratum) for name in columns)
    return tuple(one for one in found if one is not None)


def distance_words(found: Balance) -> str:
    """Return what a difference in a column means for the comparison; empty when it is no worry."""
    difference = found.difference
    told = f"in {found.column!r} by {difference.value:+.2f} standard deviations"
    band = f"({difference.low:+.2f} to {difference.high:+.2f}, n = {found.n:,})"
    is_sure = difference.low > 0 or difference.high < 0
    if is_sure and abs(difference.value) > TOLERATED:
        return f"The groups are not comparable: they differ {told} {band} within strata."
    if max(abs(difference.low), abs(difference.high)) > TOO_VAGUE:
        return f"Too few to tell whether the groups are comparable: they differ {told} {band}."
    return ""


def _balance(rows: pl.DataFrame, name: str, is_treated: str, stratum: str) -> Balance | None:
    value = pl.col(name).cast(pl.Float64)
    spread = rows.get_column(name).cast(pl.Float64).std()
    if not isinstance(spread, float) or spread <= 0:
        return None
    sides = rows.group_by(stratum, is_treated).agg(
        pl.len().alias("n"), value.mean().alias("mean"), value.var().fill_null(0).alias("variance")
    )
    both = sides.filter(pl.col(is_treated)).join(
        sides.filter(~pl.col(is_treated)), on=stratum, suffix="_other"
    )
    if both.is_empty():
        return None
    weight = both.get_column("n").to_numpy() / both.get_column("n").sum()
    gap = (both.get_column("mean") - both.get_column("mean_other")).to_numpy()
    error = both.select(
        pl.col("variance") / pl.col("n") + pl.col("variance_other") / pl.col("n_other")
    ).to_series()
    middle = float(weight @ gap) / spread
    reach = _Z * float(np.sqrt(weight**2 @ error.to_numpy())) / spread
    return Balance(name, Estimate(middle, middle - reach, middle + reach), len(rows))

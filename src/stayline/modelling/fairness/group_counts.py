"""One facet's people counted, part by part: what adds up to the table of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.modelling.fairness.kinds import Kinds, Shares
from stayline.modelling.fairness.tables import GroupTable

_GROUP, _FLAGGED = "group", "flagged"
_NO_ROWS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """People of one row each, whose outcome is not known yet, by ``group`` and ``flagged``.

    ``cells`` has, of each pair that occurs, how many they are (``n``), their ``mean`` risk, and the
    ``squares`` that their risks lie off it; ``unknown`` counts those without a group.
    """

    facet: str
    cells: pl.DataFrame
    unknown: int

    @property
    def people(self) -> int:
        """How many people were counted, those of unknown group among them."""
        return self.unknown + int(self.cells.get_column("n").sum())

    def table(self) -> GroupTable:
        """Return the table that `group_table` makes of the people themselves, label 0 for all."""
        names = self.cells.get_column(_GROUP).unique().sort()
        cells = self.cells.sort(_GROUP, _FLAGGED)
        group = cells.get_column(_GROUP).cast(pl.Enum(names)).to_physical().to_numpy()
        group, flagged = group.astype(np.int64), cells.get_column(_FLAGGED).to_numpy()
        n, mean = cells.get_column("n").to_numpy(), cells.get_column("mean").to_numpy()
        counts = np.zeros((len(names), 1, 2, 2))
        counts[group, 0, 0, flagged] = n
        rows = np.zeros((len(n), 2, 2))
        rows[np.arange(len(n)), 0, flagged] = 1
        kind, place = np.arange(len(n)), group * 4 + flagged
        ones = np.ones(len(n), dtype=np.int64)
        return GroupTable(
            facet=self.facet,
            names=tuple(names),
            cells=counts,
            risk=np.bincount(group, weights=n * mean, minlength=len(names)),
            kinds=Kinds(n, kind, place, ones, _NO_ROWS, _NO_ROWS),
            shares=Shares(kind, group, rows, mean, cells.get_column("squares").to_numpy() / n),
        )


def group_counts(facet: pl.Series, risk: pl.Series, *, alert_from: float) -> GroupCounts:
    """Return the counts of people whose groups and risks (n,) these are; null is unknown."""
    people = pl.DataFrame(
        {_GROUP: facet.cast(pl.String), _FLAGGED: (risk >= alert_from).cast(pl.Int64), "r": risk}
    )
    cells = (
        people.drop_nulls(_GROUP)
        .group_by(_GROUP, _FLAGGED)
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("r").mean().alias("mean"),
            ((pl.col("r") - pl.col("r").mean()) ** 2).sum().alias("squares"),
        )
    )
    return GroupCounts(facet.name, cells, facet.null_count())


def merged_groups(parts: Sequence[GroupCounts]) -> GroupCounts:
    """Return the counts of all people of one or more parts (Chan, Golub and LeVeque 1979)."""
    n, mean = pl.col("n"), pl.col("mean")
    of_all = (n * mean).sum() / n.sum()
    cells = (
        pl.concat([part.cells for part in parts])
        .group_by(_GROUP, _FLAGGED)
        .agg(
            n.sum(),
            of_all.alias("mean"),
            (pl.col("squares") + n * (mean - of_all) ** 2).sum().alias("squares"),
        )
    )
    return GroupCounts(parts[0].facet, cells, sum(part.unknown for part in parts))

"""Who left and who was flagged, counted by group, and drawn anew by people."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from stayline.modelling.fairness.formulas import conditional_disparity
from stayline.modelling.fairness.kinds import Kinds, Shares, kinds_of_people

_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class AuditRows:
    """The rows of an audit: ``label`` and ``flagged`` of 0 and 1, ``risk``, ``person``; each (n,).

    Rows with one number (from 0) in ``person`` are one person's, are alike, and are drawn together.
    """

    label: np.ndarray
    flagged: np.ndarray
    risk: np.ndarray
    person: np.ndarray
    people: int

    @classmethod
    def of(
        cls, label: np.ndarray, risk: np.ndarray, person: np.ndarray, *, alert_from: float
    ) -> "AuditRows":
        """Return the rows, flagged where the risk is at least ``alert_from``."""
        numbers, places = np.unique(person, return_inverse=True)
        flagged = (risk >= alert_from).astype(np.int64)
        return cls(label.astype(np.int64), flagged, risk, places, len(numbers))

    def __len__(self) -> int:
        return len(self.label)


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which group each row belongs to: ``codes`` (n,) into ``names``, -1 where it is unknown."""

    facet: str
    names: tuple[str, ...]
    codes: np.ndarray


@dataclass(frozen=True, slots=True)
class Draws:
    """Bootstrap draws of people.

    ``counts`` (draws, groups, 2, 2) by label and flag; ``risk`` (draws, groups) sums risks;
    ``disparity`` (2, draws, groups) is the conditional one, in labels and in predictions.
    """

    counts: np.ndarray
    risk: np.ndarray
    disparity: np.ndarray


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Counts of one facet's rows, and what each kind of person adds to them.

    ``cells`` (groups, strata, 2, 2) counts rows by label and flag; ``risk`` (groups,) sums risks.
    Rows of an unknown group are left out.
    """

    facet: str
    names: tuple[str, ...]
    cells: np.ndarray
    risk: np.ndarray
    kinds: Kinds
    shares: Shares

    @property
    def counts(self) -> np.ndarray:
        """Rows by group, label and flag: (groups, 2, 2)."""
        return np.asarray(self.cells.sum(axis=1))

    @property
    def people(self) -> np.ndarray:
        """How many people have rows in each group: (groups,)."""
        return np.bincount(self.shares.group, weights=self.kinds.people[self.shares.kind])

    @property
    def people_who_left(self) -> np.ndarray:
        """How many people have a row with label 1 in each group: (groups,)."""
        shares = self.shares
        has_left = shares.rows[:, 1].sum(axis=-1) > 0
        weights = self.kinds.people[shares.kind] * has_left
        return np.bincount(shares.group, weights=weights, minlength=len(self.names))

    @property
    def is_one_row_each(self) -> bool:
        """Whether nobody has more than one row."""
        return bool(self.kinds.people.sum() == self.cells.sum())

    def draw(self, draws: int, rng: np.random.Generator) -> Draws:
        """Return bootstrap draws of people, each kind as often as chance has it.

        People of one kind differ in risk alone. Their summed risks are drawn from the normal
        distribution with the mean and the variance that drawing them one by one would have.
        """
        kinds, shares = self.kinds, self.shares
        total = int(kinds.people.sum())
        filled, first_entry = np.unique(kinds.cell, return_index=True)
        _, first_share = np.unique(shares.group, return_index=True)
        batch = max(1, min(draws, _CELLS_AT_ONCE // max(len(kinds.cell), self.cells.size)))
        counts, risks, disparities = [], [], []
        for start in range(0, draws, batch):
            size = min(batch, draws - start)
            drawn = rng.multinomial(total, kinds.people / total, size).astype(np.float64)
            cells = np.zeros((size, self.cells.size))
            cells[:, filled] = _summed(drawn[:, kinds.kind] * kinds.count, first_entry)
            cells = cells.reshape(size, *self.cells.shape)
            in_group = drawn[:, shares.kind]
            spread = np.sqrt(_summed(in_group * shares.risk_variance, first_share))
            risk = _summed(in_group * shares.risk_mean, first_share)
            counts.append(cells.sum(axis=2))
            risks.append(risk + spread * rng.standard_normal(spread.shape))
            disparities.append(conditional_disparity(cells))
        return Draws(
            np.concatenate(counts), np.concatenate(risks), np.concatenate(disparities, axis=1)
        )


def _summed(columns: np.ndarray, starts: np.ndarray) -> np.ndarray:
    return np.asarray(np.add.reduceat(columns, starts, axis=1))


def grouping(facet: pl.Series) -> Grouping:
    """Return the groups of a text column, in the order of their names; null is unknown."""
    facet = facet.cast(pl.String)
    names = facet.drop_nulls().unique().sort()
    codes = facet.cast(pl.Enum(names)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return Grouping(facet.name, tuple(names), codes)


def crossed(one: Grouping, other: Grouping) -> Grouping:
    """Return the groups that two facets form together, as far as anybody belongs to them."""
    is_known = (one.codes >= 0) & (other.codes >= 0)
    pairs, places = np.unique(
        one.codes[is_known] * len(other.names) + other.codes[is_known], return_inverse=True
    )
    codes = np.full(len(one.codes), -1)
    codes[is_known] = places
    names = tuple(
        f"{one.names[pair // len(other.names)]} x {other.names[pair % len(other.names)]}"
        for pair in pairs.tolist()
    )
    return Grouping(f"{one.facet} x {other.facet}", names, codes)


def group_table(rows: AuditRows, groups: Grouping, strata: np.ndarray | None = None) -> GroupTable:
    """Return the counts of the rows whose group is known.

    ``strata`` (n,) holds codes from 0 for disparity within equal circumstances; None for one.
    """
    known = np.flatnonzero(groups.codes >= 0)
    group = groups.codes[known]
    stratum = np.zeros(len(known), dtype=np.int64) if strata is None else strata[known]
    shape = (len(groups.names), int(stratum.max(initial=0)) + 1, 2, 2)
    place = np.ravel_multi_index((group, stratum, rows.label[known], rows.flagged[known]), shape)
    kinds = kinds_of_people(rows.person[known], place)
    return GroupTable(
        facet=groups.facet,
        names=groups.names,
        cells=np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64),
        risk=np.bincount(group, weights=rows.risk[known], minlength=shape[0]),
        kinds=kinds,
        shares=kinds.shares(group, rows.risk[known], place % 4),
    )

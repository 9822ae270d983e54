"""People whose rows count alike, so that a draw of people needs to draw their numbers only."""

from dataclasses import dataclass

import numpy as np
import polars as pl

_DENSE = 10
"""Numbers that go up to so many times their count are told apart by counting: sorting is slower."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What one person of a ``kind`` has in a ``group``, for each pair of them that occurs.

    Pairs are in the order of their groups. ``rows`` (pairs, 2, 2) counts by label and flag;
    ``risk_mean`` and ``risk_variance`` are those of the sum of risks, over the people of the kind.
    """

    kind: np.ndarray
    group: np.ndarray
    rows: np.ndarray
    risk_mean: np.ndarray
    risk_variance: np.ndarray


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of people: ``people`` (kinds,) says how many are of each.

    Entry by entry, in the order of cells, a person of ``kind`` has ``count`` rows in ``cell``.
    ``person`` (n,) numbers each row's person from 0, ``of_row`` (n,) is that person's kind.
    """

    people: np.ndarray
    kind: np.ndarray
    cell: np.ndarray
    count: np.ndarray
    person: np.ndarray
    of_row: np.ndarray

    def shares(self, group: np.ndarray, risk: np.ndarray, label_and_flag: np.ndarray) -> Shares:
        """Return what each kind has in each group, from the rows' own values, each (n,)."""
        key = group * len(self.people) + self.of_row
        pairs, pair = _numbered(key)
        kind = pairs % len(self.people)
        size = self.people[kind]
        cells = np.bincount(pair * 4 + label_and_flag, minlength=4 * len(pairs)).reshape(-1, 2, 2)
        sums = risk
        if len(key) > self.people.sum():
            of_one, where = _numbered(group * (int(self.person.max()) + 1) + self.person)
            pair_of_one = np.empty(len(of_one), dtype=np.int64)
            pair_of_one[where] = pair
            sums, pair = np.bincount(where, weights=risk), pair_of_one
        mean = np.bincount(pair, weights=sums) / size
        variance = np.bincount(pair, weights=(sums - mean[pair]) ** 2) / size
        return Shares(kind, pairs // len(self.people), cells / size[:, None, None], mean, variance)


def kinds_of_people(person: np.ndarray, cell: np.ndarray) -> Kinds:
    """Return the kinds of people, from the person's number and the cell of each row (n,)."""
    numbers, person = _numbered(person)
    if len(numbers) == len(person):
        return _of_single_rows(cell)
    rows = pl.DataFrame({"person": person, "cell": cell})
    people = (
        rows.group_by("person", "cell")
        .agg(pl.len().cast(pl.Int64).alias("count"))
        .sort("person", "cell")
        .group_by("person", maintain_order=True)
        .agg("cell", "count")
    )
    kinds = (
        people.group_by("cell", "count", maintain_order=True)
        .agg("person")
        .with_columns(kind=pl.int_range(pl.len()))
    )
    members = kinds.select("kind", "person").explode("person").sort("person")
    kind_of_person = members.get_column("kind").to_numpy()
    entries = kinds.select("kind", "cell", "count").explode("cell", "count").sort("cell", "kind")
    return Kinds(
        np.bincount(kind_of_person),
        entries.get_column("kind").to_numpy(),
        entries.get_column("cell").to_numpy(),
        entries.get_column("count").to_numpy(),
        person,
        kind_of_person[person],
    )


def _of_single_rows(cell: np.ndarray) -> Kinds:
    """Return the kinds where nobody has more than one row: one kind a filled cell."""
    filled, kind_of_row = _numbered(cell)
    sizes, kind = np.bincount(kind_of_row), np.arange(len(filled))
    ones = np.ones(len(filled), dtype=np.int64)
    return Kinds(sizes, kind, filled, ones, np.arange(len(cell)), kind_of_row)


def _numbered(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct whole numbers from 0, sorted, and the place of each value among them."""
    largest = int(values.max(initial=0))
    if largest > _DENSE * (len(values) + 1000):
        return np.unique(values, return_inverse=True)
    is_there = np.bincount(values, minlength=largest + 1) > 0
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[values]

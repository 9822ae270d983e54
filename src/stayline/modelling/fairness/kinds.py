"""People whose rows count alike, so that a draw of people needs to draw their numbers only."""

from dataclasses import dataclass

import numpy as np
import polars as pl


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of people: a person of ``kind`` has ``count`` rows in ``cell``, entry by entry.

    Entries are in the order of their cells. ``of_row`` (n,) is the kind of each row's person,
    ``person`` (n,) numbers the people from 0, ``people`` (kinds,) says how many are of each kind.
    """

    of_row: np.ndarray
    person: np.ndarray
    people: np.ndarray
    kind: np.ndarray
    cell: np.ndarray
    count: np.ndarray

    def moments(
        self, group: np.ndarray, risk: np.ndarray, groups: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance (kinds, groups) of one person's sum of risks, by kind."""
        place, sums = self.of_row * groups + group, risk
        if len(self.of_row) > self.people.sum():
            own, first, where = np.unique(
                self.person * groups + group, return_index=True, return_inverse=True
            )
            sums, place = np.bincount(where, weights=risk, minlength=len(own)), place[first]
        size = np.repeat(self.people, groups)
        mean = np.bincount(place, weights=sums, minlength=len(size)) / size
        spread = np.bincount(place, weights=(sums - mean[place]) ** 2, minlength=len(size))
        return mean.reshape(-1, groups), (spread / size).reshape(-1, groups)


def kinds_of_people(person: np.ndarray, cell: np.ndarray) -> Kinds:
    """Return the kinds of people, from the person's number and the cell of each row (n,)."""
    numbers, person = np.unique(person, return_inverse=True)
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
    members = kinds.select("kind", "person").explode("person").sort("person").get_column("kind")
    entries = kinds.select("kind", "cell", "count").explode("cell", "count").sort("cell", "kind")
    return Kinds(
        members.to_numpy()[person],
        person,
        np.bincount(members.to_numpy()),
        *(entries.get_column(name).to_numpy() for name in ("kind", "cell", "count")),
    )


def _of_single_rows(cell: np.ndarray) -> Kinds:
    """Return the kinds where nobody has more than one row: one kind a filled cell."""
    sizes = np.bincount(cell)
    filled = np.flatnonzero(sizes)
    numbers = np.cumsum(sizes > 0) - 1
    ones = np.ones(len(filled), dtype=np.int64)
    kind = np.arange(len(filled))
    return Kinds(numbers[cell], np.arange(len(cell)), sizes[filled], kind, filled, ones)

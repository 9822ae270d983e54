"""Rates of groups, their differences and ratios, with intervals that hold for few rows, too.

A rate has Wilson's interval, a difference and a ratio the intervals that combine two of these
(Newcombe 1998, method 10; Donner and Zou 2012), which bootstrap draws cannot give: where nobody, or
everybody, of a few was flagged, every draw says the same. Where people have several rows, a rate
counts as the number of independent rows that would vary as much; at 0 and 1, where the rows tell
nothing of that, as the number of people. The two sides of a comparison are taken as independent.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from stayline.modelling.evaluation import LEVEL, Estimate
from stayline.modelling.fairness.tables import GroupTable

_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of rows: both parts mark cells of a (2, 2) table of label by flag."""

    part: np.ndarray
    whole: np.ndarray


_EVERY = np.ones((2, 2))
_LEFT = np.array([[0, 0], [1, 1]])
_FLAGGED = np.array([[0, 1], [0, 1]])
_STAYED, _CLEAR = 1 - _LEFT, 1 - _FLAGGED
_RIGHT = _LEFT * _FLAGGED + _STAYED * _CLEAR

BASE_RATE = Rate(_LEFT, _EVERY)
SELECTION_RATE = Rate(_FLAGGED, _EVERY)
RECALL = Rate(_LEFT * _FLAGGED, _LEFT)
PRECISION = Rate(_LEFT * _FLAGGED, _FLAGGED)
FALSE_POSITIVE_RATE = Rate(_STAYED * _FLAGGED, _STAYED)
ACCURACY = Rate(_RIGHT, _EVERY)
SHARE_STAYING = Rate(_STAYED, _EVERY)
SHARE_CLEAR = Rate(_CLEAR, _EVERY)
CLEAR_OF_STAYING = Rate(_STAYED * _CLEAR, _STAYED)
STAYING_OF_CLEAR = Rate(_STAYED * _CLEAR, _CLEAR)


@dataclass(frozen=True, slots=True)
class Limits:
    """A figure of each group with its interval, each (groups,); NaN where it is not defined."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def at(self, group: int) -> Estimate:
        """Return one group's figure."""
        return Estimate(float(self.value[group]), float(self.low[group]), float(self.high[group]))

    def estimate(self, group: int) -> Estimate | None:
        """Return one group's figure, None where it is not defined or has no interval."""
        found = self.at(group)
        return None if np.isnan([found.value, found.low, found.high]).any() else found


def of_groups(table: GroupTable, rate: Rate) -> Limits:
    """Return the rate of each group."""
    shares = _parts(table, rate)
    size = table.kinds.people[table.shares.kind]

    def summed(of_share: np.ndarray) -> np.ndarray:
        return np.bincount(table.shares.group, weights=size * of_share)

    value, total = _divided(summed(shares.part), summed(shares.whole)), summed(shares.whole)
    error = shares.part - value[table.shares.group] * shares.whole
    return _wilson(table, value, total, summed(error**2), summed(shares.whole > 0))


def of_others(table: GroupTable, rate: Rate) -> Limits:
    """Return, for each group, the rate of all other rows."""
    shares = _parts(table, rate)
    kind, group, size = table.shares.kind, table.shares.group, table.kinds.people
    part, whole = (
        np.bincount(kind, weights=one, minlength=len(size)) for one in (shares.part, shares.whole)
    )

    def summed(of_share: np.ndarray) -> np.ndarray:
        return np.bincount(group, weights=size[kind] * of_share)

    total = size @ whole - summed(shares.whole)
    value = _divided(size @ part - summed(shares.part), total)
    squares = size @ part**2 - 2 * value * (size @ (part * whole)) + value**2 * (size @ whole**2)
    error = part[kind] - value[group] * whole[kind]
    own = shares.part - value[group] * shares.whole
    squares += summed((error - own) ** 2 - error**2)
    people = size @ (whole > 0) - summed((whole[kind] > 0) & (whole[kind] == shares.whole))
    return _wilson(table, value, total, np.maximum(squares, 0), people)


def difference(one: Limits, other: Limits) -> Limits:
    """Return one rate minus the other."""
    value = one.value - other.value
    down = np.hypot(one.value - one.low, other.high - other.value)
    up = np.hypot(one.high - one.value, other.value - other.low)
    return Limits(value, value - down, value + up)


def ratio(one: Limits, other: Limits) -> Limits:
    """Return one rate over the other; not defined where the other is 0."""
    product = one.value * other.value
    least = one.low * (2 * one.value - one.low)
    most = one.high * (2 * one.value - one.high)
    least_under = other.low * (2 * other.value - other.low)
    most_under = other.high * (2 * other.value - other.high)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = one.value / other.value
        low = least / (product + np.sqrt(np.maximum(product**2 - least * most_under, 0)))
        high = (product + np.sqrt(product**2 - most * least_under)) / least_under
    low = np.where(one.value == 0, 0.0, low)
    return Limits(*(np.where(other.value > 0, part, np.nan) for part in (value, low, high)))


@dataclass(frozen=True, slots=True)
class _Parts:
    part: np.ndarray
    whole: np.ndarray


def _parts(table: GroupTable, rate: Rate) -> _Parts:
    """Return the rate's rows of one person of each kind in each group."""
    rows = table.shares.rows
    return _Parts(*((rows * cells).sum(axis=(-2, -1)) for cells in (rate.part, rate.whole)))


def _divided(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))


def _wilson(
    table: GroupTable, value: np.ndarray, total: np.ndarray, squares: np.ndarray, people: np.ndarray
) -> Limits:
    """Return Wilson's interval of a rate over ``total`` rows of so many people.

    ``squares`` sums, over people, the squared gap of a person's part to what the rate leads one to
    expect; the rate varies by that over the squared total.
    """
    size = total
    with np.errstate(divide="ignore", invalid="ignore"):
        if not table.is_one_row_each:
            variance = squares / total**2 * people / (people - 1)
            is_told = (value > 0) & (value < 1) & (people > 1)
            size = np.where(is_told, np.minimum(value * (1 - value) / variance, total), people)
        middle = (value + _Z**2 / (2 * size)) / (1 + _Z**2 / size)
        reach = np.sqrt(value * (1 - value) / size + _Z**2 / (4 * size**2)) * _Z
        reach = reach / (1 + _Z**2 / size)
    low = np.where(value == 0, 0.0, middle - reach)
    high = np.where(value == 1, 1.0, middle + reach)
    return Limits(value, low, high)

"""How the columns of a baseline hang together, without any of its rows: a file of our own.

Kept with a model package beside ``statistics.json``, which says what each column looks like alone.
"""

import msgspec


class Score(msgspec.Struct, frozen=True, omit_defaults=True):
    """One score that a row is given: the rank of a feature, or whether it has this category."""

    feature: str
    category: str | None = None


class JointStatistics(msgspec.Struct, frozen=True):
    """What ``joint_statistics.json`` holds.

    ``independent_rows`` is how many rows of different people would tell as much: for people of m
    rows each, (sum of m) squared over the sum of m squared. ``correlations`` and
    ``standard_errors`` have one line for each score, up to, but not with, the score itself. A pair
    that cannot be judged has the error 0.
    """

    rows: int
    independent_rows: float
    scores: tuple[Score, ...]
    correlations: tuple[tuple[float, ...], ...]
    standard_errors: tuple[tuple[float, ...], ...]
    version: float = 0.0

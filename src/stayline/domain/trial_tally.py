"""What two models did while one was tried against the other: errors, latency, shift of scores."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil, exp2, log2

FASTEST_S = 1e-5
STEPS_A_DOUBLING = 4
BUCKETS = 20 * STEPS_A_DOUBLING
"""Ten microseconds to 8.8 seconds, in steps of 19 %; slower ones count as that."""


def bucket_of(seconds: float) -> int:
    """Return where a duration is counted.

    >>> bucket_of(0.0), bucket_of(20e-6), bucket_of(3600.0)
    (0, 4, 79)
    """
    if seconds <= FASTEST_S:
        return 0
    return min(BUCKETS - 1, ceil(STEPS_A_DOUBLING * log2(seconds / FASTEST_S) - 1e-9))


def bucket_end(bucket: int) -> float:
    """Return the longest duration, in seconds, that is counted there."""
    return FASTEST_S * exp2(bucket / STEPS_A_DOUBLING)


@dataclass(frozen=True, slots=True)
class Latencies:
    """Durations counted in fixed buckets, so that those of several processes can be added."""

    counts: tuple[int, ...] = (0,) * BUCKETS

    @property
    def n(self) -> int:
        """How many were counted."""
        return sum(self.counts)

    @property
    def p95_s(self) -> float | None:
        """The 95th percentile in seconds, at most 19 % too high; None without any duration."""
        wanted, seen = 0.95 * self.n, 0
        for bucket, count in enumerate(self.counts):
            seen += count
            if count and seen >= wanted:
                return bucket_end(bucket)
        return None

    def __add__(self, other: "Latencies") -> "Latencies":
        both = zip(self.counts, other.counts, strict=True)
        return Latencies(tuple(one + another for one, another in both))


@dataclass(frozen=True, slots=True)
class ScoreShift:
    """How far the two models' risks of the very same rows are apart."""

    n: int = 0
    total: float = 0.0
    bands_changed: int = 0

    @property
    def mean(self) -> float:
        """The mean absolute difference of the risks."""
        return self.total / self.n if self.n else 0.0

    @property
    def share_of_bands(self) -> float:
        """The share of rows that fall into another band."""
        return self.bands_changed / self.n if self.n else 0.0

    def __add__(self, other: "ScoreShift") -> "ScoreShift":
        return ScoreShift(
            self.n + other.n, self.total + other.total, self.bands_changed + other.bands_changed
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How one model answered; ``invocations`` are all calls, those that failed among them."""

    invocations: int = 0
    errors: int = 0
    latencies: Latencies = field(default_factory=Latencies)

    @property
    def share_of_errors(self) -> float:
        """Which part of the calls failed."""
        return self.errors / self.invocations if self.invocations else 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.invocations + other.invocations,
            self.errors + other.errors,
            self.latencies + other.latencies,
        )


@dataclass(frozen=True, slots=True)
class TrialTally:
    """How the candidate and the champion answered, and how far apart they are."""

    candidate: Tally = field(default_factory=Tally)
    champion: Tally = field(default_factory=Tally)
    shift: ScoreShift = field(default_factory=ScoreShift)

    def __add__(self, other: "TrialTally") -> "TrialTally":
        return TrialTally(
            self.candidate + other.candidate,
            self.champion + other.champion,
            self.shift + other.shift,
        )

    @property
    def is_empty(self) -> bool:
        """Whether the candidate was asked nothing."""
        return self.candidate.invocations == 0

    def figures(self) -> dict[str, int | float | None]:
        """Return the main figures by name, as an audit event holds them."""
        p95 = self.candidate.latencies.p95_s
        return {
            "n": self.candidate.invocations,
            "errors": self.candidate.errors,
            "p95_ms": None if p95 is None else round(p95 * 1000, 3),
            "pairs": self.shift.n,
            "mean_shift": round(self.shift.mean, 6),
            "bands_changed": self.shift.bands_changed,
        }


def total(tallies: Iterable[TrialTally]) -> TrialTally:
    """Return what several processes counted, as one."""
    return sum(tallies, TrialTally())

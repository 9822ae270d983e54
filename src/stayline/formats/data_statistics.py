"""What data look like: SageMaker Model Monitor's ``statistics.json``.

The keys are those of the developer guide. Where it is silent, the open-source library behind that
service (awslabs/deequ) is followed: standard deviations are those of the population, buckets are of
equal width, and level h of a sketch holds values that stand for 2**h rows each.
"""

from enum import StrEnum

import msgspec

Count = int | float
"""A whole number, which some tools write as 418.0."""


class InferredType(StrEnum):
    """What the values of a column are; ``UNKNOWN`` where there is none."""

    INTEGRAL = "Integral"
    FRACTIONAL = "Fractional"
    STRING = "String"
    UNKNOWN = "Unknown"


class Presence(msgspec.Struct, frozen=True):
    """How many rows have a value, and how many have none."""

    num_present: Count
    num_missing: Count


class Bucket(msgspec.Struct, frozen=True):
    """How many values lie from ``lower_bound`` up to, but not at, ``upper_bound``.

    The last bucket holds its upper bound, too.
    """

    lower_bound: float
    upper_bound: float
    count: Count


class SketchParameters(msgspec.Struct, frozen=True):
    """``k`` bounds the levels of a sketch, ``c`` is by how much lower levels may be smaller."""

    c: float
    k: float


class Sketch(msgspec.Struct, frozen=True):
    """A KLL sketch; the values of ``data[h]`` stand for 2**h rows each."""

    parameters: SketchParameters
    data: tuple[tuple[float, ...], ...]


class Kll(msgspec.Struct, frozen=True):
    """The distribution of numbers, coarsely in ten buckets and finely in a sketch."""

    buckets: tuple[Bucket, ...]
    sketch: Sketch | None = None


class NumericalDistribution(msgspec.Struct, frozen=True):
    """The distribution of numbers."""

    kll: Kll


class NumericalStatistics(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of a column of numbers; all but ``common`` are left out where there is none."""

    common: Presence
    mean: float | None = None
    sum: float | None = None
    std_dev: float | None = None
    min: float | None = None
    max: float | None = None
    distribution: NumericalDistribution | None = None


class CategoryCount(msgspec.Struct, frozen=True):
    """How many rows have this value."""

    value: str
    count: Count


class Categorical(msgspec.Struct, frozen=True):
    """The most frequent values, the most frequent first."""

    buckets: tuple[CategoryCount, ...]


class StringDistribution(msgspec.Struct, frozen=True):
    """The distribution of words."""

    categorical: Categorical


class StringStatistics(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of a column of words; ``distinct_count`` counts those not listed, too."""

    common: Presence
    distinct_count: Count
    distribution: StringDistribution | None = None

    @property
    def counts(self) -> dict[str, Count]:
        """How many rows have each of the listed values."""
        listed = self.distribution.categorical.buckets if self.distribution else ()
        return {bucket.value: bucket.count for bucket in listed}


class FeatureStatistics(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column; numbers or words, by its type."""

    name: str
    inferred_type: InferredType
    numerical_statistics: NumericalStatistics | None = None
    string_statistics: StringStatistics | None = None

    @property
    def presence(self) -> Presence:
        """How many rows have a value, whatever its type."""
        told = self.numerical_statistics or self.string_statistics
        return told.common if told is not None else Presence(0, 0)


class Dataset(msgspec.Struct, frozen=True):
    """The rows that were looked at."""

    item_count: Count


class Statistics(msgspec.Struct, frozen=True):
    """What ``statistics.json`` holds."""

    dataset: Dataset
    features: tuple[FeatureStatistics, ...]
    version: float = 0.0

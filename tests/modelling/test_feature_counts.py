"""Counts of parts, put together in any way, say what all rows say."""

from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.feature_counts import feature_counts, merged_counts
from stayline.modelling.feature_statistics import counted_statistics, feature_statistics
from stayline.ports.feature_store import EVENT_TIME

COLUMNS = (
    Column("Pay", Kind.NUMBER, Role.FEATURE),
    Column("Hired", Kind.DATE, Role.FEATURE),
    Column("Team", Kind.CATEGORY, Role.FEATURE),
)
_DAYS = st.dates(date(1990, 1, 1), date(2025, 1, 1))
_PAY = st.one_of(
    st.floats(allow_nan=True, allow_infinity=False), st.sampled_from([0.0, -0.0, 1.5, 1e300])
)
ROWS = st.lists(
    st.tuples(st.none() | _PAY, st.none() | _DAYS, st.none() | st.sampled_from("abcd")),
    max_size=40,
)


def frame_of(rows: list[tuple[float | None, date | None, str | None]]) -> pl.DataFrame:
    schema = {"Pay": pl.Float64, "Hired": pl.Date, "Team": pl.String}
    at = pl.lit(datetime(2026, 1, 1, tzinfo=UTC)).alias(EVENT_TIME)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(at)


@given(rows=ROWS, cuts=st.lists(st.integers(0, 40), max_size=4))
def test_parts_cut_anywhere_have_the_statistics_of_the_whole(rows, cuts):
    frame = frame_of(rows)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    parts = [feature_counts(frame[begin:end], COLUMNS) for begin, end in pairwise(edges)]
    merged = merged_counts(parts)
    assert counted_statistics(merged, COLUMNS) == feature_statistics(frame, COLUMNS)


def test_a_merge_can_be_merged_again():
    rng = np.random.default_rng(7)
    rows = [(float(v), None, "ab"[v % 2]) for v in rng.integers(0, 50, 3000)]
    frame = frame_of(rows)
    parts = [feature_counts(part, COLUMNS) for part in frame.iter_slices(500)]
    merged = merged_counts([merged_counts(parts[:2]), merged_counts(parts[2:])])
    assert counted_statistics(merged, COLUMNS) == feature_statistics(frame, COLUMNS)
    assert len(merged.features[0].values) == 50

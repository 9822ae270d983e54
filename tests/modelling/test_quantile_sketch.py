import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from stayline.modelling.quantile_sketch import K, distance, sketch_of, weighted_values


@given(st.integers(1, 60_000), st.sampled_from([3, 1000, 10**9]), st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_every_rank_is_told_within_the_promised_error(size, distinct, seed):
    column = np.sort(np.random.default_rng(seed).integers(0, distinct, size).astype(float))
    values, weights = weighted_values(sketch_of(column))
    assert weights.sum() == size
    told = np.r_[0, np.cumsum(weights)][np.searchsorted(values, column, side="right")]
    true = np.searchsorted(column, column, side="right")
    assert np.abs(told - true).max() <= 4 / (3 * K) * size


@given(st.integers(1, 60_000))
@settings(deadline=None, max_examples=30)
def test_a_sketch_stays_small(size):
    sketch = sketch_of(np.arange(float(size)))
    assert len(sketch.data[-1]) <= K
    assert all(len(level) <= 1 for level in sketch.data[:-1])


def test_few_values_are_kept_as_they_are():
    assert sketch_of(np.array([1.0, 1.0, 5.0])).data == ((1.0, 1.0, 5.0),)


def test_the_distance_is_the_one_of_kolmogorov_and_smirnov():
    rng = np.random.default_rng(3)
    for shift in (0.0, 0.3, 2.0):
        one, other = rng.normal(size=400), rng.normal(shift, 1.5, size=300)
        expected = ks_2samp(one, other).statistic
        found = distance(sketch_of(np.sort(one)), sketch_of(np.sort(other)))
        assert found == pytest.approx(expected)


def test_the_distance_of_long_columns_is_nearly_exact():
    rng = np.random.default_rng(4)
    one, other = np.sort(rng.normal(size=50_001)), np.sort(rng.normal(0.25, 1, size=40_007))
    grid = np.r_[one, other]
    shares = [np.searchsorted(c, grid, side="right") / len(c) for c in (one, other)]
    exact = np.abs(shares[0] - shares[1]).max()
    assert distance(sketch_of(one), sketch_of(other)) == pytest.approx(exact, abs=8 / (3 * K))

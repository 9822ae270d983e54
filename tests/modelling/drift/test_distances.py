"""Each distance against SciPy's, and, with figures from Evidently 0.7.23 on this data, its own.

Those were taken from ``evidently.legacy.calculations.stattests``: ``_psi``, ``_jensenshannon`` and
``_wasserstein_distance_norm`` of `THEN` and `NOW` (numbers), and of `WORDS_THEN` and `WORDS_NOW`.
Evidently bins numbers by Sturges' rule over both samples, so its bins are used here as well.
"""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from drifting_people import PAY
from stayline.modelling.drift import distances
from stayline.modelling.drift.distances import Weighted
from stayline.modelling.drift.tables import deciles, numbers_of
from stayline.modelling.feature_statistics import feature_statistics
from stayline.modelling.quantile_sketch import K

ROWS = np.arange(600)
THEN = np.sin(ROWS * 0.7) * 3 + ROWS % 7
NOW = np.sin(ROWS[:400] * 0.7) * 3.6 + ROWS[:400] % 7 + 0.5
WORDS_THEN = np.array([250, 200, 150, 0])
WORDS_NOW = np.array([140, 180, 0, 80])
SAMPLES = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40).map(np.array)


def test_psi_and_jensen_shannon_of_numbers_are_evidentlys():
    edges = np.histogram_bin_edges(np.r_[THEN, NOW], bins="sturges")
    then, now = (np.histogram(values, edges)[0] for values in (THEN, NOW))
    assert distances.population_stability(then, now) == pytest.approx(0.07420913910055585)
    assert distances.jensen_shannon(then, now) == pytest.approx(0.09376155807118565)


def test_psi_and_jensen_shannon_of_words_are_evidentlys():
    psi = distances.population_stability(WORDS_THEN, WORDS_NOW)
    assert psi == pytest.approx(3.521285261370975)
    assert distances.jensen_shannon(WORDS_THEN, WORDS_NOW) == pytest.approx(0.40220566686932613)


def test_wasserstein_by_the_baselines_deviation_is_evidentlys():
    area = distances.wasserstein(Weighted.of(THEN), Weighted.of(NOW))
    assert area / THEN.std() == pytest.approx(0.18173778598274548)


@given(SAMPLES, SAMPLES)
@settings(deadline=None, max_examples=100)
def test_distances_of_raw_numbers_are_scipys(one, other):
    tables = Weighted.of(one), Weighted.of(other)
    assert distances.l_infinity(*tables) == pytest.approx(
        stats.ks_2samp(one, other, method="asymp").statistic
    )
    expected = stats.wasserstein_distance(one, other)
    assert distances.wasserstein(*tables) == pytest.approx(expected, abs=1e-9, rel=1e-6)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=2, max_size=9))
@settings(deadline=None, max_examples=100)
def test_distances_of_counts_are_scipys(pairs):
    one, other = (np.array(counts) + 0.0 for counts in zip(*pairs, strict=True))
    one[0] += 1
    other[-1] += 1
    expected = distance.jensenshannon(one, other)
    assert distances.jensen_shannon(one, other) == pytest.approx(expected, abs=1e-7)
    some = one + other > 0
    if some.sum() > 1:
        table = stats.contingency.chi2_contingency([one[some], other[some]], correction=False)
        assert distances.chi_squared(one, other) == pytest.approx(table.statistic, abs=1e-9)
    shares = one / one.sum() - other / other.sum()
    assert distances.largest_share_change(one, other) == pytest.approx(np.abs(shares).max())
    total = shares[shares > 0].sum()
    assert distances.total_variation(one, other) == pytest.approx(total, abs=1e-9)


def test_a_sketch_is_as_far_from_another_as_its_values_within_its_stated_error():
    rng = np.random.default_rng(1)
    raw = rng.normal(0, 1, 20_000), rng.normal(0.3, 1.2, 7_000).round(1)
    tables = [
        numbers_of(feature_statistics(pl.DataFrame({"Pay": values}), (PAY,)).features[0])
        for values in raw
    ]
    exact = stats.ks_2samp(*raw).statistic
    error = sum(table.error for table in tables)
    assert 0 < error < 2 * 4 / (3 * K)
    found = distances.l_infinity(*(table.table for table in tables))
    assert found != exact
    assert abs(found - exact) <= error
    area = distances.wasserstein(*(table.table for table in tables))
    assert area == pytest.approx(stats.wasserstein_distance(*raw), rel=0.02)


def test_deciles_hold_a_tenth_each_and_ties_are_no_fault():
    before = Weighted.of(np.arange(1000.0))
    then, now = distances.binned(before, Weighted.of(np.arange(500.0)), deciles(before))
    assert then == pytest.approx(np.full(10, 0.1), abs=0.002)
    assert now == pytest.approx(np.r_[np.full(5, 0.2), np.zeros(5)], abs=0.003)
    tied = Weighted.of(np.r_[np.zeros(90), np.ones(10)])
    assert deciles(tied).tolist() in ([], [1.0])
    assert deciles(Weighted.of(np.full(5, 7.0))).tolist() == []

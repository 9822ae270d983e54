from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from stayline.modelling.drift import sampling
from stayline.modelling.drift.distances import Weighted, l_infinity
from stayline.modelling.drift.sampling import Evidence

EVEN = Evidence(window=500, baseline=2000, level=0.001)


def luck(one, other, evidence=EVEN):
    tables = Weighted.of(one), Weighted.of(other)
    return sampling.numbers_luck(*tables, l_infinity(*tables), 0.0, evidence)


def test_people_of_many_rows_tell_less_than_rows_of_as_many_people():
    assert sampling.independent_rows(np.array([1] * 50)) == 50
    assert sampling.independent_rows(np.array([12] * 50)) == 50
    assert sampling.independent_rows(np.array([1, 1, 98])) == pytest.approx(10000 / 9606)


def test_the_luck_of_numbers_follows_kolmogorov_where_a_tie_rules_the_ranks():
    rng = np.random.default_rng(0)
    one, other = ((rng.random(n) < share) * 1.0 for n, share in ((500, 0.1), (2000, 0.02)))
    expected = stats.ks_2samp(one, other, method="asymp").pvalue
    assert luck(one, other) == pytest.approx(expected, rel=0.1)
    # Two of forty rows, where one of two hundred was usual, is no drift.
    few = np.r_[np.ones(2), np.zeros(38)]
    usual = np.r_[np.ones(10), np.zeros(1990)]
    assert luck(few, usual, replace(EVEN, window=40)) > 0.5


def test_a_move_is_clearer_by_ranks_and_a_stretch_by_their_spread():
    rng = np.random.default_rng(0)
    before, moved, stretched = (rng.normal(m, s, n) for m, s, n in (
        (0, 1, 2000), (0.25, 1, 500), (0, 1.4, 500)))  # fmt: skip
    for window in (moved, stretched):
        assert luck(window, before) < stats.ks_2samp(window, before).pvalue / 5
    by_ranks = stats.mannwhitneyu(moved, before).pvalue
    assert luck(moved, before) / 3 == pytest.approx(by_ranks, rel=1.0)


def test_fewer_independent_rows_make_the_same_distance_less_clear():
    rng = np.random.default_rng(0)
    window, before = rng.normal(0.2, 1, 500), rng.normal(0, 1, 2000)
    assert luck(window, before) < luck(window, before, replace(EVEN, window=100))
    assert luck(window, before) < luck(window, before, replace(EVEN, baseline=200))
    assert sampling.numbers_band(EVEN) < sampling.numbers_band(replace(EVEN, baseline=200))


def test_a_share_is_judged_as_by_fisher_and_banded_as_by_clopper_and_pearson():
    exact = stats.fisher_exact([[30, 470], [60, 1940]], alternative="greater").pvalue
    (found,) = sampling.share_luck(np.array([30]), 500, np.array([60]), 2000)
    assert found == pytest.approx(2 * exact)
    band = stats.binomtest(30, 500).proportion_ci(0.99)
    assert sampling.share_band(30, 500, 0.01) == pytest.approx((band.low, band.high))
    assert sampling.share_band(500, 500, 0.01)[1] == 1.0


@pytest.mark.parametrize(
    ("found", "before"),
    [
        ([100, 100, 100, 100, 100], [300, 500, 400, 300, 500]),  # many small changes
        ([245, 245, 10], [1000, 1000, 0]),  # a new word
    ],
)
def test_many_small_changes_and_a_new_word_are_both_clear(found, before):
    assert sampling.words_luck(np.array(found), np.array(before), EVEN) < 0.001


def test_words_of_one_distribution_are_seldom_unlike_however_rare_they_are():
    rng = np.random.default_rng(0)
    shares = np.r_[0.5, 0.3, np.full(40, 0.005)]
    lucks = np.array([
        sampling.words_luck(rng.multinomial(500, shares), rng.multinomial(2000, shares), EVEN)
        for _ in range(400)
    ])  # fmt: skip
    assert 0 < (lucks <= 0.05).sum() <= 30


def test_the_band_of_words_holds_the_true_change():
    rng = np.random.default_rng(0)
    before, now = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.3, 0.3, 0.3, 0.1])
    evidence = replace(EVEN, level=0.05)
    missed = 0
    for _ in range(300):
        counts = rng.multinomial(500, now), rng.multinomial(2000, before)
        far = abs(counts[0] / 500 - counts[1] / 2000).sum() / 2
        above, below = sampling.words_band(*counts, evidence)
        missed += not far - above <= 0.1 <= far + below
    assert missed <= 15


def test_the_smallest_window_shows_the_promised_change_as_often_as_promised():
    level = 0.001
    rows = sampling.fewest_rows_for_a_share(Evidence(1, 4000, level))
    evidence = Evidence(rows, 4000, level)
    rng = np.random.default_rng(0)
    before = (np.arange(4000) < 2000) * 1.0
    seen = [luck(np.sort(rng.random(rows) < 0.6) * 1.0, before, evidence) <= level
            for _ in range(200)]  # fmt: skip
    assert np.mean(seen) >= sampling.POWER
    assert sampling.fewest_rows_for_a_share(Evidence(1, 300, level)) is None

import numpy as np
import polars as pl
import pytest
from scipy import stats

from drifting_people import COLUMNS, MOOD, PAY, TEAM, Baseline, failed, people
from stayline.modelling.drift.check import drift_findings
from stayline.modelling.drift.correlations import correlations
from stayline.modelling.drift.scores import scored, scorers
from stayline.modelling.feature_statistics import feature_statistics


def test_correlations_are_numpys_and_a_constant_has_none():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4, 12_345)).astype(np.float32)
    scores[1] += scores[0]
    scores[3] = 7
    found = correlations(scores.copy())
    assert found.value[:3, :3] == pytest.approx(np.corrcoef(scores[:3]), abs=1e-5)
    assert not found.value[3].any()
    assert not found.variance[3].any()


def test_the_variance_of_a_correlation_is_that_of_many_samples():
    rng = np.random.default_rng(0)
    drawn, told = [], []
    for _ in range(400):
        cause = rng.exponential(size=300)
        both = np.array([cause + rng.normal(size=300), cause]).astype(np.float32)
        found = correlations(both)
        drawn.append(found.value[0, 1])
        told.append(found.variance[0, 1] / 300)
    assert np.mean(told) == pytest.approx(np.var(drawn), rel=0.2)


def test_ranks_of_a_column_by_its_own_measure_give_spearmans_correlation():
    frame = people(3000, 0, gaps=0.0)
    statistics = feature_statistics(frame, COLUMNS)
    by = scorers(statistics, COLUMNS)
    found = correlations(scored(frame, by)).value
    spearman = stats.spearmanr(frame["Pay"], frame["Hours"]).statistic
    assert found[0, 1] == pytest.approx(spearman, abs=0.005)


def test_ordinals_are_ranked_in_their_order_and_categories_are_asked_one_by_one():
    frame = people(3000, 0)
    by = scorers(feature_statistics(frame, COLUMNS), COLUMNS)
    names = [(s.feature, s.category) for scorer in by for s in scorer.scores]
    assert names == [
        ("Pay", None), ("Hours", None), ("Years", None), ("Mood", None),
        ("Team", "A"), ("Team", "B"), ("Team", "C"), ("OverTime", None),
    ]  # fmt: skip
    rows = pl.DataFrame({
        "Pay": [None, 0.0, 9e9], "Mood": ["high", "low", "unheard of"], "Team": ["A", None, "Z"],
    })  # fmt: skip
    pay, mood, *teams = scored(rows, tuple(s for s in by if s.column in (PAY, MOOD, TEAM)))
    assert pay[0] == 0
    assert pay[1] < -0.49
    assert pay[2] > 0.49
    assert mood[1] < 0 < mood[0]
    assert mood[2] == 0
    assert [team[1] for team in teams] == [0, 0, 0]
    assert teams[0][0] == pytest.approx(1 + teams[0][2], abs=1e-6)
    assert all(team[2] < 0 for team in teams)  # a team nobody knew is none of these


def test_a_column_that_a_window_lacks_leaves_the_other_pairs_to_be_judged():
    baseline = Baseline()
    window = people(1000, 0, tied=-0.5).drop("Team")
    assert not scored(window, scorers(baseline.statistics, COLUMNS))[4:7].any()
    rest = tuple(column for column in COLUMNS if column is not TEAM)
    now = feature_statistics(window, rest)
    found = drift_findings(window, COLUMNS, now, baseline.statistics, baseline.joint)
    assert failed(found) == {("", "correlation_change")}

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stayline.domain.alert_policy import Band, Capacity, RecallAtPrecision
from stayline.modelling.thresholds import bands_for


@st.composite
def scored_rows(draw):
    size = draw(st.integers(5, 200))
    label = draw(st.lists(st.integers(0, 1), min_size=size, max_size=size))
    label[0] = 1
    risk = draw(st.lists(st.integers(1, 30), min_size=size, max_size=size))
    return np.array(label), np.array(risk) / 31


def precision_at(label, risk, threshold):
    return label[risk >= threshold].mean()


@given(scored_rows(), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=80)
def test_the_threshold_finds_the_most_at_the_asked_precision(rows, asked):
    label, risk = rows
    reaching = [t for t in np.unique(risk) if precision_at(label, risk, t) >= asked]
    high = bands_for(RecallAtPrecision(asked), label, risk).high
    if reaching:
        assert high == min(reaching)
    else:
        best = max(
            precision_at(label, risk, t)
            for t in np.unique(risk)
            if (risk >= t).sum() >= 0.01 * len(risk)
        )
        assert precision_at(label, risk, high) == pytest.approx(best)


@given(scored_rows(), st.floats(0.01, 0.99))
@settings(deadline=None, max_examples=80)
def test_the_capacity_is_used_and_never_exceeded(rows, share):
    label, risk = rows
    high = bands_for(Capacity(share), label, risk).high
    room = share * len(risk) + 1e-9
    flagged = (risk >= high).sum()
    assert flagged <= room or high == risk.max()
    below = risk[risk < high]
    assert not len(below) or (risk >= below.max()).sum() > room


@pytest.mark.parametrize("policy", [RecallAtPrecision(0.5), Capacity(0.3)])
def test_a_row_that_counts_thrice_is_as_good_as_three_rows(policy):
    rng = np.random.default_rng(0)
    risk = rng.random(300).round(2)
    label = (rng.random(300) < risk).astype(int)
    weight = rng.integers(1, 4, 300)
    weighed = bands_for(policy, label, risk, weight.astype(float))
    repeated = bands_for(policy, np.repeat(label, weight), np.repeat(risk, weight))
    assert (weighed.medium, weighed.high) == pytest.approx((repeated.medium, repeated.high))


@given(scored_rows(), st.floats(0.05, 0.95))
@settings(deadline=None, max_examples=50)
def test_the_medium_band_starts_at_the_base_rate_and_below_the_high_one(rows, asked):
    label, risk = rows
    for policy in (RecallAtPrecision(asked), Capacity(asked)):
        bands = bands_for(policy, label, risk)
        assert 0 < bands.medium < bands.high
        if label.mean() < bands.high:
            assert bands.medium == label.mean()


@pytest.mark.parametrize(("share", "rows", "flagged"), [(0.1, 1000, 100), (0.29, 100, 29)])
def test_a_capacity_of_distinct_risks_flags_just_that_share(share, rows, flagged):
    risk = np.random.default_rng(0).permutation(np.linspace(0.01, 0.99, rows))
    bands = bands_for(Capacity(share), (risk > 0.9).astype(int), risk)
    assert [bands.band_of(r) for r in risk].count(Band.HIGH) == flagged

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from audited_rows import simulated_rows
from stayline.modelling.fairness import rates
from stayline.modelling.fairness.tables import AuditRows, group_table, grouping


def table_of(selected, out_of, person=None):
    """Return a table in which so many of each group's rows are selected."""
    facet = np.repeat([chr(97 + at) for at in range(len(out_of))], out_of)
    risk = np.concatenate([np.arange(n) < k for k, n in zip(selected, out_of, strict=True)]).astype(
        float
    )
    person = np.arange(len(risk)) if person is None else person
    rows = AuditRows.of(np.zeros(len(risk)), risk, person, alert_from=0.5)
    return group_table(rows, grouping(pl.Series("facet", facet)))


def selection(selected, out_of, person=None):
    table = table_of(selected, out_of, person)
    return (
        rates.of_groups(table, rates.SELECTION_RATE),
        rates.of_others(table, rates.SELECTION_RATE),
    )


@pytest.mark.parametrize(("selected", "out_of"), [(0, 3), (1, 1), (3, 17), (20, 20), (450, 1000)])
def test_a_rate_has_wilsons_interval(selected, out_of):
    own, _ = selection((selected, 5), (out_of, 10))
    expected = binomtest(selected, out_of).proportion_ci(method="wilson")
    assert own.value[0] == selected / out_of
    assert (own.low[0], own.high[0]) == pytest.approx((expected.low, expected.high))


def test_a_difference_has_newcombes_interval():
    """The first example of Newcombe 1998, method 10: 56 of 70 against 48 of 80."""
    difference = rates.difference(*selection((56, 48), (70, 80)))
    assert difference.value[0] == pytest.approx(0.2)
    assert difference.low[0] == pytest.approx(0.0524, abs=5e-5)
    assert difference.high[0] == pytest.approx(0.3339, abs=5e-5)


def test_few_rows_of_which_none_was_flagged_do_not_prove_a_rate_of_none():
    own, others = selection((0, 100), (6, 1000))
    assert own.low[0] == 0
    assert own.high[0] > 0.3
    ratio = rates.ratio(own, others)
    assert ratio.low[0] == 0
    assert ratio.high[0] > 1


@given(st.integers(0, 12), st.integers(0, 12), st.integers(12, 40), st.integers(12, 40))
def test_ratio_and_difference_hold_their_value_and_turn_with_the_groups(a, b, n, m):
    own, others = selection((a, b), (n, m))
    difference, turned = rates.difference(own, others), rates.difference(others, own)
    assert (difference.low <= difference.value).all()
    assert (difference.value <= difference.high).all()
    assert turned.low == pytest.approx(-difference.high)
    ratio, turned = rates.ratio(own, others), rates.ratio(others, own)
    assert np.isnan(ratio.value[0]) == (b == 0)
    if a and b:
        assert ratio.low[0] <= ratio.value[0] <= ratio.high[0]
        assert turned.low[0] == pytest.approx(1 / ratio.high[0])
        assert turned.high[0] == pytest.approx(1 / ratio.low[0])


def test_a_rate_without_rows_is_not_defined():
    table = table_of((1, 2), (4, 4))
    recall = rates.of_groups(table, rates.RECALL)
    assert np.isnan(recall.value).all()
    assert recall.estimate(0) is None


@pytest.mark.parametrize("rows_each", [1, 5])
def test_of_two_groups_the_others_of_one_are_the_other(rows_each):
    """People who change their group have rows on both sides."""
    data = simulated_rows(80, 3, rows_each=rows_each)
    changed = np.random.default_rng(0).random(len(data.label)) < 0.1
    facet = pl.Series("facet", np.where(changed, "b", data.facets["Gender"]))
    table = group_table(data.rows, grouping(facet))
    for rate in (rates.RECALL, rates.PRECISION, rates.ACCURACY):
        own, others = rates.of_groups(table, rate), rates.of_others(table, rate)
        for part in ("value", "low", "high"):
            assert getattr(others, part) == pytest.approx(getattr(own, part)[::-1])


def test_copies_of_a_row_of_one_person_tell_nothing_more():
    person = np.repeat(np.arange(40), 5)
    selected = np.repeat(np.arange(40) % 4 == 0, 5)
    rows = AuditRows.of(np.zeros(200), selected.astype(float), person, alert_from=0.5)
    table = group_table(rows, grouping(pl.Series("facet", ["a"] * 200)))
    copied = rates.of_groups(table, rates.SELECTION_RATE)
    once, _ = selection((10,), (40,))
    assert copied.value[0] == once.value[0]
    assert copied.low[0] == pytest.approx(once.low[0], abs=0.01)
    assert copied.high[0] == pytest.approx(once.high[0], abs=0.01)


@pytest.mark.parametrize(
    ("risk", "rows_that_count"),
    [([1, 1, 1, 1] + [0] * 8, 2), ([1, 0] * 6, 12)],
    ids=["one of three people is always flagged", "each person is flagged half the time"],
)
def test_rows_count_by_how_much_people_differ_and_never_for_more_than_they_are(
    risk, rows_that_count
):
    person = np.repeat([0, 1, 2], 4)
    rows = AuditRows.of(np.zeros(12), np.array(risk, float), person, alert_from=0.5)
    table = group_table(rows, grouping(pl.Series("facet", ["a"] * 12)))
    own = rates.of_groups(table, rates.SELECTION_RATE)
    for end in (own.low[0], own.high[0]):  # where Wilson's interval ends, by its definition
        gap = abs(own.value[0] - end)
        assert gap == pytest.approx(1.959964 * np.sqrt(end * (1 - end) / rows_that_count))


def test_at_none_and_all_people_count_and_not_their_rows():
    own, _ = selection((0,), (30,), np.repeat([0, 1, 2], 10))
    assert own.high[0] == pytest.approx(binomtest(0, 3).proportion_ci(method="wilson").high)


def limits(rate, people, seed, rows_each):
    """Return difference and ratio of the rate of group b and of the others."""
    data = simulated_rows(people, seed, rows_each=rows_each, shift=0.08)
    table = group_table(data.rows, grouping(data.facets["Gender"]))
    sides = rates.of_groups(table, rate), rates.of_others(table, rate)
    return rates.difference(*sides), rates.ratio(*sides)


@pytest.mark.parametrize("rows_each", [1, 6])
@pytest.mark.parametrize("name", ["RECALL", "SELECTION_RATE", "PRECISION", "FALSE_POSITIVE_RATE"])
def test_intervals_cover_the_truth_about_as_often_as_they_say(name, rows_each):
    rate = getattr(rates, name)
    truth = [one.value[1] for one in limits(rate, 200_000 // rows_each, 0, rows_each)]
    covered = np.zeros(2)
    for seed in range(150):
        drawn = limits(rate, 300, 1000 + seed, rows_each)
        covered += [
            one.low[1] <= true <= one.high[1] for one, true in zip(drawn, truth, strict=True)
        ]
    assert covered.min() >= 134, covered  # at a true 95 % one in 500 falls below

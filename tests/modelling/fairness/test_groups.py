import numpy as np
import polars as pl
import pytest
from fairlearn.metrics import (
    MetricFrame,
    count,
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import accuracy_score, precision_score

from audited_rows import ibm_rows, simulated_rows
from stayline.modelling.fairness.groups import group_figures
from stayline.modelling.fairness.tables import AuditRows, group_table, grouping


def figures(data, facet="Gender", draws=300, fewest_people=0):
    table = group_table(data.rows, grouping(data.facets[facet]))
    drawn = table.draw(draws, np.random.default_rng(0))
    return {one.group: one for one in group_figures(table, drawn, fewest_people=fewest_people)}


@pytest.mark.parametrize("facet", ["Gender", "MaritalStatus", "Age"])
def test_figures_are_those_of_fairlearn(facet):
    data = ibm_rows()
    flagged = data.rows.flagged
    theirs = MetricFrame(
        metrics={
            "n": count,
            "selection_rate": selection_rate,
            "recall": true_positive_rate,
            "false_positive_rate": false_positive_rate,
            "precision": precision_score,
            "accuracy": accuracy_score,
        },
        y_true=data.label,
        y_pred=flagged,
        sensitive_features=data.facets[facet].to_list(),
    )
    ours = figures(data, facet)
    assert sorted(ours) == sorted(theirs.by_group.index)
    for group, row in theirs.by_group.iterrows():
        for name, expected in row.items():
            value = getattr(ours[group], name)
            assert (value if name == "n" else value.value) == pytest.approx(expected)
    told = {"sensitive_features": data.facets[facet].to_list()}
    selected = [one.selection_rate.value for one in ours.values()]
    assert max(selected) - min(selected) == pytest.approx(
        demographic_parity_difference(data.label, flagged, **told)
    )
    assert min(selected) / max(selected) == pytest.approx(
        demographic_parity_ratio(data.label, flagged, **told)
    )
    gaps = [
        max(values) - min(values)
        for values in (
            [one.recall.value for one in ours.values()],
            [one.false_positive_rate.value for one in ours.values()],
        )
    ]
    assert max(gaps) == pytest.approx(equalized_odds_difference(data.label, flagged, **told))


def test_differences_are_the_group_minus_everybody_else():
    data = ibm_rows()
    single = figures(data, "MaritalStatus")["Single"]
    is_single = data.facets["MaritalStatus"].eq("Single").to_numpy()
    left, flagged = data.label == 1, data.rows.flagged
    recall = flagged[left & is_single].mean() - flagged[left & ~is_single].mean()
    assert single.differences["recall"].value == pytest.approx(recall)
    gap = (data.risk - data.label)[is_single].mean() - (data.risk - data.label)[~is_single].mean()
    assert single.differences["calibration_gap"].value == pytest.approx(gap)
    assert single.mean_risk.value == pytest.approx(data.risk[is_single].mean())
    assert single.selection_rate_ratio.value == pytest.approx(
        flagged[is_single].mean() / flagged[~is_single].mean()
    )
    assert (single.n, single.people) == (470, 470)
    assert single.positives == left[is_single].sum()
    assert single.flagged == flagged[is_single].sum()


def test_swapping_the_two_groups_turns_every_difference():
    one, other = figures(simulated_rows(700, 4, shift=0.1)).values()
    for name, difference in one.differences.items():
        turned = other.differences[name]
        assert turned.value == pytest.approx(-difference.value)
        assert (turned.low, turned.high) == pytest.approx((-difference.high, -difference.low))


def test_intervals_widen_when_rows_are_snapshots_of_the_same_few_people():
    data = simulated_rows(300, 2, rows_each=6)
    alike = figures(data)["b"]
    rows = AuditRows.of(data.label, data.risk, np.arange(len(data.label)), alert_from=0.25)
    table = group_table(rows, grouping(data.facets["Gender"]))
    apart = group_figures(table, table.draw(300, np.random.default_rng(0)))[1]
    assert (alike.n, alike.people) == (apart.n, apart.n // 6)
    assert apart.people_who_left == apart.positives
    assert 0 < alike.people_who_left < alike.positives
    pairs = [
        (alike.recall, apart.recall),
        (alike.mean_risk, apart.mean_risk),
        (alike.selection_rate_ratio, apart.selection_rate_ratio),
        *((alike.differences[name], apart.differences[name]) for name in apart.differences),
    ]
    for one, other in pairs:
        assert one.value == pytest.approx(other.value)
        assert one.high - one.low > 1.6 * (other.high - other.low)


def test_what_nothing_defines_is_none_and_not_zero():
    facet = pl.Series("facet", ["a", "a", "a", "b", "b", "b"])
    label = np.array([0, 0, 0, 1, 0, 1])
    rows = AuditRows.of(label, label * 0.0, np.arange(6), alert_from=0.5)
    table = group_table(rows, grouping(facet))
    a, b = group_figures(table, table.draw(50, np.random.default_rng(0)))
    assert a.recall is None  # nobody of a left
    assert b.recall.value == 0
    assert b.differences["recall"] is None
    assert a.precision is None  # nobody was flagged
    assert a.selection_rate_ratio is None
    assert a.selection_rate.value == 0
    assert a.selection_rate.high > 0


def test_a_facet_of_one_value_has_nobody_to_compare_with():
    data = simulated_rows(50, 1)
    table = group_table(data.rows, grouping(pl.Series("facet", ["a"] * 50)))
    (only,) = group_figures(table, table.draw(50, np.random.default_rng(0)))
    assert only.selection_rate is not None
    assert set(only.differences.values()) == {None}
    assert only.selection_rate_ratio is None


def test_groups_of_few_people_are_counted_and_not_told_of():
    a, b = figures(simulated_rows(30, 1, rows_each=3), fewest_people=15).values()
    assert a.recall is not None
    assert b.people < 15 < b.n
    assert b.recall is b.base_rate is b.mean_risk is None
    assert b.differences == {}


def test_the_calibration_gap_covers_the_truth_about_as_often_as_it_says():
    """Risks are the true probabilities, but for 8 points more in group b."""
    truth = figures(simulated_rows(300_000, 0, shift=0.08), draws=10)["b"]
    covered = 0
    for seed in range(150):
        found = figures(simulated_rows(100, 500 + seed, rows_each=4, shift=0.08), draws=200)["b"]
        gap = found.differences["calibration_gap"]
        covered += gap.low <= truth.differences["calibration_gap"].value <= gap.high
    assert covered >= 132  # of 150; at a true 95 % one in 1,500 falls below

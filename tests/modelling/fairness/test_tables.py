from collections import Counter

import numpy as np
import polars as pl
import pytest

from audited_rows import simulated_rows
from stayline.modelling.fairness.tables import AuditRows, crossed, group_table, grouping


def rows_of(people, rows_each, seed=0):
    """Return rows of people who now and then change their group, label and flag."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), rows_each)
    facet = np.where(rng.random(len(person)) < 0.1, "b", np.where(person % 3, "a", "b"))
    risk = np.clip(0.2 + 0.05 * (person % 7) + 0.1 * rng.random(len(person)), 0, 1)
    rows = AuditRows.of(rng.random(len(person)) < risk, risk, person, alert_from=0.4)
    return rows, grouping(pl.Series("facet", facet))


def drawn_one_by_one(rows, groups, draws):
    """Return counts and sums of risks of plain draws of people, without any shortcut."""
    rng = np.random.default_rng(1)
    counts, risks = [], []
    for _ in range(draws):
        weight = np.bincount(rng.integers(0, rows.people, rows.people), minlength=rows.people)
        weight = weight[rows.person]
        place = (groups.codes * 2 + rows.label) * 2 + rows.flagged
        counts.append(np.bincount(place, weights=weight, minlength=8).reshape(2, 2, 2))
        risks.append(np.bincount(groups.codes, weights=weight * rows.risk, minlength=2))
    return np.array(counts), np.array(risks)


@pytest.mark.parametrize("rows_each", [1, 4])
def test_draws_vary_as_if_people_were_drawn_one_by_one(rows_each):
    rows, groups = rows_of(200, rows_each)
    drawn = group_table(rows, groups).draw(4000, np.random.default_rng(2))
    counts, risks = drawn_one_by_one(rows, groups, 4000)
    assert drawn.counts.mean(axis=0) == pytest.approx(counts.mean(axis=0), rel=0.03)
    assert drawn.counts.std(axis=0) == pytest.approx(counts.std(axis=0), rel=0.07)
    assert drawn.risk.mean(axis=0) == pytest.approx(risks.mean(axis=0), rel=0.02)
    assert drawn.risk.std(axis=0) == pytest.approx(risks.std(axis=0), rel=0.07)
    for group in (0, 1):
        together = [(drawn.risk, drawn.counts), (risks, counts)]
        ours, plain = (
            np.corrcoef(risk[:, group], count[:, group].sum(axis=(1, 2)))[0, 1]
            for risk, count in together
        )
        assert ours == pytest.approx(plain, abs=0.05)


def test_a_table_too_wide_for_all_draws_at_once_is_drawn_in_batches():
    rows, groups = rows_of(500, 3)
    strata = np.arange(len(rows))
    drawn = group_table(rows, groups, strata).draw(700, np.random.default_rng(0))
    assert len(drawn.counts) == len(drawn.risk) == drawn.disparity.shape[1] == 700
    assert (drawn.counts.sum(axis=(1, 2, 3)) == len(rows)).all()


def test_the_kinds_of_people_add_up_to_the_counts():
    rows, groups = rows_of(120, 3)
    table = group_table(rows, groups, np.arange(len(rows)) % 2)
    kinds, shares = table.kinds, table.shares
    assert kinds.people.sum() == 120
    assert 1 < len(kinds.people) < 120
    size = kinds.people[shares.kind]
    for group in (0, 1):
        own = shares.group == group
        counts = np.einsum("s,syf->yf", size[own], shares.rows[own])
        assert counts == pytest.approx(table.counts[group])
        assert size[own] @ shares.risk_mean[own] == pytest.approx(table.risk[group])
        assert table.people[group] == len(set(rows.person[groups.codes == group]))


def test_people_are_of_one_kind_when_their_rows_count_alike():
    rows, groups = rows_of(150, 3)
    table = group_table(rows, groups)
    cells = (groups.codes * 2 + rows.label) * 2 + rows.flagged
    kinds = Counter(tuple(sorted(cells[rows.person == one])) for one in range(150))
    assert sorted(table.kinds.people) == sorted(kinds.values())


def test_people_who_count_alike_still_differ_in_risk():
    risk = np.where(np.arange(400) % 2, 0.1, 0.3)
    rows = AuditRows.of(np.zeros(400), risk, np.arange(400), alert_from=0.5)
    table = group_table(rows, grouping(pl.Series("facet", ["a"] * 400)))
    drawn = table.draw(4000, np.random.default_rng(0)).risk[:, 0]
    assert drawn.mean() == pytest.approx(80, rel=0.01)
    assert drawn.std() == pytest.approx(0.1 * 20, rel=0.05)


def test_a_risk_of_just_the_threshold_is_flagged():
    rows = AuditRows.of(np.zeros(3), np.array([0.2, 0.25, 0.3]), np.arange(3), alert_from=0.25)
    assert rows.flagged.tolist() == [0, 1, 1]


def test_rows_of_an_unknown_group_are_left_out():
    data = simulated_rows(60, 0)
    facet = data.facets["Gender"].scatter([0, 1, 2], None)
    groups = grouping(facet)
    assert groups.codes[:3].tolist() == [-1, -1, -1]
    assert group_table(data.rows, groups).counts.sum() == 57


def test_crossed_groups_are_those_that_somebody_belongs_to():
    one = grouping(pl.Series("Gender", ["f", "f", "m", "m", None]))
    other = grouping(pl.Series("Age", ["old", "old", "old", "young", "young"]))
    pair = crossed(one, other)
    assert pair.facet == "Gender x Age"
    assert pair.names == ("f x old", "m x old", "m x young")
    assert pair.codes.tolist() == [0, 0, 1, 2, -1]

"""People counted part by part make the table that they make together."""

import numpy as np
import polars as pl
import pytest

from stayline.modelling.fairness.group_counts import group_counts, merged_groups
from stayline.modelling.fairness.tables import AuditRows, group_table, grouping

ALERT_FROM = 0.4
N = 3000


@pytest.fixture(params=[0, 1])
def people(request: pytest.FixtureRequest) -> tuple[pl.Series, pl.Series]:
    """Groups, of which some are unknown and one is of a single person, and risks."""
    rng = np.random.default_rng(request.param)
    groups = rng.choice(["a", "b", "c", None], N, p=[0.6, 0.25, 0.1, 0.05])
    groups[17] = "d"
    return pl.Series("Gender", groups, pl.String), pl.Series("risk", rng.beta(2, 5, N))


def test_parts_make_the_table_of_all_rows(people):
    facet, risk = people
    parts = [
        group_counts(facet[at : at + 70], risk[at : at + 70], alert_from=ALERT_FROM)
        for at in range(0, N, 70)
    ]
    merged = merged_groups([merged_groups(parts[:9]), merged_groups(parts[9:])])
    found = merged.table()
    label = np.zeros(N, dtype=np.int64)
    rows = AuditRows.of(label, risk.to_numpy(), np.arange(N), alert_from=ALERT_FROM)
    expected = group_table(rows, grouping(facet))
    assert merged.unknown == facet.null_count()
    assert merged.people == N
    assert (found.facet, found.names) == (expected.facet, expected.names)
    np.testing.assert_array_equal(found.cells, expected.cells)
    np.testing.assert_array_equal(found.people, expected.people)
    assert found.is_one_row_each
    np.testing.assert_allclose(found.risk, expected.risk, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(found.shares.rows, expected.shares.rows)
    for name in ("risk_mean", "risk_variance"):
        np.testing.assert_allclose(
            getattr(found.shares, name), getattr(expected.shares, name), rtol=0, atol=1e-12
        )


def test_the_same_draws_are_made_of_both_tables(people):
    facet, risk = people
    found = group_counts(facet, risk, alert_from=ALERT_FROM).table()
    label = np.zeros(N, dtype=np.int64)
    rows = AuditRows.of(label, risk.to_numpy(), np.arange(N), alert_from=ALERT_FROM)
    expected = group_table(rows, grouping(facet))
    ours, theirs = (table.draw(50, np.random.default_rng(3)) for table in (found, expected))
    np.testing.assert_array_equal(ours.counts, theirs.counts)
    np.testing.assert_allclose(ours.risk, theirs.risk, rtol=0, atol=1e-9)


def test_nobody_of_known_group_is_an_empty_table(people):
    _, risk = people
    counts = group_counts(pl.Series("Gender", [None] * N, pl.String), risk, alert_from=ALERT_FROM)
    assert counts.cells.is_empty()
    assert (counts.unknown, counts.people) == (N, N)

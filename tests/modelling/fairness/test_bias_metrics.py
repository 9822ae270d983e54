import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smclarify.bias.metrics import POSTTRAINING_METRICS, PRETRAINING_METRICS, call_metric

from audited_rows import ibm_rows, simulated_rows
from stayline.modelling.fairness.bias_metrics import facet_metrics
from stayline.modelling.fairness.flip_test import flip_tests
from stayline.modelling.fairness.formulas import POST_TRAINING, PRE_TRAINING
from stayline.modelling.fairness.tables import AuditRows, group_table, grouping

NAMES = {metric.__name__: metric for metric in PRETRAINING_METRICS + POSTTRAINING_METRICS}


def ours(label, flagged, facet, strata, features, draws=20):
    """Return the metrics of every group, by group and name."""
    rows = AuditRows.of(label, np.asarray(flagged, float), np.arange(len(label)), alert_from=0.5)
    groups, rng = grouping(pl.Series("facet", facet)), np.random.default_rng(0)
    table = group_table(rows, groups, pl.Series(strata).rank("dense").to_numpy() - 1)
    flips = flip_tests(features, rows.flagged, groups, rng)
    found = facet_metrics(table, table.draw(draws, rng), flips, has_strata=True)
    return {one.value: {m.name: m for m in one.pre_training + one.post_training} for one in found}


def clarify(name, label, flagged, facet, strata, features, group):
    """Return what smclarify says of one metric, None where it refuses."""
    stays = pd.Series(np.asarray(label) == 0)
    clear = pd.Series(np.asarray(flagged) == 0)
    try:
        return call_metric(
            NAMES[name],
            df=pd.DataFrame({c: features[c].to_numpy() for c in features.columns}),
            feature=pd.Series(facet),
            sensitive_facet_index=pd.Series(np.asarray(facet) == group),
            label=stays,
            positive_label_index=stays,
            predicted_label=clear,
            positive_predicted_label_index=clear,
            group_variable=pd.Series(strata),
        )
    except ValueError:
        return None


def compare(label, flagged, facet, strata, features):
    found = ours(label, flagged, facet, strata, features)
    assert sorted(found) == sorted(set(facet))
    for group, metrics in found.items():
        assert sorted(metrics) == sorted(NAMES)
        for name, metric in metrics.items():
            expected = clarify(name, label, flagged, facet, strata, features, group)
            where = f"{name} of {group}: ours {metric.value}, Clarify {expected}"
            assert (metric.value is None) == (expected is None), where
            if expected is not None:
                assert float(metric.value) == pytest.approx(expected, abs=1e-9), where


@pytest.mark.parametrize("facet", ["Gender", "MaritalStatus", "Age"])
def test_every_metric_is_that_of_smclarify_on_ibm(facet):
    data = ibm_rows()
    numeric = data.features.select(pl.selectors.numeric())
    compare(
        data.label, data.rows.flagged, data.facets[facet].to_list(), data.strata.to_list(), numeric
    )


DEGENERATE = {
    "a class is absent in a group": ("0011 0000", "0101 0101", "aaaa bbbb"),
    "no class is shared": ("0000 1111", "0101 0101", "aaaa bbbb"),
    "a group of one": ("0101 0111", "0101 0010", "aaaa aaab"),
    "nobody left": ("0000 0000", "0101 0110", "aaaa bbbb"),
    "everybody left": ("1111 1111", "0101 0110", "aaaa bbbb"),
    "everybody flagged": ("0101 0110", "1111 1111", "aaaa bbbb"),
    "nobody flagged": ("0101 0110", "0000 0000", "aaaa bbbb"),
    "a whole group flagged": ("0101 0110", "1111 0010", "aaaa bbbb"),
    "all flags are false": ("0000 0000", "1111 1111", "aaaa bbbb"),
    "one group only": ("0101 0110", "0101 0010", "aaaa aaaa"),
    "no false flag in one group": ("1100 1100", "0000 0110", "aaaa bbbb"),
    "no leaver missed in either": ("1100 1100", "1110 1110", "aaaa bbbb"),
}


@pytest.mark.parametrize("case", DEGENERATE.values(), ids=DEGENERATE.keys())
def test_every_metric_is_that_of_smclarify_on_degenerate_tables(case):
    label, flagged, facet = (text.replace(" ", "") for text in case)
    features = pl.DataFrame({"x": np.arange(8.0) ** 2, "y": np.arange(8) % 3})
    compare(
        np.array(list(label), int), np.array(list(flagged), int), list(facet), list("xyxyxyxy"),
        features,
    )  # fmt: skip


@st.composite
def tables(draw):
    size = draw(st.integers(2, 24))
    bits = st.lists(st.integers(0, 1), min_size=size, max_size=size)
    words = st.lists(st.sampled_from("abc"), min_size=size, max_size=size)
    return np.array(draw(bits)), np.array(draw(bits)), draw(words), draw(words)


@given(tables())
@settings(max_examples=30)
def test_every_metric_is_that_of_smclarify_on_any_table(table):
    label, flagged, facet, strata = table
    features = pl.DataFrame({"x": np.arange(len(label)) * 7 % 11 + 0.1 * np.arange(len(label))})
    compare(label, flagged, facet, strata, features)


def test_names_and_descriptions_are_those_of_clarify_in_its_order():
    for metrics, described in (
        (PRETRAINING_METRICS, PRE_TRAINING),
        (POSTTRAINING_METRICS, POST_TRAINING),
    ):
        theirs = {m.__name__: m.__doc__.lstrip().split("\n")[0] for m in metrics}
        assert described == theirs
        assert list(described) == sorted(theirs)


def metrics_of(data, draws=400, has_strata=True):
    groups, rng = grouping(data.facets["Gender"]), np.random.default_rng(1)
    table = group_table(data.rows, groups, data.strata.rank("dense").to_numpy() - 1)
    flips = flip_tests(data.features, data.rows.flagged, groups, rng)
    found = facet_metrics(table, table.draw(draws, rng), flips, has_strata=has_strata)
    return [{m.name: m for m in one.pre_training + one.post_training} for one in found]


def test_every_metric_but_the_flip_test_has_an_interval_around_it():
    for metrics in metrics_of(simulated_rows(2000, 3)):
        for name, metric in metrics.items():
            if name == "FT":
                assert metric.interval is None
                assert "no interval" in metric.note
            else:
                low, high = metric.interval
                assert low <= metric.value <= high, name
                assert low < high, name


def test_swapping_the_groups_turns_the_sign_of_differences_and_their_intervals():
    a, b = metrics_of(simulated_rows(800, 5, shift=0.1))
    for name in ("DPL", "DPPL", "RD", "SD", "DAR", "DRR", "AD"):
        low, high = a[name].interval
        assert b[name].value == pytest.approx(-a[name].value)
        assert b[name].interval == pytest.approx((-high, -low))


def test_a_distance_reaches_none_where_a_difference_of_none_is_not_excluded():
    alike = metrics_of(simulated_rows(500, 1))[0]
    assert alike["DPL"].interval[0] < 0 < alike["DPL"].interval[1]
    for name in ("KL", "JS", "LP", "TVD", "KS"):
        assert alike[name].interval[0] == 0


def test_distances_have_the_interval_of_the_difference_that_they_measure():
    metrics = metrics_of(simulated_rows(900, 6, shift=0.1))[0]
    low, high = metrics["DPL"].interval
    reach = (max(low, -high, 0), max(-low, high))
    assert metrics["TVD"].interval == metrics["KS"].interval == pytest.approx(reach)
    assert metrics["LP"].interval == pytest.approx((reach[0] * 2**0.5, reach[1] * 2**0.5))


def test_a_distance_that_leaves_out_a_label_has_no_interval_and_says_why():
    found = ours(
        np.array([0, 0, 0, 0, 1, 0]), np.array([1, 1, 0, 1, 0, 0]), list("aaabbb"), list("xxxxxx"),
        pl.DataFrame({"x": [1.0, 2, 3, 4, 5, 6]}),
    )["a"]  # fmt: skip
    for name in ("KL", "JS", "LP", "TVD", "KS"):
        assert found[name].interval is None
        assert "label that is absent" in found[name].note
    assert found["DPL"].interval is not None


def test_without_strata_the_conditional_disparity_says_what_it_lacks():
    metrics = metrics_of(simulated_rows(100, 1), has_strata=False)[0]
    for name in ("CDDL", "CDDPL"):
        assert metrics[name].value is None
        assert "No column of strata" in metrics[name].error


def test_an_infinite_metric_is_told_as_text():
    found = ours(
        np.array([0, 1, 0, 0, 1, 0]), np.array([1, 1, 0, 1, 0, 0]), list("aaabbb"), list("xxxxxx"),
        pl.DataFrame({"x": [1.0, 2, 3, 4, 5, 6]}),
    )  # fmt: skip
    assert found["a"]["TE"].value == "Infinity"
    assert found["b"]["TE"].value == "-Infinity"


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """Divergences aside, which cannot be negative, so that their intervals cover more often."""
    truth = metrics_of(simulated_rows(400_000, 0, shift=0.08), draws=10)[1]
    names = (
        "DPL", "DPPL", "DI", "DCA", "DCR", "RD", "SD", "DAR", "DRR", "AD", "TE", "CDDPL", "GE", "CI"
    )  # fmt: skip
    covered = dict.fromkeys(names, 0)
    for seed in range(100):
        drawn = metrics_of(simulated_rows(600, 1000 + seed, shift=0.08), draws=200)[1]
        for name in names:
            low, high = map(float, drawn[name].interval)
            covered[name] += low <= truth[name].value <= high
    assert min(covered.values()) >= 88, covered  # at a true 95 % one in 400 falls below

import msgspec
import numpy as np
import polars as pl
import pytest

from drifting_people import COLUMNS, OVERTIME, TEAM, Baseline, failed, people
from stayline.domain.gates import Verdict
from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.modelling.drift.check import drift_findings
from stayline.modelling.feature_statistics import feature_statistics
from stayline.samples.presets import named_schema
from stayline.samples.simulator import Plant, simulate_months

BASELINE = Baseline()
SEEDS = range(20)


def test_without_drift_a_window_seldom_fails():
    alarms = sum(bool(failed(BASELINE.findings(people(1000, seed)))) for seed in range(60))
    assert alarms <= 6  # 3 are expected; more than 6 have a chance of 3 %


def test_people_of_one_month_of_a_simulated_workforce_drawn_apart_seldom_fail():
    columns = named_schema("monthly-panel").model_inputs
    month = simulate_months(12_000, 4, 0, Plant(), lambda done, total: None)[-1].extract
    shuffled = month.sample(fraction=1.0, shuffle=True, seed=1)
    baseline = Baseline(shuffled[:4000], columns)
    windows = [shuffled[start : start + 500] for start in range(4000, 11_000, 500)]
    findings = [baseline.findings(window) for window in windows]
    assert sum(bool(failed(found)) for found in findings) <= 3  # more have a chance of 1 in 400
    assert len(windows) == 14


@pytest.mark.parametrize(
    ("drift", "seen"),
    [
        ({"shift": 0.3}, ("Pay", "l_infinity")),
        ({"tied": -0.5}, ("", "correlation_change")),
        ({"moved": 0.1}, ("Team", "total_variation")),
        ({"gaps": 0.10}, ("Years", "missing_share")),
    ],
    ids=str,
)
def test_a_planted_drift_is_found_within_two_windows_and_named(drift, seen):
    found = [failed(BASELINE.findings(people(1000, seed, **drift))) for seed in SEEDS]
    within_two = [seen in one | other for one, other in zip(found[::2], found[1::2], strict=True)]
    assert np.mean(within_two) >= 0.9
    others = [name for one in found for name in one - {seen}]
    assert len(others) <= 4  # the drift is named, not everything around it


def test_a_swapped_correlation_shows_in_no_single_column():
    window = people(1000, 3, tied=-0.5)
    assert failed(BASELINE.findings(window)) == {("", "correlation_change")}
    told = BASELINE.judged(window, "", "correlation_change")
    assert "Pay" in told.reason
    assert "Hours" in told.reason
    assert told.low > 0.5
    assert told.value == pytest.approx(0.96, abs=0.1)


def test_a_finding_tells_how_clear_and_how_large_a_change_is():
    told = BASELINE.judged(people(1000, 0, shift=0.3), "Pay", "l_infinity")
    assert 0 < told.low < told.value < told.high
    assert told.threshold == 0.05
    assert told.n == 1000
    assert "p = " in told.reason
    luck = BASELINE.judged(people(1000, 0, shift=0.3), "Pay", "p_value")
    assert luck.value < 1e-6
    assert luck.verdict is Verdict.PASS  # told, not judged


def test_a_clear_change_that_is_small_is_no_failure():
    window = people(100_000, 0, shift=0.1)
    large_baseline = Baseline(people(100_000, 1))
    told = large_baseline.judged(window, "Pay", "l_infinity")
    assert told.verdict is Verdict.PASS
    assert told.reason.startswith("Clear but small")
    assert large_baseline.judged(window, "Pay", "p_value").value < 1e-6


def test_a_small_window_says_how_many_rows_it_takes_but_a_great_change_fails_all_the_same():
    told = BASELINE.judged(people(200, 0), "Pay", "l_infinity")
    assert told.verdict is Verdict.INSUFFICIENT
    assert "at least 594" in told.reason
    pairs = BASELINE.judged(people(200, 0), "", "correlation_change")
    assert pairs.verdict is Verdict.INSUFFICIENT
    great = BASELINE.judged(people(200, 0, shift=1.5), "Pay", "l_infinity")
    assert great.verdict is Verdict.FAIL


def test_against_a_small_baseline_no_window_suffices():
    told = Baseline(people(200, 1)).judged(people(5000, 0), "Pay", "l_infinity")
    assert told.verdict is Verdict.INSUFFICIENT
    assert "a larger baseline" in told.reason


def test_rows_of_the_same_people_count_less():
    rng = np.random.default_rng(0)
    who = rng.integers(0, 30, 1000)
    window = people(30, 0)[who]
    assert failed(BASELINE.findings(window))  # as if a thousand had been drawn
    findings = BASELINE.findings(window, people=pl.Series(who))
    assert failed(findings) == set()
    months = Baseline(
        people(100, 1)[np.tile(np.arange(100), 36)], person=np.tile(np.arange(100), 36)
    )
    assert months.joint.independent_rows == pytest.approx(100)
    assert failed(months.findings(people(1000, 0))) == set()


def test_the_first_gaps_of_a_column_fail_if_they_are_clear():
    window = people(1000, 0)
    some = window.with_columns(Pay=pl.when(pl.int_range(1000) < 12).then(None).otherwise("Pay"))
    assert BASELINE.judged(some, "Pay", "missing_share").verdict is Verdict.FAIL
    one = window.with_columns(Pay=pl.when(pl.int_range(1000) < 1).then(None).otherwise("Pay"))
    assert BASELINE.judged(one, "Pay", "missing_share").verdict is Verdict.PASS


def test_an_empty_window_and_an_empty_column_are_insufficient_and_no_fault():
    for window in (people(1000, 0).clear(), people(1000, 0).with_columns(Pay=pl.lit(None, float))):
        told = {f.subject: f for f in BASELINE.findings(window) if not f.metric}
        assert told["Pay"].verdict is Verdict.INSUFFICIENT
    gone = BASELINE.judged(window, "Pay", "missing_share")
    assert (gone.verdict, gone.value) == (Verdict.FAIL, 1.0)


def test_a_package_without_joint_statistics_or_with_those_of_other_columns_asks_to_train_anew():
    other = Baseline(columns=COLUMNS[:3]).joint
    for joint in (None, other):
        told = BASELINE.judged(people(1000, 0), "", "correlation_change", joint=joint)
        assert told.verdict is Verdict.INSUFFICIENT
        assert "train anew" in told.reason


def test_a_model_of_one_column_or_of_rare_words_only_has_no_pairs_to_judge():
    rare = Column("Site", Kind.CATEGORY, Role.FEATURE)
    sites = pl.DataFrame({"Site": [f"site {n % 50}" for n in range(4000)]})
    for baseline, window in (
        (Baseline(columns=COLUMNS[:1]), people(1000, 0)),
        (Baseline(sites, (rare,)), sites[:1000]),
    ):
        told = baseline.judged(window, "", "correlation_change")
        assert told.verdict is Verdict.INSUFFICIENT
        assert "No two columns" in told.reason


def test_the_rate_of_false_alarms_is_what_the_caller_allows():
    window = people(1000, 0, shift=0.2)
    assert BASELINE.judged(window, "Pay", "p_value").value < 0.05
    strict = BASELINE.judged(window, "Pay", "l_infinity", false_alarm_rate=1e-6)
    loose = BASELINE.judged(window, "Pay", "l_infinity", false_alarm_rate=0.9)
    assert (strict.verdict, loose.verdict) == (Verdict.INSUFFICIENT, Verdict.FAIL)
    assert strict.low < loose.low


def test_every_distance_is_told_for_numbers_and_for_words():
    told = {(f.subject, f.metric) for f in BASELINE.findings(people(1000, 0))}
    both = {"psi", "jensen_shannon", "p_value", "missing_share", "l_infinity"}
    numbers = both | {"wasserstein", "wasserstein_normed"}
    words = both | {"total_variation", "chi_squared"}
    assert told == {
        *(("Pay", metric) for metric in numbers), *(("Hours", metric) for metric in numbers),
        *(("Years", metric) for metric in numbers), *(("Mood", metric) for metric in words),
        *(("Team", metric) for metric in words), *(("OverTime", metric) for metric in words),
        ("", "correlation_change"),
    }  # fmt: skip


def test_a_number_that_became_a_word_is_not_compared():
    window = people(1000, 0).with_columns(Pay=pl.lit("much"))
    columns = (Column("Pay", Kind.CATEGORY, Role.FEATURE), TEAM, OVERTIME)
    now = feature_statistics(window, columns)
    findings = drift_findings(window, columns, now, BASELINE.statistics, None)
    (told,) = (f for f in findings if f.subject == "Pay" and not f.metric)
    assert told.verdict is Verdict.INSUFFICIENT


def test_what_a_package_keeps_of_the_pairs_holds_no_row():
    kept = msgspec.to_builtins(BASELINE.joint)
    assert set(kept) == {
        "rows", "independent_rows", "scores", "correlations", "standard_errors", "version",
    }  # fmt: skip
    size = len(BASELINE.joint.scores)
    assert [len(line) for line in kept["correlations"]] == list(range(size))

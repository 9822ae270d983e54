import msgspec
import polars as pl

from drifting_people import COLUMNS, Baseline, people
from stayline.formats.data_constraints import DistributionConstraints
from stayline.modelling.data_constraints import suggested_constraints
from stayline.modelling.data_violations import violations
from stayline.modelling.drift.violations import drift_violations
from stayline.modelling.feature_statistics import feature_statistics

BASELINE = Baseline()
CONSTRAINTS = suggested_constraints(BASELINE.statistics, COLUMNS)


def told(window, constraints=CONSTRAINTS, baseline=BASELINE):
    now = feature_statistics(window, [c for c in COLUMNS if c.name in window.columns])
    found = drift_violations(now, constraints, baseline.findings(window)).violations
    return [(v.feature_name, v.constraint_check_type.value) for v in found]


def test_a_clear_drift_is_a_violation_in_the_words_of_the_format():
    window = people(1000, 0, shift=0.5, moved=0.2)
    assert told(window) == [("Pay", "baseline_drift_check"), ("Team", "baseline_drift_check")]


def test_what_no_single_column_shows_has_no_check_type_and_is_no_violation():
    assert told(people(1000, 0, tied=-0.9)) == []


def test_a_few_more_gaps_than_usual_in_a_small_window_are_no_violation():
    unlucky = next(
        window
        for window in (people(60, seed) for seed in range(50))
        if any("ompleteness" in v.description for v in violations_of(window))
    )
    assert ("Years", "completeness_check") not in told(unlucky)
    assert ("Years", "completeness_check") in told(people(1000, 0, gaps=0.2))


def violations_of(window):
    return violations(feature_statistics(window, COLUMNS), CONSTRAINTS)


def test_types_and_words_are_held_against_the_constraints_as_ever():
    window = people(1000, 0).with_columns(Team=pl.lit("Z"))
    assert ("Team", "categorical_values_check") in told(window)


def test_a_comparison_that_is_switched_off_stays_off():
    window = people(1000, 0, shift=0.5)
    off = DistributionConstraints(perform_comparison="Disabled")
    config = msgspec.structs.replace(CONSTRAINTS.monitoring_config, distribution_constraints=off)
    assert told(window, msgspec.structs.replace(CONSTRAINTS, monitoring_config=config)) == []

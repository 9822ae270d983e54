from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest

from stayline.domain.workforce_schema import Column, Kind, Role
from stayline.formats.data_constraints import (
    DistributionConstraints,
    MonitoringConfig,
    Violations,
)
from stayline.formats.report_json import decode, encode
from stayline.modelling.data_constraints import suggested_constraints
from stayline.modelling.data_violations import violations
from stayline.modelling.feature_statistics import feature_statistics
from training_frames import ibm_data

PAY = Column("Pay", Kind.NUMBER, Role.FEATURE)
TEAM = Column("Team", Kind.CATEGORY, Role.FEATURE)
BOTH = (PAY, TEAM)
ROWS = 1000


def people(seed=0, shift=0.0, share=0.5, rows=ROWS):
    rng = np.random.default_rng(seed)
    pay = rng.integers(1000, 2000, rows) + shift
    return pl.DataFrame({"Pay": pay, "Team": np.where(rng.random(rows) < share, "A", "B")})


BASELINE = feature_statistics(people(), BOTH)
CONSTRAINTS = suggested_constraints(BASELINE, BOTH)


def broken(frame, columns=BOTH, baseline=None, constraints=CONSTRAINTS):
    """Return what is violated as {(column, check): description}."""
    found = violations(feature_statistics(frame, columns), constraints, baseline)
    return {(v.feature_name, v.constraint_check_type.value): v.description for v in found}


def with_config(**changed):
    config = msgspec.structs.replace(CONSTRAINTS.monitoring_config, **changed)
    return msgspec.structs.replace(CONSTRAINTS, monitoring_config=config)


def test_data_like_the_baseline_break_nothing():
    assert broken(people(seed=1), baseline=BASELINE) == {}


def test_a_column_that_came_or_went_is_named():
    other = Column("Site", Kind.CATEGORY, Role.FEATURE)
    frame = people().select("Pay", Site=pl.lit("x"))
    assert set(broken(frame, (PAY, other))) == {
        ("Team", "missing_column_check"),
        ("Site", "extra_column_check"),
    }


def test_gaps_in_a_whole_column_are_told_with_their_share():
    frame = people().with_columns(Pay=pl.when(pl.int_range(pl.len()) % 5 > 0).then("Pay"))
    told = broken(frame)
    assert set(told) == {("Pay", "completeness_check")}
    assert "only 80.00% of 1000" in told["Pay", "completeness_check"]


def test_a_few_fractions_among_whole_numbers_are_no_other_type_but_many_are():
    few = people().with_columns(Pay=pl.col("Pay") + 0.5 * (pl.int_range(pl.len()) % 20 == 0))
    many = people().with_columns(Pay=pl.col("Pay") + 0.5 * (pl.int_range(pl.len()) % 4 == 0))
    assert broken(few) == {}
    told = broken(many)
    assert set(told) == {("Pay", "data_type_check")}
    share = told["Pay", "data_type_check"].split("Observed: only ")[1].split("%")[0]
    assert float(share) == pytest.approx(75, abs=2)  # by the sketch


def test_whole_numbers_are_fractional_ones_as_well():
    halves = people().with_columns(pl.col("Pay") + 0.5)
    constraints = suggested_constraints(feature_statistics(halves, BOTH), BOTH)
    assert broken(people(), constraints=constraints) == {}


def test_words_where_numbers_were_are_another_type():
    words = people().with_columns(pl.col("Pay").cast(pl.String))
    told = broken(words, (replace(PAY, kind=Kind.CATEGORY), TEAM))
    assert set(told) == {("Pay", "data_type_check")}


def test_a_column_without_any_value_is_told_by_its_completeness_alone():
    empty = people().with_columns(Pay=pl.lit(None, pl.Float64), Team=pl.lit(None, pl.String))
    assert set(broken(empty, baseline=BASELINE)) == {
        ("Pay", "completeness_check"),
        ("Team", "completeness_check"),
    }


@pytest.mark.parametrize(("every", "is_broken"), [(20, False), (5, True)])
def test_words_outside_the_domain_are_told_when_they_are_more_than_a_tenth(every, is_broken):
    new = pl.when(pl.int_range(pl.len()) % every == 0).then(pl.lit("New")).otherwise("Team")
    told = broken(people().with_columns(Team=new))
    assert (("Team", "categorical_values_check") in told) is is_broken


def test_a_distribution_that_moved_is_told_with_its_distance():
    told = broken(people(seed=2, shift=400, share=0.9), baseline=BASELINE)
    assert set(told) == {("Pay", "baseline_drift_check"), ("Team", "baseline_drift_check")}
    distance, limit = told["Pay", "baseline_drift_check"].split("distance: ")[1].split(" exceeds ")
    luck = 1.8 * (2 / ROWS) ** 0.5
    assert float(distance) == pytest.approx(0.4 - luck, abs=0.04)
    assert limit == "threshold: 0.1"


def test_without_a_baseline_nothing_is_said_of_distributions():
    assert broken(people(seed=2, shift=400, share=0.9)) == {}


def test_the_robust_method_forgives_what_a_small_sample_may_differ_by_luck():
    few = people(seed=3, share=0.35, rows=60)
    simple = with_config(
        distribution_constraints=DistributionConstraints(comparison_method="Simple")
    )
    assert broken(few, baseline=BASELINE) == {}
    assert ("Team", "baseline_drift_check") in broken(few, baseline=BASELINE, constraints=simple)


def test_words_may_have_a_limit_of_their_own():
    rule = DistributionConstraints(comparison_method="Simple", categorical_comparison_threshold=0.5)
    moved = people(seed=2, shift=400, share=0.9)
    told = broken(moved, baseline=BASELINE, constraints=with_config(distribution_constraints=rule))
    assert set(told) == {("Pay", "baseline_drift_check")}


def test_what_is_switched_off_is_not_checked():
    moved = people(seed=2, shift=400.5, share=0.9)
    off = with_config(
        distribution_constraints=DistributionConstraints(perform_comparison="Disabled")
    )
    told = broken(moved, baseline=BASELINE, constraints=off)
    assert set(told) == {("Pay", "data_type_check")}
    assert (
        broken(moved, baseline=BASELINE, constraints=with_config(evaluate_constraints="Disabled"))
        == {}
    )


def test_a_file_with_the_services_own_thresholds_wants_every_value_right():
    config = msgspec.json.decode(
        b'{"datatype_check_threshold": 1.0, "domain_content_threshold": 1.0}', type=MonitoringConfig
    )
    strict = msgspec.structs.replace(CONSTRAINTS, monitoring_config=config)
    one_new = pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("New")).otherwise("Team")
    told = broken(people().with_columns(Team=one_new), constraints=strict)
    assert set(told) == {("Team", "categorical_values_check")}


def test_violations_are_written_in_the_documented_form():
    found = violations(feature_statistics(people().drop("Team"), (PAY,)), CONSTRAINTS)
    written = encode(Violations(found))
    assert msgspec.json.decode(written) == {
        "violations": [
            {
                "feature_name": "Team",
                "constraint_check_type": "missing_column_check",
                "description": "The column is in the baseline, not in the data.",
            }
        ]
    }
    assert decode(written, Violations, "constraint_violations.json").violations == found


def test_half_of_a_real_workforce_looks_like_the_other_half():
    data, schema = ibm_data()
    frame, columns = data.development.frame, schema.model_inputs
    halves = [
        feature_statistics(frame.filter(pl.int_range(pl.len()) % 2 == side), columns)
        for side in (0, 1)
    ]
    assert violations(halves[1], suggested_constraints(halves[0], columns), halves[0]) == ()

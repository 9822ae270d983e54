"""Each change of one thing flips the control that asks for it, and no other of the catalogue."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from healthy_areas import DAY, SECOND
from healthy_people import document, ratio
from healthy_quarter import UNTIL, changed, flipped, healthy_quarter, verdicts
from stayline.domain.compliance.areas.data import FactUsed, FeatureState, PopulationShift
from stayline.domain.compliance.areas.fairness_records import (
    FLAGGED,
    NOT_FLAGGED,
    SCORED_HIGH,
    GroupQuality,
    ModelInput,
    ProtectedRead,
    UnknownGroup,
)
from stayline.domain.compliance.verdicts import Status

WELL = healthy_quarter()
FACT = FactUsed("p-2", UNTIL - DAY, UNTIL - DAY, UNTIL - DAY)


def with_ratio(*place: str, **values: Any) -> Any:
    return changed(WELL, "fairness", ratios=(*WELL.fairness.ratios, ratio(*place, **values)))


def test_a_group_at_79_of_ten_thousand_fails() -> None:
    evidence = with_ratio(
        "sex", "other", NOT_FLAGGED, ratio=0.79, low=0.78, high=0.7999, p_value=1e-9
    )
    assert flipped(evidence) == {"FAIR-01": Status.FAIL}
    assert verdicts(evidence)["FAIR-01"].offending == ("sex other",)


def test_a_group_of_three_at_ratio_0_warns_and_does_not_fail() -> None:
    evidence = with_ratio(
        "race", "few", NOT_FLAGGED, n=3, selected=0, rate=0.0, ratio=0.0, low=0.0, high=1.3,
        p_value=0.3,
    )  # fmt: skip
    assert warned(evidence) == {"FAIR-01"}


def test_an_interval_astride_four_fifths_warns_and_does_not_fail() -> None:
    evidence = with_ratio("sex", "other", NOT_FLAGGED, ratio=0.78, low=0.7, high=0.87, p_value=0.2)
    assert warned(evidence) == {"FAIR-01"}


def test_a_category_below_2_percent_is_shown_and_not_judged() -> None:
    evidence = with_ratio(
        "race", "few", NOT_FLAGGED, n=90, ratio=0.5, low=0.4, high=0.6, p_value=1e-5,
        excluded_because="0.9% of the rows, less than 2%",
    )  # fmt: skip
    assert warned(evidence) == {"FAIR-01"}


def test_an_attribute_missing_for_30_percent_is_no_evidence() -> None:
    unknown = (UnknownGroup("sex", 10_000, 3_000), UnknownGroup("age", 10_000, 0))
    evidence = changed(WELL, "fairness", unknown=unknown)
    assert flipped(evidence) == {"FAIR-01": Status.NO_EVIDENCE}


def test_people_over_40_are_judged_apart() -> None:
    evidence = with_ratio("age", "under 40", NOT_FLAGGED, ratio=0.6, high=0.7, left_share=0.2)
    assert flipped(evidence) == {"FAIR-02": Status.FAIL}
    assert verdicts(evidence)["FAIR-02"].counts["left_share under 40"] == 0.2


def test_a_group_that_seldom_scores_high_is_an_advisory_failure() -> None:
    evidence = with_ratio("sex", "other", SCORED_HIGH, ratio=0.5, high=0.6)
    assert flipped(evidence) == {"FAIR-04": Status.FAIL}


def test_help_that_is_offered_to_some_groups_less_fails() -> None:
    help_given = (ratio("sex", "male", FLAGGED, ratio=0.5, high=0.6),)
    assert flipped(changed(WELL, "fairness", help_given=help_given)) == {"FAIR-05": Status.FAIL}


@pytest.mark.parametrize(
    ("positives", "recall", "status"),
    [(19, 0.6, Status.NO_EVIDENCE), (400, 0.3, Status.FAIL), (400, 0.45, None)],
)
def test_scores_that_find_a_group_less_fail_and_too_few_are_no_evidence(
    positives: int, recall: float, status: Status | None
) -> None:
    group = GroupQuality(
        "sex", "other", 900, positives, recall, recall - 0.04, recall + 0.04, 0.1, 0.4, 0.0
    )
    evidence = changed(WELL, "fairness", quality=(*WELL.fairness.quality, group))
    assert flipped(evidence) == ({} if status is None else {"FAIR-03": status})


@pytest.mark.parametrize(
    ("given", "is_signed", "flips"),
    [
        (ModelInput("ZipCode", "zip", True), True, True),
        (ModelInput("Age", "age", False), False, True),
        (ModelInput("Age", "age", False), True, False),
    ],
)
def test_inputs_that_are_barred_or_not_justified_fail(
    given: ModelInput, is_signed: bool, flips: bool
) -> None:
    signed = (document(f"justification:{given.name}", UNTIL),) if is_signed else ()
    evidence = changed(
        WELL, "fairness", inputs=(*WELL.fairness.inputs, given), justifications=signed
    )
    assert flipped(evidence) == ({"FAIR-06": Status.FAIL} if flips else {})


def test_a_read_of_protected_attributes_for_anything_else_fails() -> None:
    reads = (ProtectedRead("curious", "to look somebody up", UNTIL - DAY),)
    assert flipped(changed(WELL, "fairness", reads=reads)) == {"FAIR-07": Status.FAIL}


def test_protected_attributes_in_rows_that_are_scored_fail() -> None:
    evidence = changed(WELL, "fairness", served_protected=("Gender",))
    assert flipped(evidence) == {"FAIR-07": Status.FAIL}


@pytest.mark.parametrize("late", ["happened_at", "written_at"])
def test_a_fact_from_after_the_cut_off_fails(late: str) -> None:
    fact = replace(FACT, **{late: FACT.cut_off + timedelta(microseconds=1)})
    assert flipped(changed(WELL, "data", facts=(FACT,))) == {}
    assert flipped(changed(WELL, "data", facts=(FACT, fact))) == {"DATA-01": Status.FAIL}


@pytest.mark.parametrize(
    "state",
    [
        FeatureState("OverTime", 1_000, 0.21, 0.0, 1.0),
        FeatureState("OverTime", 1_000, 0.0, 0.011, 1.0),
        FeatureState("OverTime", 1_000, 0.0, 0.0, 48.1),
        FeatureState("OverTime", 1_000, 0.0, 0.0, None),
    ],
)
def test_features_out_of_order_fail(state: FeatureState) -> None:
    assert flipped(changed(WELL, "data", features=(state,))) == {"DATA-02": Status.FAIL}


def test_a_feature_without_a_purpose_fails_and_an_unused_one_warns() -> None:
    evidence = changed(WELL, "data", collected=("OverTime", "Shoes"))
    assert flipped(evidence) == {"DATA-03": Status.FAIL}
    assert "Shoes" in verdicts(evidence)["DATA-03"].warnings[0]


def test_a_population_unlike_the_one_learned_from_fails() -> None:
    shifts = (PopulationShift("Department", 1_000, 0.26, 1),)
    assert flipped(changed(WELL, "data", shifts=shifts)) == {"DATA-04": Status.FAIL}


@pytest.mark.parametrize("area", ["fairness", "data"])
def test_nothing_on_record_is_never_a_pass(area: str) -> None:
    empty = replace(WELL, **{area: type(getattr(WELL, area))()})
    for control_id, status in flipped(empty).items():
        assert (control_id, status) == (control_id, Status.NO_EVIDENCE)
    prefix = {"fairness": "FAIR", "data": "DATA"}[area]
    assert all(name.startswith(prefix) for name in flipped(empty))
    assert len(flipped(empty)) == {"fairness": 7, "data": 4}[area]


def warned(evidence: Any) -> set[str]:
    """Return the controls that warn where they do not when all is well; none may change status."""
    assert flipped(evidence) == {}
    well, now = verdicts(WELL), verdicts(evidence)
    return {name for name, one in now.items() if set(one.warnings) - set(well[name].warnings)}


def test_a_second_after_the_window_does_not_change_what_was_judged() -> None:
    assert flipped(WELL, UNTIL + SECOND) == {}

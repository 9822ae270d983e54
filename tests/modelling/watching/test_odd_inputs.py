"""Columns that requests lack, or have beyond the inputs, and values of another type."""

from captured_values import INPUTS, ROW, WINDOW, answered, block
from stayline.domain.gates import Verdict
from stayline.formats.data_constraints import Check, Constraints, MonitoringConfig
from stayline.modelling.watching.intake import captured_window
from stayline.modelling.watching.odd_inputs import MOST_TOLD, odd_findings, violations_of
from stayline.modelling.watching.request_frames import LONGEST_NAME, MOST_NAMES, OTHER_NAMES

WITHOUT_PAY = {name: value for name, value in ROW.items() if name != "Pay"}
CONSTRAINTS = Constraints((), MonitoringConfig(datatype_check_threshold=0.9))


def odd_of(requests):
    lines = [answered(str(at), request=request) for at, request in enumerate(requests)]
    return captured_window([block(lines)], inputs=INPUTS, window=WINDOW).odd


def found(requests, constraints=CONSTRAINTS):
    return [(one.check, one.subject) for one in odd_findings(odd_of(requests), constraints)]


def test_a_column_that_all_requests_lack_is_missing_and_one_that_some_lack_is_not():
    assert found([WITHOUT_PAY] * 20) == [(Check.MISSING_COLUMN, "Pay")]
    assert found([WITHOUT_PAY] * 19 + [ROW]) == []
    assert found([ROW] * 20) == []
    assert found([]) == []


def test_a_column_beyond_the_inputs_is_told_from_one_request_in_a_hundred_on():
    extra = ROW | {"Bonus": 1.0}
    assert found([extra] * 5 + [ROW] * 495) == [(Check.EXTRA_COLUMN, "Bonus")]
    assert found([extra] * 5 + [ROW] * 496) == []
    assert found([extra] * 4 + [ROW] * 4) == []


def test_values_of_another_type_are_told_by_their_share():
    odd = ROW | {"Pay": "much"}
    assert found([odd] * 11 + [ROW] * 89) == [(Check.DATA_TYPE, "Pay")]
    assert found([odd] * 10 + [ROW] * 90) == []
    assert found([odd] * 10 + [WITHOUT_PAY] * 10 + [ROW] * 80) == [(Check.DATA_TYPE, "Pay")]


def test_names_that_anyone_may_send_stay_short_printable_and_few():
    long = "x" * 10_000
    (one,) = odd_findings(odd_of([ROW | {f"a\n\x1b{long}": 1}] * 20), CONSTRAINTS)
    assert one.subject == f"a??{long}"[:LONGEST_NAME] + "..."
    many = {f"name-{n:04}": 1 for n in range(MOST_TOLD + 7)}
    told = odd_findings(odd_of([ROW | many] * 20), CONSTRAINTS)
    assert len(told) == MOST_TOLD + 1
    assert told[-1].reason.endswith(": 7.")
    odd = odd_of([ROW | {f"name-{n}": 1} for n in range(MOST_NAMES + 50)])
    assert len(odd.extra) == MOST_NAMES + 1
    assert odd.extra[OTHER_NAMES] == 50


def test_constraints_that_are_switched_off_find_nothing():
    off = Constraints((), MonitoringConfig(evaluate_constraints="Disabled"))
    assert found([WITHOUT_PAY] * 20, off) == []


def test_each_is_a_violation_in_the_documented_form():
    findings = odd_findings(odd_of([WITHOUT_PAY | {"Bonus": 1}] * 20), CONSTRAINTS)
    assert {one.verdict for one in findings} == {Verdict.FAIL}
    assert [(one.feature_name, one.constraint_check_type) for one in violations_of(findings)] == [
        ("Pay", Check.MISSING_COLUMN), ("Bonus", Check.EXTRA_COLUMN),
    ]  # fmt: skip

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest

from stayline.domain.gates import (
    LONGEST_MESSAGE,
    MOST_TOLD,
    Gate,
    GateResult,
    Verdict,
    gate_lines,
    lifted,
    message,
    overall,
    still_lifted,
)
from stayline.domain.waivers import Waiver
from stores import NOON

TODAY = NOON.date()
LAST = TODAY + timedelta(days=30)
PASSED = GateResult(Gate.LEAKS, Verdict.PASS, "No input tells the outcome.")
FAILED = GateResult(Gate.QUALITY_FLOOR, Verdict.FAIL, "0.51 is too low.", "ROC AUC")
UNSURE = GateResult(Gate.FAIRNESS, Verdict.INSUFFICIENT, "It may be chance.", "Gender = Female")
WARNED = GateResult(Gate.FOUR_FIFTHS, Verdict.FAIL, "0.5 times.", "Gender = Male", False)
WAIVER = Waiver("w-1", "fairness", "Gender = Female", "bo", "x" * 20, NOON, LAST)


def test_too_little_evidence_is_lifted_by_a_waiver_of_that_gate_and_subject():
    (result,) = lifted([UNSURE], [WAIVER], on=TODAY)
    assert result.waiver == WAIVER
    assert overall([PASSED, result]) is Verdict.PASS


def test_a_failure_is_never_lifted():
    failed = replace(UNSURE, verdict=Verdict.FAIL)
    assert lifted([failed], [WAIVER], on=TODAY) == (failed,)


def test_an_expired_waiver_lifts_nothing():
    assert lifted([UNSURE], [WAIVER], on=LAST + timedelta(days=1)) == (UNSURE,)
    assert lifted([UNSURE], [WAIVER], on=LAST) != (UNSURE,)


@pytest.mark.parametrize("given", [{"gate": "enough positives"}, {"subject": ""}])
def test_a_waiver_of_something_else_lifts_nothing(given):
    assert lifted([UNSURE], [replace(WAIVER, **given)], on=TODAY) == (UNSURE,)


def test_of_several_waivers_the_one_that_lasts_longest_counts_in_any_order():
    longer = replace(WAIVER, waiver_id="w-2", expires_on=LAST + timedelta(days=1))
    for waivers in ([WAIVER, longer], [longer, WAIVER]):
        (result,) = lifted([UNSURE], waivers, on=TODAY)
        assert result.waiver == longer


def test_a_recorded_waiver_that_has_expired_since_lifts_no_more():
    results = lifted([UNSURE], [WAIVER], on=TODAY)
    assert still_lifted(results, on=LAST) == results
    assert still_lifted(results, on=LAST + timedelta(days=1)) == (UNSURE,)


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([], Verdict.INSUFFICIENT),
        ([PASSED], Verdict.PASS),
        ([PASSED, WARNED], Verdict.PASS),
        ([PASSED, UNSURE], Verdict.INSUFFICIENT),
        ([UNSURE, FAILED], Verdict.FAIL),
    ],
)
def test_the_verdict_over_all_is_the_worst_of_what_blocks(results, verdict):
    assert overall(results) is verdict


def test_the_message_is_one_line_that_names_failures_first_and_what_to_do():
    told = message([PASSED, UNSURE, FAILED, WARNED])
    assert "\n" not in told
    assert told.startswith(
        "2 of 4 gate results block this model. quality floor (ROC AUC): fail: 0.51 is too low. "
        "fairness (Gender = Female): insufficient evidence: It may be chance. Next: "
    )
    assert "four fifths" not in told


def test_the_message_offers_the_very_command_that_files_the_waiver():
    subject = "Team = Bo's `R&D`"
    told = message([replace(UNSURE, subject=subject)])
    command = told.partition("waive it with `")[2].rpartition("`.")[0]
    words = shlex.split(command)
    assert words[:3] == ["stayline", "waivers", "file"]
    assert words[words.index("--subject") + 1] == subject
    assert words[words.index("--gate") + 1] == "fairness"


def test_several_subjects_of_one_gate_share_one_command():
    told = message([replace(UNSURE, subject=f"Team = {name}") for name in "ABC"])
    assert told.count("waivers file") == 1
    assert told.endswith("SOMEBODY-ELSE`, likewise for 'Team = B', 'Team = C'.")


def test_a_failure_is_offered_no_waiver():
    assert "waivers file" not in message([FAILED])


def test_a_long_message_is_cut_and_says_so():
    told = message([replace(FAILED, subject=str(number)) for number in range(MOST_TOLD + 3)])
    assert "And 3 more." in told
    assert f"{MOST_TOLD + 3} of {MOST_TOLD + 3}" in told
    endless = message([replace(UNSURE, reason="Very long. " * 1000)])
    assert len(endless) == LONGEST_MESSAGE
    assert endless.endswith("...")


def test_passing_is_said_with_the_waivers_it_took():
    assert message([PASSED]) == "All gates passed."
    results = lifted([PASSED, UNSURE], [WAIVER], on=TODAY)
    assert message(results) == "All gates passed, 1 by a waiver."
    assert message([]) == "No gate was judged."


def test_the_lines_tell_verdict_warning_and_waiver():
    lines = gate_lines(lifted([PASSED, UNSURE, WARNED], [WAIVER], on=TODAY))
    assert lines[0] == "Gates: pass"
    assert f"    waived by bo until {LAST}: {'x' * 20}" in lines
    assert "  four fifths (Gender = Male): fail, a warning only. 0.5 times." in lines
    assert gate_lines([]) == []

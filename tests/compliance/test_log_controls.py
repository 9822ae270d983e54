"""Each fault of the log flips its own control and no other."""

from dataclasses import replace
from math import nan

import pytest

from healthy_areas import DAY
from healthy_quarter import UNTIL, changed, flipped, healthy_quarter
from stayline.domain.compliance.areas.log import ClockStep, Reconciled, Replayed
from stayline.domain.compliance.verdicts import Status

WELL = healthy_quarter()
ANSWERS = WELL.log.answers
FAIL, NO_EVIDENCE = Status.FAIL, Status.NO_EVIDENCE


def with_log(**values):
    return changed(WELL, "log", **values)


def test_an_empty_prediction_log_is_no_evidence():
    assert flipped(with_log(answers=Reconciled(ANSWERS.since))) == {"LOG-01": NO_EVIDENCE}


@pytest.mark.parametrize("what", ["answered_only", "captured_only", "incomplete"])
def test_an_answer_that_is_not_fully_on_record_fails(what):
    answers = replace(ANSWERS, **{what: 1}, ids=("prediction-9",))
    assert flipped(with_log(answers=answers)) == {"LOG-01": FAIL}


def test_where_rows_are_sampled_a_missing_one_is_expected_and_a_foreign_one_is_not():
    sampled = replace(ANSWERS, sampling_percent=10, captured=100, answered_only=900)
    assert flipped(with_log(answers=sampled)) == {}
    foreign = replace(sampled, captured_only=1)
    assert flipped(with_log(answers=foreign)) == {"LOG-01": FAIL}


def test_rows_that_nobody_answered_fail():
    answers = Reconciled(ANSWERS.since, captured=3, captured_only=3)
    assert flipped(with_log(answers=answers)) == {"LOG-01": FAIL}


def test_a_broken_link_fails():
    evidence = with_log(problems=("audit event 7 was altered",))
    assert flipped(evidence) == {"LOG-02": FAIL}


@pytest.mark.parametrize(
    ("back", "flips"), [(5.0, {}), (5.1, {"LOG-02": FAIL}), (3600.0, {"LOG-02": FAIL})]
)
def test_a_clock_that_went_back_fails(back, flips):
    assert flipped(with_log(clock_steps=(ClockStep(40, UNTIL - DAY, back),))) == flips


def test_an_empty_audit_log_is_no_evidence():
    assert flipped(with_log(events=0)) == {"LOG-02": NO_EVIDENCE}


@pytest.mark.parametrize(
    ("again", "flips"),
    [
        (0.2500009, {}),
        (0.2500011, {"LOG-03": FAIL}),
        (None, {"LOG-03": FAIL}),
        (nan, {"LOG-03": FAIL}),
    ],
)
def test_an_answer_comes_out_the_same_from_the_archive(again, flips):
    assert flipped(with_log(replays=(Replayed("prediction-1", 3, 0.25, again),))) == flips


def test_nothing_left_to_replay_is_no_evidence():
    assert flipped(with_log(replays=())) == {"LOG-03": NO_EVIDENCE}

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stayline.domain.gates import Verdict
from stayline.domain.job_runs import JobRun, RunOutcome
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.domain.retraining import MOST_ABANDONED, drift_cause, verdict_on_drift

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
VERDICTS = {"F": Verdict.FAIL, "P": Verdict.PASS, "?": Verdict.INSUFFICIENT}


def finding(verdict: Verdict, subject: str = "Pay", check: str = "baseline_drift_check") -> Finding:
    return Finding(Monitor.DATA, check, verdict, "because", subject)


def window(number: int, *findings: Finding, version: int = 1) -> Watched:
    start = FIRST + number * DAY
    return Watched(Window(start, start + DAY), version, f"sha256:{version}", Intake(), findings)


def days(verdicts: str, *, version: int = 1) -> list[Watched]:
    """Return one window a day, its drift told by a letter: F, P or ?."""
    return [window(n, finding(VERDICTS[v]), version=version) for n, v in enumerate(verdicts)]


def trained(day: int, outcome: RunOutcome = RunOutcome.SUCCEEDED, version: int = 1) -> JobRun:
    """Return a training for the drift in windows up to the end of that day."""
    until = FIRST + (day + 1) * DAY
    return JobRun(1, "retrain", until, 1, until, "schedule", outcome, until, model_version=version)


def cause_of(watched, *runs, windows=3, version=1):
    return drift_cause(watched, version=version, windows=windows, runs=runs)


@pytest.mark.parametrize(
    ("verdicts", "is_cause"),
    [
        ("FFF", True),
        ("FF", False),
        ("PFFF", True),
        ("FFFP", False),
        ("FFPF", False),
        ("FF?F", True),
        ("F?F?F?", True),
        ("???", False),
        ("FF?", False),
        ("", False),
    ],
)
def test_the_last_windows_that_can_be_judged_must_all_have_drifted(verdicts, is_cause):
    assert (cause_of(days(verdicts)) is not None) is is_cause


def test_windows_that_overlap_tell_the_same_days_only_once():
    drifted = finding(Verdict.FAIL)
    day = window(0, drifted)
    hours = [
        replace(day, window=Window(FIRST - n * timedelta(hours=1), day.window.end))
        for n in range(1, 4)
    ]
    assert cause_of([day, *hours]) is None
    assert cause_of([*days("FF"), *hours]) is None
    assert cause_of([*days("FFF"), *hours]) is not None


def test_the_cause_names_the_windows_and_what_drifted_most_often():
    watched = [
        window(0, finding(Verdict.FAIL, "Pay"), finding(Verdict.FAIL, "Site")),
        window(1, finding(Verdict.FAIL, "Pay"), finding(Verdict.PASS, "Site")),
        window(2, finding(Verdict.FAIL, "", "multivariate_drift_check")),
    ]
    cause = cause_of(watched)
    assert cause.words == (
        "Significant drift in 3 windows of version 1 running, 2026-03-01 00:00 to 2026-03-04 00:00 "
        "UTC: Pay, Site, multivariate drift."
    )
    assert (cause.model_version, cause.until) == (1, FIRST + 3 * DAY)


def test_windows_may_come_in_any_order():
    assert cause_of(days("PFFF")[::-1]) == cause_of(days("PFFF"))
    assert cause_of(days("FFFP")[::-1]) is None


def test_faults_of_the_data_are_no_drift():
    broken = [
        finding(Verdict.FAIL, check=check)
        for check in ("data_type_check", "missing_column_check", "no_data_check")
    ]
    assert verdict_on_drift(window(0, *broken)) is Verdict.INSUFFICIENT
    assert verdict_on_drift(window(0, *broken, finding(Verdict.PASS))) is Verdict.PASS


@pytest.mark.parametrize(
    ("monitor", "check", "subject"),
    [
        (Monitor.BIAS, "bias_drift_check", "Gender = Female"),
        (Monitor.ATTRIBUTION, "feature_attribution_drift_check", "Team"),
        (Monitor.QUALITY, "baseline_drift_check", "estimated"),
    ],
)
def test_only_the_data_monitor_begins_trainings_and_is_named_in_the_cause(monitor, check, subject):
    other = Finding(monitor, check, Verdict.FAIL, "because", subject)
    assert cause_of([window(number, other) for number in range(3)]) is None
    assert verdict_on_drift(window(0, other, finding(Verdict.PASS))) is Verdict.PASS
    drifted = finding(Verdict.FAIL)
    cause = cause_of([window(number, other, drifted) for number in range(3)])
    assert cause.words.endswith("UTC: Pay.")


def test_windows_of_another_version_do_not_count():
    assert cause_of(days("FFF", version=1), version=2) is None
    mixed = [*days("FF", version=1), window(2, finding(Verdict.FAIL), version=2)]
    assert cause_of(mixed, version=2) is None


def test_drift_that_goes_on_is_no_new_cause_until_a_window_without_it():
    assert cause_of(days("FFFF"), trained(2)) is None
    assert cause_of(days("FFF" + "F" * 30)[-5:], trained(2)) is None
    assert cause_of(days("FFF?FFF"), trained(2)) is None
    assert cause_of(days("FFFPFF"), trained(2)) is None
    assert cause_of(days("FFFPFFF"), trained(2)) is not None


def test_a_training_about_another_version_answers_nothing():
    assert cause_of(days("FFF"), trained(2, version=7)) is not None


def test_a_training_that_failed_is_not_begun_again_for_the_same_drift():
    assert cause_of(days("FFFF"), trained(2, RunOutcome.FAILED)) is None


def test_one_whose_process_was_killed_is_begun_again_but_not_for_ever():
    killed = trained(2, RunOutcome.ABANDONED)
    assert cause_of(days("FFFF"), killed) is not None
    assert cause_of(days("FFFFFF"), *[killed] * MOST_ABANDONED) is None

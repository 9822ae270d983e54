from dataclasses import replace

from stayline.domain.gates import Verdict
from stayline.domain.monitoring import Monitor
from stayline.reports.courses import course_of, courses, same_model
from stayline.reports.watch_words import since
from watched_windows import MONDAY, WEEK, finding, window

PSI = finding(Monitor.DATA, "Pay", "psi", 0.1)
OTHER = finding(Monitor.DATA, "Age", "psi", 0.2)


def weeks(*verdicts: Verdict | None):
    """Return one window a verdict, None for one that lacks the finding."""
    return [
        replace(window(at, 1), findings=() if verdict is None else (replace(PSI, verdict=verdict),))
        for at, verdict in enumerate(verdicts)
    ]


def course(*verdicts: Verdict | None):
    *former, newest = weeks(*verdicts)
    (found,) = courses(newest, former)
    return found


F, P, N = Verdict.FAIL, Verdict.PASS, Verdict.INSUFFICIENT


def test_a_row_of_failures_began_with_the_first_of_them():
    found = course(F, P, F, F, F)
    assert (found.since, found.windows) == (MONDAY + 2 * WEEK, 3)
    assert since(found) == "since 2026-03-16, in 3 windows"


def test_too_little_evidence_neither_ends_nor_begins_a_row():
    found = course(P, N, F, N, F)
    assert (found.since, found.windows) == (MONDAY + 2 * WEEK, 2)


def test_a_window_without_the_figure_leaves_a_gap_only():
    found = course(F, None, F)
    assert (found.since, found.windows) == (MONDAY, 2)
    assert [point.at for point in found.points] == [MONDAY, MONDAY + 2 * WEEK]


def test_a_failure_for_the_first_time_is_of_this_window():
    assert since(course(P, F)) == "since this window"
    assert since(course(F)) == "since this window"


def test_what_has_not_failed_now_has_no_beginning():
    for newest in (P, N):
        assert since(course(F, F, newest)) == ""


def test_the_course_of_one_figure_is_that_among_all():
    *former, newest = [replace(window(at, 1), findings=(PSI, OTHER)) for at in range(3)]
    for place, name in enumerate(("Pay", "Age")):
        found = course_of(("DataQuality", PSI.check, name, "psi"), newest, former)
        assert found == courses(newest, former)[place]
        assert found.finding.subject == name
    assert course_of(("DataQuality", PSI.check, "Height", "psi"), newest, former) is None


def test_only_earlier_windows_of_the_same_model_count_each_once():
    newest, later = window(3, 1), window(4, 1)
    other = replace(window(1, 1), model_digest="sha256:other")
    again = replace(window(0, 1), findings=())
    former = [window(2, 1), later, other, window(0, 1), again, newest]
    assert same_model(newest, former) == (again, window(2, 1))

from datetime import timedelta

import pytest

from stayline.domain.job_runs import SCHEDULE, RunOutcome
from stayline.errors import JobUnderWay
from stores import HOUR, MICROSECOND, NOON

LATER = NOON + timedelta(minutes=3)


def run_of(book, job="scores", scheduled_for=NOON, outcome=RunOutcome.SUCCEEDED, at=NOON, **given):
    with book.alone(job):
        run = book.begin(job, scheduled_for, by="ana", at=at, **given)
        return run and book.end(run, outcome, "It is done.", at=at)


def test_a_job_is_kept_from_the_first_time_it_is_enrolled(backend):
    book = backend.jobs()
    book.enrol(["scores", "watch"], at=NOON)
    book.enrol(["scores", "purge"], at=LATER)
    assert [(r.scheduled_for, r.outcome) for r in book.runs("scores")] == [
        (NOON, RunOutcome.ENROLLED)
    ]
    assert [r.scheduled_for for r in book.runs("purge")] == [LATER]


def test_a_job_enrolled_by_a_clock_that_was_ahead_is_enrolled_once_more(backend):
    book = backend.jobs()
    book.enrol(["scores"], at=LATER)
    book.enrol(["scores"], at=NOON)
    assert [r.scheduled_for for r in book.runs("scores")] == [LATER, NOON]


def test_a_run_is_kept_with_who_when_why_and_what_came_of_it(backend):
    book = backend.jobs()
    with book.alone("retrain"):
        begun = book.begin("retrain", NOON, by="ana", at=LATER, cause="Drift.", model_version=3)
        assert (begun.outcome, begun.attempt, begun.duration) == (RunOutcome.RUNNING, 1, None)
        assert backend.jobs().runs("retrain") == [begun]
        ended = book.end(begun, RunOutcome.FAILED, "The disk is full.", at=LATER + HOUR)
    assert (ended.duration, ended.started_by, ended.cause) == (HOUR, "ana", "Drift.")
    assert backend.jobs().runs("retrain") == [ended]


def test_the_attempts_for_one_time_are_counted_and_end_with_a_success(backend):
    book = backend.jobs()
    assert run_of(book, outcome=RunOutcome.FAILED).attempt == 1
    assert run_of(book, scheduled_for=LATER).attempt == 1
    assert run_of(book, outcome=RunOutcome.SUCCEEDED).attempt == 2
    assert run_of(book) is None
    assert run_of(book, job="watch").attempt == 1
    assert len(book.runs("scores")) == 3


def test_runs_are_told_in_the_order_of_their_beginning_whatever_the_clock_said(backend):
    book = backend.jobs()
    times = [LATER, NOON, LATER + HOUR]
    for time in times:
        run_of(book, scheduled_for=time, at=time)
    assert [run.scheduled_for for run in book.runs("scores")] == times
    assert [run.scheduled_for for run in book.runs("scores", newest=2)] == times[1:]
    assert book.runs("watch") == []


def test_only_one_at_a_time_holds_a_job(backend):
    book = backend.jobs()
    with book.alone("scores"):
        with (
            pytest.raises(JobUnderWay, match="'scores' is running"),
            backend.jobs().alone("scores"),
        ):
            raise AssertionError("two hold it")
        with backend.jobs().alone("watch"):
            pass
    with backend.jobs().alone("scores"):
        pass


def test_what_ended_without_a_word_is_shown_and_then_noted_as_abandoned(backend):
    book = backend.jobs()
    with book.alone("scores"):
        begun = book.begin("scores", NOON, by=SCHEDULE, at=NOON)
        assert backend.jobs().runs("scores") == [begun]
    (left,) = book.runs("scores")
    assert (left.outcome, left.ended_at) == (RunOutcome.ABANDONED, None)
    with book.alone("scores"):
        assert [run.outcome for run in book.runs("scores")] == [RunOutcome.ABANDONED]
        assert book.begin("scores", NOON, by=SCHEDULE, at=LATER).attempt == 2


def test_a_purge_leaves_the_newest_run_and_the_newest_success_of_each_job(backend):
    book = backend.jobs()
    book.enrol(["scores", "watch"], at=NOON)
    for outcome in (RunOutcome.SUCCEEDED, RunOutcome.FAILED, RunOutcome.FAILED):
        run_of(book, scheduled_for=LATER + len(book.runs("scores")) * HOUR, outcome=outcome)
    assert book.purge(NOON) == 0
    assert book.purge(NOON + MICROSECOND) == 2
    assert [r.outcome for r in book.runs("scores")] == [RunOutcome.SUCCEEDED, RunOutcome.FAILED]
    assert [r.outcome for r in book.runs("watch")] == [RunOutcome.ENROLLED]
    with book.alone("scores"):
        book.begin("scores", NOON, by=SCHEDULE, at=NOON)
        assert book.purge(LATER) == 1
        assert book.runs("scores")[-1].outcome is RunOutcome.RUNNING
    run_of(book, scheduled_for=LATER, at=LATER)
    assert book.purge(LATER) == 2  # the abandoned one, and the older success

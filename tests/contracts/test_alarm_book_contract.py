from dataclasses import replace

import pytest

from stayline.domain.alarm_history import Acknowledgement, Standing, Transition
from stayline.domain.alarms import AlarmState
from stayline.errors import StoreDamaged
from stores import HOUR, MICROSECOND, NOON, Backend

OK, ALARM = AlarmState.OK, AlarmState.ALARM
CALM = Standing("job-missed:Nächte 夜", "job-missed", OK, NOON, NOON, 0.0, "fine")
RINGING = replace(
    CALM, state=ALARM, since=NOON + HOUR, evaluated_at=NOON + HOUR, value=1.0, reason="1 missed"
)
RAISED = Transition("t-1", CALM.alarm, CALM.rule, OK, ALARM, NOON + HOUR, 1.0, "1 missed")
CEASED = replace(RAISED, transition_id="t-2", former=ALARM, state=OK, at=NOON + 2 * HOUR)


def ring(book, *channels):
    assert book.move(None, CALM, None)
    assert book.move(CALM, RINGING, RAISED, channels)


def test_a_new_book_is_empty(backend: Backend) -> None:
    book = backend.alarms()
    assert (book.standings(), book.history(), book.undelivered()) == ({}, [], [])


def test_a_standing_and_its_transition_come_back_equal_after_reopening(backend: Backend) -> None:
    ring(backend.alarms(), "log")
    book = backend.alarms()
    assert book.standings() == {CALM.alarm: RINGING}
    assert book.history() == book.history(CALM.alarm) == [RAISED]
    assert book.history("another") == []


def test_who_evaluates_second_keeps_nothing(backend: Backend) -> None:
    book = backend.alarms()
    ring(book, "log")
    assert not book.move(CALM, RINGING, CEASED, ["log"])
    assert not book.move(None, CALM, CEASED, ["log"])
    assert book.standings() == {CALM.alarm: RINGING}
    assert [one.transition for one in book.undelivered()] == [RAISED]


def test_a_move_that_cannot_be_kept_leaves_the_former_standing(backend: Backend) -> None:
    book = backend.alarms()
    ring(book)
    quiet = replace(RINGING, state=OK)
    same_id = replace(CEASED, transition_id=RAISED.transition_id)
    with pytest.raises(StoreDamaged, match="transition"):
        book.move(RINGING, quiet, same_id, ["log"])
    assert book.standings() == {CALM.alarm: RINGING}
    assert book.undelivered() == []


def test_history_is_newest_first_and_as_long_as_asked(backend: Backend) -> None:
    book = backend.alarms()
    ring(book)
    book.move(RINGING, replace(RINGING, state=OK), CEASED)
    assert book.history() == [CEASED, RAISED]
    assert book.history(limit=1) == [CEASED]


def test_a_delivery_waits_until_it_has_ended(backend: Backend) -> None:
    book = backend.alarms()
    ring(book, "log", "hook")
    log, hook = sorted(book.undelivered(), key=lambda one: one.channel != "log")
    assert (log.transition, log.attempts, log.next_at) == (RAISED, 0, RAISED.at)
    book.end(log, at=NOON)
    assert backend.alarms().undelivered() == [hook]


def test_of_two_that_take_a_delivery_one_makes_the_attempt(backend: Backend) -> None:
    book, other = backend.alarms(), backend.alarms()
    ring(book, "hook")
    (seen,) = book.undelivered()
    assert book.take(seen, next_at=NOON + 3 * HOUR)
    assert not other.take(seen, next_at=NOON + 3 * HOUR)
    (waiting,) = other.undelivered()
    assert (waiting.attempts, waiting.next_at) == (1, NOON + 3 * HOUR)
    other.failed(waiting, problem="no answer")
    assert other.undelivered()[0].problem == "no answer"
    other.end(waiting, at=NOON)
    assert not other.take(waiting, next_at=NOON)


def test_what_was_given_up_is_told_and_what_arrived_is_not(backend: Backend) -> None:
    book = backend.alarms()
    ring(book, "log", "hook")
    for delivery in book.undelivered():
        book.failed(delivery, problem="no answer at first")
        book.end(delivery, at=NOON, problem="" if delivery.channel == "log" else "never")
    assert [(one.channel, one.problem) for one in book.given_up()] == [("hook", "never")]
    assert book.undelivered() == []


def test_acknowledgements_come_oldest_first_and_stay(backend: Backend) -> None:
    first = Acknowledgement(CALM.alarm, NOON, "Ana Größe", "Wir sehen nach, 夜.", NOON)
    second = replace(first, by="bo", at=NOON + HOUR)
    other = replace(first, alarm="another")
    for one in (first, second, other):
        backend.alarms().acknowledge(one)
    assert backend.alarms().acknowledgements() == [first, second, other]
    assert backend.alarms().acknowledgements(CALM.alarm) == [first, second]


def test_purging_keeps_what_is_newer_and_what_is_still_to_be_delivered(backend: Backend) -> None:
    book = backend.alarms()
    ring(book, "hook")
    book.move(RINGING, replace(RINGING, state=OK), CEASED, ["hook"])
    book.acknowledge(Acknowledgement(CALM.alarm, NOON, "ana", "seen", NOON))
    first, second = book.undelivered()
    book.end(second, at=NOON)
    assert book.purge(CEASED.at) == 1
    assert book.purge(CEASED.at + MICROSECOND) == 1
    assert (book.history(), book.acknowledgements()) == ([RAISED], [])
    book.end(first, at=NOON)
    assert book.purge(CEASED.at) == 1
    assert (book.history(), book.given_up(), len(book.standings())) == ([], [], 1)

import json
import threading
from datetime import timedelta
from itertools import pairwise

from stayline.adapters.embedded.database import open_database
from store_processes import PROBE_EVERY, exit_codes, take_probes
from stores import NOON

FIVE = timedelta(seconds=5)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def test_a_target_nobody_saw_fail_may_always_be_tried(backend):
    health = backend.health()
    assert all(health.take_probe("target", NOON, FIVE) for _ in range(3))
    assert health.failing_since("target") is None


def test_the_first_failure_is_remembered_and_a_success_ends_the_outage(backend):
    health = backend.health()
    assert health.failed("target", after(1)) == after(1)
    assert health.failed("target", after(7)) == after(1)
    assert health.failing_since("target") == after(1)
    health.succeeded("target", after(9))
    assert health.failing_since("target") is None
    assert health.take_probe("target", after(9), FIVE)
    assert health.failed("target", after(10)) == after(10)


def test_one_target_says_nothing_of_another(backend):
    health = backend.health()
    health.failed("one", NOON)
    assert health.take_probe("other", NOON, FIVE)
    health.succeeded("other", NOON)
    assert health.failing_since("one") == NOON


def test_during_an_outage_one_attempt_an_interval_is_let_through(backend):
    health = backend.health()
    health.failed("target", NOON)
    taken = [second for second in range(16) if health.take_probe("target", after(second), FIVE)]
    assert taken == [5, 10, 15]


def test_a_clock_that_was_set_back_locks_nobody_out(backend):
    health = backend.health()
    health.failed("target", after(3600))
    assert health.take_probe("target", NOON, FIVE)
    assert health.failed("target", NOON) == NOON
    assert health.take_probe("target", after(5), FIVE)


def test_an_outage_outlives_the_process_that_saw_it(backend):
    backend.health().failed("target", NOON)
    later = backend.health()
    assert later.failing_since("target") == NOON
    assert later.failed("target", after(400)) == NOON


def test_another_process_that_succeeds_first_clears_what_was_left_behind(backend):
    backend.health().failed("target", NOON)
    later = backend.health()
    later.succeeded("target", after(100))
    assert later.failing_since("target") is None
    assert later.failed("target", after(400)) == after(400)


def test_a_process_that_had_answers_meanwhile_begins_an_outage_of_its_own(backend):
    answering, dying = backend.health(), backend.health()
    answering.succeeded("target", NOON)
    dying.failed("target", after(1))
    answering.succeeded("target", after(100))
    assert answering.failed("target", after(400)) == after(400)


def test_a_process_that_waited_learns_that_another_ended_the_outage(backend):
    waiting, probing = backend.health(), backend.health()
    waiting.failed("target", NOON)
    probing.failed("target", after(1))
    assert not waiting.take_probe("target", after(2), FIVE)
    probing.succeeded("target", after(2))
    assert waiting.take_probe("target", after(2), FIVE)


def test_a_process_that_asks_for_the_health_knows_of_an_outage_that_another_saw(backend):
    seeing, asking = backend.health(), backend.health()
    asking.succeeded("target", NOON)
    seeing.failed("target", after(1))
    assert asking.take_probe("target", after(2), FIVE)
    assert asking.failing_since("target") == after(1)
    assert not asking.take_probe("target", after(2), FIVE)
    asking.succeeded("target", after(3))
    assert seeing.failing_since("target") is None


def test_of_many_threads_that_ask_at_once_one_is_let_through(backend):
    health = backend.health()
    health.failed("target", NOON)
    start, taken = threading.Barrier(16), []

    def ask():
        start.wait()
        taken.append(health.take_probe("target", after(5), FIVE))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 15 + [True]


def test_two_processes_together_are_let_through_once_an_interval(tmp_path):
    answers = tmp_path / "answers"
    answers.mkdir()
    open_database(tmp_path / "state.db", "state").dispose()
    assert exit_codes(2, take_probes, tmp_path / "state.db", answers) == [0, 0]
    taken = sorted(
        instant for file in answers.iterdir() for instant in json.loads(file.read_text("utf-8"))
    )
    gaps = [later - before for before, later in pairwise(taken)]
    assert len(taken) >= 5
    assert min(gaps) >= PROBE_EVERY.total_seconds() - 1e-5

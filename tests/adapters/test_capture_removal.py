"""Single captured lines go, exactly those, whoever writes and whenever somebody is killed."""

import os
import signal
import time
from datetime import timedelta

import pytest

from forked import FORKED
from retention_processes import purge_but_ana
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.domain.capture import CaptureRecord
from stores import ANA, BO, HOUR, MICROSECOND, NOON

TOP = NOON.replace(minute=0, second=0, microsecond=0)
BEFORE = TOP + 3 * HOUR


def line_of(token, name, at=NOON, **form):
    return CaptureRecord(name, at, '{"Age":35}', f'{{"token":"{token}","risk":0.1}}', **form)


def names(log):
    return [one.event_id for one in log.read(TOP, TOP + timedelta(days=9))]


def test_a_purge_is_exact_to_the_microsecond(tmp_path):
    log = JsonlCaptureLog(tmp_path)
    log.append([line_of(ANA, "old"), line_of(ANA, "at", NOON + MICROSECOND)])
    ages = log.ages(NOON + MICROSECOND)
    assert (ages.rows, ages.due, ages.oldest, ages.youngest_due) == (2, 1, NOON, NOON)
    assert log.purge(NOON) == 0
    assert log.purge(NOON + MICROSECOND) == 1
    assert names(log) == ["at"]
    log.append([line_of(ANA, "later")])
    assert names(log) == ["at", "later"]
    assert log.problems() == []


@pytest.mark.parametrize("answered_in", ["application/json", "application/x-other"])
def test_lines_of_people_held_stay_whatever_form_they_are_kept_in(tmp_path, answered_in):
    log = JsonlCaptureLog(tmp_path)
    log.append([line_of(ANA, "a", answer_content_type=answered_in), line_of(BO, "b")])
    log.append([CaptureRecord("nameless", NOON, "{}", '{"risk":0.1}')])
    held = frozenset({ANA})
    ages = log.ages(BEFORE, held=held)
    assert (ages.rows, ages.due, ages.held_back) == (3, 2, 1)
    assert log.purge(BEFORE, held=held) == 2
    assert names(log) == ["a"]
    assert (log.purge(BEFORE, held=held), log.purge(BEFORE)) == (0, 1)


def test_a_person_is_erased_from_a_file_that_somebody_else_writes_on(tmp_path):
    writer, eraser = JsonlCaptureLog(tmp_path), JsonlCaptureLog(tmp_path)
    writer.append([line_of(BO, "one"), line_of(ANA, "two"), line_of(BO, "three")])
    assert eraser.ids_of([ANA]) == {"two"}
    assert eraser.erase([ANA]) == 1
    writer.append([line_of(BO, "four")])
    assert names(eraser) == ["one", "three", "four"]
    assert [one.event_id for one in eraser.newest(2)] == ["three", "four"]
    assert eraser.problems() == []
    assert eraser.ids_of([ANA]) == set()
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
    assert ANA.encode() not in content
    blocks = [block.lines for block in eraser.blocks(TOP, TOP + HOUR)]
    assert sum(block.count(b"}\n") for block in blocks) == 3


def test_a_line_that_is_no_record_but_names_the_person_goes_too(tmp_path):
    log = JsonlCaptureLog(tmp_path)
    log.append([line_of(BO, "one")])
    (segment,) = tmp_path.rglob("*.jsonl")
    with segment.open("ab") as file:
        file.write(f'{{"torn": "{ANA}"}}\n'.encode())
    assert log.erase([ANA]) == 1
    assert log.problems() == []


def test_a_purge_killed_between_two_files_leaves_whole_lines_and_is_completed(tmp_path):
    log = JsonlCaptureLog(tmp_path)
    hours = 120
    for hour in range(hours):
        at = TOP + hour * HOUR
        rows = [line_of(BO, f"b{hour}-{n}", at) for n in range(200)]
        log.append([line_of(ANA, f"a{hour}", at), *rows])
    log.close()
    end = TOP + hours * HOUR
    first = min(tmp_path.rglob("*.jsonl"))
    whole = first.stat().st_size
    process = FORKED.Process(target=purge_but_ana, args=(tmp_path, end))
    process.start()
    while first.stat().st_size == whole and process.is_alive():
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    left = names(log)
    assert [name for name in left if name.startswith("a")] == [f"a{hour}" for hour in range(hours)]
    assert log.problems() == []
    log.purge(end, held=frozenset({ANA}))
    assert names(log) == [f"a{hour}" for hour in range(hours)]
    assert not list(tmp_path.rglob("*.part"))

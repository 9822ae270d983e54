"""Captured records are counted once as long as their file stays, and never told wrong."""

import os
import signal
import time
from datetime import timedelta

import msgspec
import pytest

from forked import FORKED
from retention_processes import look_and_erase
from stayline.adapters.embedded.capture_hours import hours
from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.adapters.embedded.counted_records import CountedRecords
from stayline.domain.capture import CaptureRecord
from stores import ANA, BO, HOUR, NOON

TOP = NOON.replace(minute=0, second=0, microsecond=0)
KEPT = "counted-records.json"
SETTLED_S = 2.2


def line_of(token, name, at=NOON):
    return CaptureRecord(name, at, '{"Age":35}', f'{{"token":"{token}","risk":0.1}}')


def counted(folder):
    return JsonlCaptureLog(folder).ages(TOP).rows


def there(folder):
    return sum(1 for _ in JsonlCaptureLog(folder).read(TOP, TOP + timedelta(days=9)))


def filled(folder, hours=4, records=3):
    """Return a log that has its files open still, with one line of Ana an hour."""
    log = JsonlCaptureLog(folder)
    for hour in range(hours):
        at = TOP + hour * HOUR
        some = [line_of(BO, f"b{hour}-{number}", at) for number in range(records - 1)]
        log.append([line_of(ANA, f"a{hour}", at), *some])
    log.flush()
    return log


def test_a_file_that_stays_is_counted_once(tmp_path):
    filled(tmp_path).close()
    time.sleep(SETTLED_S)
    assert counted(tmp_path) == 12
    kept = tmp_path / KEPT
    counts = msgspec.json.decode(kept.read_bytes())
    assert [count[-1] for count in counts.values()] == [3, 3, 3]  # the oldest hour is always read
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_bytes(msgspec.json.encode({place: [*c[:-1], 100] for place, c in counts.items()}))
    assert counted(tmp_path) == 303


def test_whatever_becomes_of_a_file_it_is_told_as_it_is(tmp_path):
    log = filled(tmp_path)
    time.sleep(SETTLED_S)
    assert counted(tmp_path) == 12
    log.append([line_of(BO, "more", TOP + HOUR)])
    assert counted(tmp_path) == there(tmp_path) == 13
    assert JsonlCaptureLog(tmp_path).erase([ANA]) == 4  # overwritten where somebody has it open
    assert counted(tmp_path) == there(tmp_path) == 9
    log.close()
    time.sleep(SETTLED_S)
    assert counted(tmp_path) == 9
    changed = sorted(tmp_path.rglob("*.jsonl"))[2]
    before, content = changed.stat(), changed.read_bytes()
    changed.write_bytes(content.replace(b"}\n", b"\n\n", 1))
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))  # as a copy keeps it
    assert counted(tmp_path) == content.count(b"}\n") - 1 + 9 - content.count(b"}\n")
    changed.unlink()
    assert counted(tmp_path) == there(tmp_path)
    filled(tmp_path, hours=2).close()
    assert counted(tmp_path) == there(tmp_path)


def test_a_file_that_changes_again_at_once_is_told_as_it_is(tmp_path):
    filled(tmp_path, hours=1).close()
    (hour,), counts = list(hours(tmp_path)), CountedRecords(tmp_path / KEPT)
    line = next(hour.folder.iterdir()).read_bytes().partition(b"\n")[0] + b"\n"
    with (hour.folder / "other.jsonl").open("w+b", buffering=0) as file:
        for _ in range(200):
            os.pwrite(file.fileno(), line, 0)
            assert counts.of([hour]) == 4
            os.pwrite(file.fileno(), b"\n" * len(line), 0)
            assert counts.of([hour]) == 3


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1]", b'{"a":[1,2]}', b'{"a":[1,2,3,"x"]}', b"\xff"]
)
def test_counts_that_are_damaged_are_made_anew(tmp_path, damage):
    filled(tmp_path).close()
    (tmp_path / KEPT).write_bytes(damage)
    assert counted(tmp_path) == 12


def test_counts_that_cannot_be_kept_are_told_all_the_same(tmp_path):
    filled(tmp_path).close()
    (tmp_path / KEPT).mkdir()
    time.sleep(SETTLED_S)
    assert [counted(tmp_path), counted(tmp_path)] == [12, 12]


def test_no_kill_leaves_a_wrong_count(tmp_path):
    filled(tmp_path, hours=30, records=40).close()
    time.sleep(SETTLED_S)
    for turn in range(8):
        process = FORKED.Process(target=look_and_erase, args=(tmp_path, TOP))
        process.start()
        time.sleep(0.3 + 0.037 * turn)
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        assert counted(tmp_path) == there(tmp_path)
    JsonlCaptureLog(tmp_path).erase([ANA])
    assert counted(tmp_path) == there(tmp_path) > 1_000

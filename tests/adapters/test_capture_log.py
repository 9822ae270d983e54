import json
import os
import shutil
import signal
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from stayline.errors import StoreUnavailable
from store_processes import (
    a_record,
    capture_50,
    capture_and_die,
    capture_before_and_after_a_full_disk,
    capture_on_a_full_disk,
    exit_codes,
)
from stores import HOUR, MICROSECOND, NOON
from waiting import soon

START = NOON.replace(minute=0, second=0, microsecond=0)


def names(folder: Path) -> list[str]:
    return [found.event_id for found in JsonlCaptureLog(folder).read(START, START + HOUR)]


def segment(folder: Path) -> Path:
    (found,) = folder.rglob("*.jsonl")
    return found


def test_a_line_is_sagemakers_data_capture_record(tmp_path: Path) -> None:
    JsonlCaptureLog(tmp_path).append([a_record("e-1")])
    assert segment(tmp_path).parent == tmp_path / "2026" / "03" / "01" / "12"
    assert stat.S_IMODE(segment(tmp_path).stat().st_mode) == 0o600
    assert json.loads(segment(tmp_path).read_text()) == {
        "captureData": {
            "endpointInput": {
                "observedContentType": "application/json",
                "mode": "INPUT",
                "data": '{"Age":35}',
                "encoding": "JSON",
            },
            "endpointOutput": {
                "observedContentType": "application/json",
                "mode": "OUTPUT",
                "data": '{"risk":0.1}',
                "encoding": "JSON",
            },
        },
        "eventMetadata": {
            "eventId": "e-1",
            "inferenceTime": "2026-03-01T12:00:00.123456Z",
            "inferenceId": "i-1",
        },
        "eventVersion": "0",
    }


def test_a_torn_last_line_is_skipped_and_never_written_on(tmp_path: Path) -> None:
    JsonlCaptureLog(tmp_path).append([a_record("one")])
    with segment(tmp_path).open("ab") as file:
        file.write(b'{"captureData":{"endpoi')
    assert names(tmp_path) == ["one"]
    assert JsonlCaptureLog(tmp_path).problems() == []
    JsonlCaptureLog(tmp_path).append([a_record("two")])
    assert sorted(names(tmp_path)) == ["one", "two"]
    assert JsonlCaptureLog(tmp_path).problems() == []


def test_a_damaged_line_in_the_middle_is_a_problem_that_hides_no_other(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path)
    log.append([a_record("one"), a_record("two"), a_record("three")])
    lines = segment(tmp_path).read_bytes().splitlines(keepends=True)
    segment(tmp_path).write_bytes(lines[0] + b"x" * 20 + b"\n" + lines[2])
    assert names(tmp_path) == ["one", "three"]
    (problem,) = log.problems()
    assert "line 2" in problem


def test_what_was_appended_outlives_a_killed_process(tmp_path: Path) -> None:
    assert exit_codes(1, capture_and_die, tmp_path) == [-signal.SIGKILL]
    assert names(tmp_path) == ["last words"]


def test_processes_write_segments_of_their_own(tmp_path: Path) -> None:
    assert exit_codes(2, capture_50, tmp_path) == [0, 0]
    assert len(list(tmp_path.rglob("*.jsonl"))) == 2
    assert len(set(names(tmp_path))) == 100


def test_a_full_disk_refuses_the_record_and_leaves_no_half_line(tmp_path: Path) -> None:
    assert exit_codes(1, capture_on_a_full_disk, tmp_path) == [0]
    assert segment(tmp_path).read_bytes().endswith(b"\n")
    assert names(tmp_path) == ["fits"]


def test_the_folder_follows_utc_whatever_the_zone_of_the_instant(tmp_path: Path) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-7)))
    JsonlCaptureLog(tmp_path).append([replace(a_record("far"), inferred_at=elsewhere)])
    assert names(tmp_path) == ["far"]


def test_a_torn_line_is_cut_before_the_next_one_is_written(tmp_path: Path) -> None:
    assert exit_codes(1, capture_before_and_after_a_full_disk, tmp_path) == [0]
    assert names(tmp_path) == ["before", "after"]
    assert JsonlCaptureLog(tmp_path).problems() == []


def test_a_folder_that_cannot_be_made_refuses_the_record(tmp_path: Path) -> None:
    (tmp_path / "capture").write_text("a file is in the way")
    with pytest.raises(StoreUnavailable, match="capture log"):
        JsonlCaptureLog(tmp_path / "capture").append([a_record("lost")])


def test_of_a_sample_the_event_id_decides_and_the_share_is_as_set(tmp_path: Path) -> None:
    draw = np.random.default_rng(7)
    records = [a_record(str(UUID(bytes=draw.bytes(16), version=4))) for _ in range(10_000)]
    for folder in ("one", "two"):
        JsonlCaptureLog(tmp_path / folder, sampling_percent=30).append(records)
    kept = set(names(tmp_path / "one"))
    assert kept == set(names(tmp_path / "two"))
    assert abs(len(kept) - 3_000) < 5 * (10_000 * 0.3 * 0.7) ** 0.5


def test_a_larger_share_holds_the_smaller_and_none_is_none(tmp_path: Path) -> None:
    records = [a_record(f"e-{number}") for number in range(500)]
    for percent in (0, 20, 60, 100):
        JsonlCaptureLog(tmp_path / str(percent), sampling_percent=percent).append(records)
    kept = {percent: set(names(tmp_path / str(percent))) for percent in (0, 20, 60, 100)}
    assert kept[0] == set()
    assert kept[0] < kept[20] < kept[60] < kept[100]
    assert len(kept[100]) == 500


def test_content_types_are_those_of_the_settings(tmp_path: Path) -> None:
    log = JsonlCaptureLog(
        tmp_path, csv_content_types=frozenset({"application/json"}), json_content_types=frozenset()
    )
    log.append([a_record("e-1")])
    line = json.loads(segment(tmp_path).read_text())
    assert line["captureData"]["endpointInput"]["encoding"] == "CSV"
    assert names(tmp_path) == ["e-1"]


def test_hours_that_alternate_leave_no_more_than_two_files_open(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path)
    written = [a_record(f"{turn}-{hour}") for turn in range(3) for hour in (3, 2, 1, 0)]
    for record in written:
        hour = int(record.event_id[-1])
        log.append([replace(record, inferred_at=START + hour * HOUR)])
    assert soon(lambda: len(open_segments(tmp_path)) <= 2)
    log.append([a_record("last")])
    found = [found.event_id for found in log.read(START, START + 4 * HOUR)]
    assert found == [f"{turn}-0" for turn in range(3)] + ["last"] + [
        f"{turn}-{hour}" for hour in (1, 2, 3) for turn in range(3)
    ]


def test_a_purged_hour_leaves_no_folder_and_no_open_file(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path)
    log.append([a_record("old")])
    assert log.purge(START + HOUR) == 1
    assert list(tmp_path.rglob("*.jsonl")) == []
    assert not (tmp_path / "2026/03/01/12").exists()
    assert open_segments(tmp_path) == []


def test_the_newest_are_found_at_the_ends_of_long_files_of_several_writers(tmp_path: Path) -> None:
    first, second = JsonlCaptureLog(tmp_path), JsonlCaptureLog(tmp_path)
    padding = "x" * 50_000
    records = [
        replace(a_record(f"{n}"), answer=padding, inferred_at=NOON + n * MICROSECOND)
        for n in range(20)
    ]
    first.append(records[::2])
    second.append(records[1::2])
    with max(tmp_path.rglob("*.jsonl")).open("ab") as file:
        file.write(b"{torn")
    assert first.newest(7) == records[-7:]
    assert first.newest(20) == first.newest(21) == records


def test_strict_waits_for_the_disk_before_it_returns(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path, durability="strict")
    for number in range(1, 6):
        log.append([a_record(f"{number}")])
        assert log.lag_s() == 0.0
        assert log.syncs() >= number


def test_grouped_answers_first_and_has_it_on_disk_soon(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path)
    log.append([a_record(f"{number}") for number in range(100)])
    assert log.lag_s() > 0.0
    assert soon(lambda: log.lag_s() == 0.0)
    assert log.syncs() == 1


def test_threads_that_wait_for_the_disk_share_it(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path, durability="strict")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: log.append([a_record(f"{number}")]), range(800)))
    assert len(set(names(tmp_path))) == 800
    assert log.lag_s() == 0.0
    assert 0 < log.syncs() < 800


@pytest.mark.parametrize("durability", ["grouped", "strict"])
def test_a_disk_that_refuses_refuses_records_until_it_takes_them_again(
    tmp_path: Path, durability: str
) -> None:
    log = JsonlCaptureLog(tmp_path, durability=durability)
    log.append([a_record("one")])
    log.flush()
    with a_disk_that_cannot_sync(tmp_path), no_new_segments(tmp_path):
        assert soon(lambda: refuses(log, "not kept"))
        assert refuses(log, "not kept")
        assert log.lag_s() > 0.0
        with pytest.raises(StoreUnavailable, match="capture log"):
            log.flush()
    assert soon(lambda: not refuses(log, "two"))
    log.close()
    assert sorted(names(tmp_path)) == ["one", "two"]


def test_a_segment_that_the_disk_refused_is_left_for_a_new_one(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path, durability="strict")
    log.append([a_record("one")])
    refused = segment(tmp_path)
    with a_disk_that_cannot_sync(tmp_path):
        with ThreadPoolExecutor(3) as pool:
            outcomes = list(pool.map(lambda name: (name, refuses(log, name)), "abc"))
        assert any(is_refused for _, is_refused in outcomes)
        assert not refuses(log, "two")
    kept = [name for name, is_refused in outcomes if not is_refused]
    assert sorted(names(tmp_path)) == sorted(["one", *kept, "two"])
    assert len(refused.read_bytes().splitlines()) == 1
    assert log.problems() == []
    assert log.purge(START + HOUR) == len(kept) + 2
    log.close()


def test_folders_of_no_hour_are_passed_over_and_told(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path)
    log.append([a_record("one")])
    foreign = ["2026/03/01/1", "2026/03/01/24", "2026/02/30", "2026/13", "lost+found", "26"]
    for name in foreign:
        (tmp_path / name / "a/b/c").mkdir(parents=True)
    assert names(tmp_path) == ["one"]
    assert [record.event_id for record in log.newest(5)] == ["one"]
    problems = log.problems()
    assert [problem.split(" is no folder")[0] for problem in problems] == sorted(foreign)
    assert log.purge(START + HOUR) == 1


@pytest.mark.parametrize("durability", ["grouped", "strict"])
def test_a_folder_that_is_replaced_is_noticed_within_a_second(
    tmp_path: Path, durability: str
) -> None:
    folder = tmp_path / "capture"
    log = JsonlCaptureLog(folder, durability=durability)
    log.append([a_record("one")])
    shutil.rmtree(folder)
    folder.write_text("a file is in the way")
    assert soon(lambda: refuses(log, "not kept"))
    folder.unlink()
    assert soon(lambda: not refuses(log, "two"))
    assert names(folder) == ["two"]
    (segment(folder)).rename(tmp_path / "moved away")
    assert soon(lambda: not refuses(log, "three") and "three" in names(folder))
    log.close()


def test_a_log_that_is_let_go_of_lets_go_of_its_file(tmp_path: Path) -> None:
    log = JsonlCaptureLog(tmp_path)
    log.append([a_record("one")])
    assert len(open_segments(tmp_path)) == 1
    del log
    assert soon(lambda: open_segments(tmp_path) == [])


def test_a_closed_log_has_no_file_open_and_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    log = JsonlCaptureLog(tmp_path)
    assert threading.active_count() == before
    log.append([a_record("one")])
    assert threading.active_count() == before + 1
    log.close()
    assert threading.active_count() == before
    assert open_segments(tmp_path) == []


def open_segments(folder: Path) -> list[int]:
    """Return the descriptors of this process that are segments under a folder."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(descriptor.readlink()).startswith(f"{folder}/"):
                found.append(int(descriptor.name))
    return found


@contextmanager
def a_disk_that_cannot_sync(folder: Path) -> Iterator[None]:
    """Put the null device in the place of the open segment: it takes lines, but has no disk."""
    (segment,) = open_segments(folder)
    kept = os.dup(segment)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, segment, inheritable=False)
    yield
    os.dup2(kept, segment, inheritable=False)
    for descriptor in (kept, nowhere):
        os.close(descriptor)


@contextmanager
def no_new_segments(folder: Path) -> Iterator[None]:
    """Put a file in the place of the folder of the hour."""
    hour = segment(folder).parent
    aside = hour.rename(folder / "aside")
    hour.write_text("a file is in the way")
    yield
    hour.unlink()
    aside.rename(hour)


def refuses(log: JsonlCaptureLog, name: str) -> bool:
    try:
        log.append([a_record(name)])
    except StoreUnavailable:
        return True
    return False

import json
import signal
import stat
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

from stayline.adapters.embedded.capture_log import JsonlCaptureLog
from store_processes import (
    a_record,
    capture_50,
    capture_and_die,
    capture_on_a_full_disk,
    exit_codes,
)
from stores import HOUR, NOON

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


def test_a_torn_last_line_is_skipped_and_cut_before_the_next_append(tmp_path: Path) -> None:
    JsonlCaptureLog(tmp_path).append([a_record("one")])
    with segment(tmp_path).open("ab") as file:
        file.write(b'{"captureData":{"endpoi')
    assert names(tmp_path) == ["one"]
    assert JsonlCaptureLog(tmp_path).problems() == []
    JsonlCaptureLog(tmp_path).append([a_record("two")])
    assert names(tmp_path) == ["one", "two"]
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

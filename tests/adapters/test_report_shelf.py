import os
import signal
import stat
import subprocess
import sys
import time

from stayline.adapters.embedded.report_shelf import FolderReportShelf
from stores import HOUR, NOON

PLACE = "20260301T120000.123456Z"
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from stayline.adapters.embedded.report_shelf import FolderReportShelf
shelf = FolderReportShelf(Path(sys.argv[1]))
print("ready", flush=True)
for round in range(10**6):
    text = str(round).encode()
    files = {f"{n}.txt": text for n in range(20)}
    shelf.put("watch", datetime(2026, 3, 1, 12, 0, 0, 123456, UTC), files)
"""


def test_a_report_is_plain_files_for_its_owner_only(tmp_path):
    FolderReportShelf(tmp_path / "reports").put("watch", NOON, {"a.json": b"1"})
    file = tmp_path / "reports" / "watch" / PLACE / "a.json"
    assert file.read_bytes() == b"1"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    folders = [file.parent, file.parent.parent, file.parent.parent.parent]
    assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in folders)


def test_a_crash_between_two_renames_loses_nothing(tmp_path):
    shelf = FolderReportShelf(tmp_path)
    shelf.put("watch", NOON, {"a.json": b"former"})
    (tmp_path / "watch" / PLACE).rename(tmp_path / "watch" / f"{PLACE}.former")
    assert shelf.times("watch") == [NOON]
    assert shelf.get("watch", NOON) == {"a.json": b"former"}
    shelf.put("watch", NOON, {"a.json": b"new"})
    assert shelf.get("watch", NOON) == {"a.json": b"new"}
    assert [path.name for path in (tmp_path / "watch").iterdir()] == [PLACE]


def test_a_purge_takes_what_a_crash_left_along(tmp_path):
    shelf = FolderReportShelf(tmp_path)
    shelf.put("watch", NOON, {"a.json": b"1"})
    (tmp_path / "watch" / PLACE).rename(tmp_path / "watch" / f"{PLACE}.former")
    assert shelf.purge("watch", NOON + HOUR) == 1
    assert list((tmp_path / "watch").iterdir()) == []


def test_foreign_folders_are_no_reports(tmp_path):
    shelf = FolderReportShelf(tmp_path)
    (tmp_path / "watch" / "2026").mkdir(parents=True)
    (tmp_path / "watch" / "notes.txt").write_text("mine")
    assert shelf.times("watch") == []
    assert shelf.purge("watch", NOON) == 0
    assert (tmp_path / "watch" / "notes.txt").exists()


def test_readers_and_killed_writers_only_ever_see_a_whole_report(tmp_path):
    shelf = FolderReportShelf(tmp_path)
    shelf.put("watch", NOON, {f"{n}.txt": b"first" for n in range(20)})
    for _ in range(4):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        try:
            assert writer.stdout.readline() == b"ready\n"
            until = time.monotonic() + 0.2
            while time.monotonic() < until:
                found = shelf.get("watch", NOON)
                assert len(found) == 20
                assert len(set(found.values())) == 1
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
            writer.stdout.close()
        assert len(set(shelf.get("watch", NOON).values())) == 1
    shelf.put("watch", NOON, {"a.json": b"last"})
    assert [path.name for path in (tmp_path / "watch").iterdir()] == [PLACE]

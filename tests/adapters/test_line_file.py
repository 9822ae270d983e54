import threading
import time
from pathlib import Path

from stayline.adapters.embedded.line_file import LineFile, opened
from waiting import soon


def test_a_file_has_one_owner_and_is_abandoned_after_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.jsonl"
    file = LineFile(path, below=tmp_path)
    file.append(b"1\n")
    with opened(path) as seen:
        assert not seen.is_abandoned
    file.close()
    with opened(path) as seen:
        assert seen.is_abandoned


def test_whoever_opens_a_file_that_is_just_removed_gets_one_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.jsonl"
    LineFile(path, below=tmp_path).close()
    owned: list[LineFile] = []
    owner = threading.Thread(target=lambda: owned.append(LineFile(path, below=tmp_path)))
    with opened(path) as seen:
        assert seen.is_abandoned
        owner.start()
        time.sleep(0.2)  # it waits for the lock, which nothing here can see
        assert owned == []
        path.unlink()
        path.parent.rmdir()
    assert soon(lambda: bool(owned))
    owner.join()
    owned[0].append(b"1\n")
    owned[0].sync()
    assert path.read_bytes() == b"1\n"
    owned[0].close()


def test_a_file_that_is_opened_again_is_written_on(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    for line in (b"1\n", b"2\n"):
        file = LineFile(path, below=tmp_path)
        file.append(line)
        file.close()
    assert path.read_bytes() == b"1\n2\n"

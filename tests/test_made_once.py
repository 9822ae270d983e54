"""What is made once a run is whole, and made by one alone."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from made_once import made_once


def test_whoever_asks_at_the_same_time_gets_what_one_of_them_made(tmp_path_factory, tmp_path):
    makers: list[Path] = []

    def make(folder: Path) -> None:
        makers.append(folder)
        time.sleep(0.05)  # the others ask meanwhile
        (folder / "file").write_text("whole")

    with ThreadPoolExecutor(4) as together:
        asked = [
            together.submit(made_once, tmp_path_factory, tmp_path.name, make) for _ in range(4)
        ]
    (folder,) = {one.result() for one in asked}
    assert (folder / "file").read_text() == "whole"
    assert len(makers) == 1
    assert folder not in makers


def test_what_was_left_unfinished_is_made_anew(tmp_path_factory, tmp_path):
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        made_once(tmp_path_factory, tmp_path.name, fail)
    folder = made_once(tmp_path_factory, tmp_path.name, lambda made: (made / "whole").touch())
    assert [file.name for file in folder.iterdir()] == ["whole"]

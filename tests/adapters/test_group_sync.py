import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stayline.adapters.embedded.group_sync import GroupSync, Written
from stayline.adapters.embedded.line_file import LineFile


class FailsOnce(LineFile):
    """What Linux does: the second fsync succeeds, though what the first one lost is gone."""

    def __init__(self, path: Path, group: "Group") -> None:
        super().__init__(path, below=path.parent)
        self.group = group
        self.meanwhile: Written | None = None

    def sync(self) -> None:
        if self.meanwhile is None:
            with self.group.turn:
                self.meanwhile = self.group.sync.wrote(self)
            raise OSError(errno.EIO, "Input/output error")
        super().sync()


class Group:
    def __init__(self) -> None:
        self.turn = threading.Condition(threading.Lock())
        self.given_up: set[LineFile] = set()
        self.sync = GroupSync(self.turn, self.given_up.update)


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def failing(group: Group, tmp_path: Path) -> Iterator[FailsOnce]:
    file = FailsOnce(tmp_path / "fails.jsonl", group)
    yield file
    file.close()


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[LineFile]:
    file = LineFile(tmp_path / "sound.jsonl", below=tmp_path)
    yield file
    file.close()


def test_all_who_wait_for_a_failed_sync_are_refused_and_the_file_is_given_up(
    group: Group, failing: FailsOnce, sound: LineFile
) -> None:
    with group.turn:
        written = [group.sync.wrote(failing) for _ in range(3)]
        with pytest.raises(OSError, match="Input/output"):
            group.sync.wait(written[0])
        assert group.given_up == {failing}
        assert not group.sync.is_dirty(failing)
        assert group.sync.lag_s() > 0
        group.sync.wait(group.sync.wrote(sound))
        assert group.sync.failure is None
        assert group.sync.lag_s() == 0
        assert failing.meanwhile is not None
        for lost in (*written, failing.meanwhile):
            with pytest.raises(OSError, match="Input/output"):
                group.sync.wait(lost)


def test_nothing_to_bring_to_the_disk_is_no_proof_that_it_works(
    group: Group, failing: FailsOnce
) -> None:
    with group.turn:
        group.sync.wrote(failing)
        group.sync.run()
        group.sync.run()
        assert group.sync.failure is not None

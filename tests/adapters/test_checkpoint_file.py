import stat
from pathlib import Path

import pytest

from stayline.adapters.embedded.checkpoints import FileCheckpoints
from stayline.errors import SettingRefused, StoreDamaged
from store_processes import exit_codes, sign_20_checkpoints, sign_on_a_full_disk
from stores import NOON

LINK = "ab" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "checkpoints"


@pytest.fixture
def kept(path: Path, tmp_path: Path) -> FileCheckpoints:
    return FileCheckpoints(path, tmp_path / "secrets" / "key")


def test_files_and_folders_are_the_owners_alone(kept: FileCheckpoints, tmp_path: Path) -> None:
    kept.sign(1, LINK, NOON)
    modes = {one.relative_to(tmp_path): one.stat().st_mode for one in tmp_path.rglob("*")}
    assert len(modes) == 4
    for mode in modes.values():
        assert stat.S_IMODE(mode) == (0o700 if stat.S_ISDIR(mode) else 0o600)


def test_a_key_that_others_can_read_is_refused(kept: FileCheckpoints, tmp_path: Path) -> None:
    kept.sign(1, LINK, NOON)
    (tmp_path / "secrets" / "key").chmod(0o640)
    with pytest.raises(SettingRefused, match="0600"):
        kept.sign(2, LINK, NOON)


@pytest.mark.parametrize("content", [b"", b"\xff", b"no key"])
def test_a_damaged_key_is_refused(kept: FileCheckpoints, tmp_path: Path, content: bytes) -> None:
    kept.sign(1, LINK, NOON)
    (tmp_path / "secrets" / "key").write_bytes(content)
    with pytest.raises(SettingRefused, match="PEM"):
        kept.kept()


def test_a_replaced_or_lost_key_is_told(kept: FileCheckpoints, tmp_path: Path) -> None:
    kept.sign(1, LINK, NOON)
    (tmp_path / "secrets" / "key").unlink()
    assert "is missing" in kept.kept().problems[0]
    kept.public_key()
    assert "another key" in kept.kept().problems[0]


def test_a_torn_line_is_written_over(kept: FileCheckpoints, path: Path) -> None:
    first = kept.sign(1, LINK, NOON)
    with path.open("ab") as file:
        file.write(b'{"position": 2, "link"')
    second = kept.sign(2, LINK, NOON)
    assert kept.kept().checkpoints == (first, second)
    assert kept.kept().problems == ()


def test_nothing_is_signed_behind_a_line_that_cannot_be_read(
    kept: FileCheckpoints, path: Path
) -> None:
    kept.sign(1, LINK, NOON)
    with path.open("ab") as file:
        file.write(b"torn\n")
    with pytest.raises(StoreDamaged, match="checkpoints"):
        kept.sign(2, LINK, NOON)


def test_processes_that_sign_at_once_keep_one_chain(kept: FileCheckpoints, tmp_path: Path) -> None:
    assert exit_codes(3, sign_20_checkpoints, tmp_path) == [0] * 3
    found = kept.kept()
    assert (len(found.checkpoints), found.problems) == (60, ())


def test_a_full_disk_leaves_the_ones_before(kept: FileCheckpoints, tmp_path: Path) -> None:
    assert exit_codes(1, sign_on_a_full_disk, tmp_path) == [0]
    found = kept.kept()
    assert (len(found.checkpoints), found.problems) == (1, ())

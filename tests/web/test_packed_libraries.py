"""Libraries that are unpacked when they are first imported."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from stayline.web.packed_libraries import PackedLibraries


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A library of our own, packed."""
    (tmp_path / "packed").mkdir()
    with zipfile.ZipFile(tmp_path / "packed" / "seldom.zip", "w") as archive:
        archive.writestr("seldom/__init__.py", "from helper_of_seldom import ANSWER\n")
        archive.writestr("helper_of_seldom.py", "ANSWER = 42\n")
    return tmp_path / "packed"


def test_a_packed_library_is_imported_with_all_that_came_with_it(packed: Path) -> None:
    room = packed.parent / "room"
    assert imported(packed, room) == "42\n"
    assert [there.name for there in room.iterdir()] == ["seldom"]
    (room / "seldom" / "helper_of_seldom.py").write_text("ANSWER = 'the same'\n")
    assert imported(packed, room) == "the same\n"  # it is not unpacked again


def test_a_room_that_is_full_is_told_with_what_to_do_and_keeps_nothing(packed: Path) -> None:
    room = packed.parent / "room"
    full = [
        "import resource, sys, pathlib",
        "from stayline.errors import StoreUnavailable",
        "from stayline.web.packed_libraries import PackedLibraries",
        "sys.meta_path.append(PackedLibraries(*map(pathlib.Path, sys.argv[1:])))",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))",
        "try: import seldom",
        "except StoreUnavailable as error: sys.exit(str(error))",
    ]
    asked = [sys.executable, "-B", "-c", "\n".join(full), str(packed), str(room)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert f"{room} cannot be used: 'seldom' cannot be unpacked there (File too large)" in (
        done.stderr
    )
    assert "Check free disk space" in done.stderr
    assert not list(room.iterdir())


def imported(packed: Path, room: Path) -> str:
    text = "; ".join(
        [
            "import sys, pathlib",
            "from stayline.web.packed_libraries import PackedLibraries",
            "sys.meta_path.append(PackedLibraries(*map(pathlib.Path, sys.argv[1:])))",
            "import seldom",
            "print(seldom.ANSWER)",
        ]
    )
    asked = [sys.executable, "-B", "-c", text, str(packed), str(room)]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def test_what_is_not_packed_is_left_to_others(packed: Path, tmp_path: Path) -> None:
    libraries = PackedLibraries(packed, tmp_path / "room")
    assert libraries.find_spec("often") is None
    assert libraries.find_spec("package.seldom", ["/somewhere"]) is None
    assert PackedLibraries(tmp_path / "none", tmp_path / "room").find_spec("seldom") is None
    assert not (tmp_path / "room").exists()


def test_a_damaged_archive_leaves_nothing_that_looks_whole(packed: Path, tmp_path: Path) -> None:
    archive = packed / "seldom.zip"
    archive.write_bytes(archive.read_bytes().replace(b"ANSWER = 42", b"ANSWER = 43"))
    with pytest.raises(zipfile.BadZipFile):
        PackedLibraries(packed, tmp_path / "room").find_spec("seldom")
    assert not list((tmp_path / "room").iterdir())

import stat
from pathlib import Path

import pytest

from stayline.bootstrap import build
from stayline.errors import SettingRefused, StoreDamaged
from stayline.settings import Settings
from stores import NOON, SetClock


def test_a_new_home_is_made_with_its_parents_and_for_its_owner_only(tmp_path):
    home = tmp_path / "far" / "away"
    build(Settings(home=home))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in home.glob("*.db"))


def test_a_second_build_finds_what_the_first_one_kept(tmp_path):
    first = build(Settings(home=tmp_path))
    first.opt_outs.opt_out("a" * 32, at=NOON)
    again = build(Settings(home=tmp_path))
    assert again.opt_outs.is_opted_out("a" * 32, at=NOON)
    assert again.secrets.token_key() == first.secrets.token_key()


def test_names_and_protected_attributes_are_kept_in_files_of_their_own(tmp_path):
    build(Settings(home=tmp_path))
    assert {"state.db", "online.db", "protected.db", "directory.db"} <= {
        path.name for path in tmp_path.iterdir()
    }


def test_the_clock_of_a_test_is_the_clock_of_every_port(tmp_path):
    assert build(Settings(home=tmp_path), clock=SetClock()).clock.now() == NOON


@pytest.mark.parametrize("inside", ["", "home", "far/away"])
def test_a_file_where_the_home_should_be_is_a_refused_setting(tmp_path, inside):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(SettingRefused, match=r"Setting home is '.*'; expected a folder"):
        build(Settings(home=file / inside))
    assert file.read_text() == "mine"


def test_a_home_where_nothing_may_be_made_is_a_refused_setting():
    read_only = Path("/proc/stayline")  # for root, too
    with pytest.raises(SettingRefused, match="Setting home is"):
        build(Settings(home=read_only))


@pytest.mark.parametrize("name", ["state.db", "online.db", "protected.db", "directory.db"])
def test_a_file_that_is_no_database_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"no database at all " * 300)
    with pytest.raises(StoreDamaged, match=name):
        build(Settings(home=tmp_path))

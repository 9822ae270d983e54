import stat
from pathlib import Path

import pytest

from stayline.adapters.embedded.secrets import FileSecrets
from stayline.errors import SettingRefused, StoreUnavailable
from store_processes import exit_codes, write_down_token_key


def test_a_made_key_is_a_file_for_its_owner_only(tmp_path: Path) -> None:
    key = FileSecrets(tmp_path / "secrets", {}).token_key()
    (file,) = (tmp_path / "secrets").iterdir()
    assert file.name == "token-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert bytes.fromhex(file.read_text()) == key


def test_the_environment_wins_as_hexadecimal_digits_or_as_text(tmp_path: Path) -> None:
    for given, key in [("ab" * 32, b"\xab" * 32), ("ключ " * 8, ("ключ " * 8).strip().encode())]:
        assert FileSecrets(tmp_path, {"STAYLINE_TOKEN_KEY": given}).token_key() == key
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["", "short", "ab" * 31])
def test_a_short_key_is_refused_without_showing_it(tmp_path: Path, given: str) -> None:
    with pytest.raises(SettingRefused) as refusal:
        FileSecrets(tmp_path, {"STAYLINE_TOKEN_KEY": given}).token_key()
    assert not given or given not in str(refusal.value)


def test_a_key_file_that_others_can_read_or_that_is_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token-key"
    file.write_text("k" * 40)
    file.chmod(0o640)
    with pytest.raises(SettingRefused, match="chmod"):
        FileSecrets(tmp_path, {}).token_key()
    file.chmod(0o600)
    assert FileSecrets(tmp_path, {}).token_key() == b"k" * 40
    file.write_text("k" * 20)
    with pytest.raises(SettingRefused, match="20 bytes"):
        FileSecrets(tmp_path, {}).token_key()


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        FileSecrets(tmp_path / "file" / "secrets", {}).token_key()


def test_its_text_never_shows_the_key() -> None:
    assert "k" * 40 not in repr(FileSecrets(Path("x"), {"STAYLINE_TOKEN_KEY": "k" * 40}))


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    folder, answers = tmp_path / "secrets", tmp_path / "answers"
    answers.mkdir()
    assert exit_codes(3, write_down_token_key, folder, answers) == [0] * 3
    assert len({answer.read_bytes() for answer in answers.iterdir()}) == 1
    assert [file.name for file in folder.iterdir()] == ["token-key"]

import json
import stat
from pathlib import Path

import pytest

from stayline.adapters.embedded.secrets import FileSecrets
from stayline.errors import SettingRefused, StoreDamaged
from store_processes import create_access_key, exit_codes

GIVEN = json.dumps({"K1": {"secret": "shh", "name": "payroll"}})


def test_the_keys_are_in_a_file_for_its_owner_only(tmp_path: Path) -> None:
    made = FileSecrets(tmp_path / "secrets", {}).create_access_key("payroll")
    file = tmp_path / "secrets" / "access-keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == {made.key_id: {"secret": made.secret, "name": "payroll"}}


def test_the_variable_wins_whole_and_cannot_be_changed_from_here(tmp_path: Path) -> None:
    FileSecrets(tmp_path, {}).create_access_key("portal")
    secrets = FileSecrets(tmp_path, {"STAYLINE_ACCESS_KEYS": GIVEN})
    assert [(key.key_id, key.name) for key in secrets.access_keys().values()] == [("K1", "payroll")]
    for change in (secrets.create_access_key, secrets.revoke_access_key):
        with pytest.raises(SettingRefused, match="STAYLINE_ACCESS_KEYS"):
            change("K1")


@pytest.mark.parametrize(
    "given", ["", "[]", '{"K1": "shh"}', '{"K1": {"secret": "", "name": "a"}}']
)
def test_a_variable_of_another_form_is_refused_without_showing_it(
    tmp_path: Path, given: str
) -> None:
    with pytest.raises(SettingRefused) as refusal:
        FileSecrets(tmp_path, {"STAYLINE_ACCESS_KEYS": given}).access_keys()
    assert "shh" not in str(refusal.value)


def test_a_file_that_others_can_read_or_that_is_torn_is_refused(tmp_path: Path) -> None:
    FileSecrets(tmp_path, {}).create_access_key("payroll")
    file = tmp_path / "access-keys.json"
    file.chmod(0o644)
    with pytest.raises(SettingRefused, match="chmod"):
        FileSecrets(tmp_path, {}).access_keys()
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(StoreDamaged, match="access-keys"):
        FileSecrets(tmp_path, {}).access_keys()


def test_processes_that_make_keys_at_once_lose_none(tmp_path: Path) -> None:
    assert exit_codes(3, create_access_key, tmp_path) == [0] * 3
    names = {key.name for key in FileSecrets(tmp_path, {}).access_keys().values()}
    assert names == {"caller 0", "caller 1", "caller 2"}

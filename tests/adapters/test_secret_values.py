import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stayline.adapters.embedded.secret_values import SecretValues
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.errors import SecretUnavailable, SettingRefused, StaylineError
from stayline.formats.secret_references import (
    EXPECTED,
    InFile,
    InSecretsManager,
    InVariable,
    parse_reference,
)

VALUE = "k" * 40
LATER = "n" * 40


def read(reference: str, **environment: str) -> bytes:
    return SecretValues(environment).read("secrets.token_key", reference)


def secret_file(folder: Path, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_text(VALUE)
    path.chmod(mode)
    return path


def test_a_variable_and_a_file_give_what_they_hold(tmp_path):
    assert read("env:KEY", KEY=VALUE) == VALUE.encode()
    assert read(f"file:{secret_file(tmp_path)}") == VALUE.encode()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_file_open_to_its_group_or_to_others_is_refused(tmp_path, mode):
    with pytest.raises(SettingRefused, match="chmod 600") as refusal:
        read(f"file:{secret_file(tmp_path, mode)}")
    assert VALUE not in str(refusal.value)


def test_a_link_is_refused_even_to_a_file_that_would_do(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(secret_file(tmp_path))
    with pytest.raises(SettingRefused, match="symbolic link"):
        read(f"file:{link}")


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(SettingRefused, match="no regular file"):
            read(f"file:{path}")


def test_what_is_missing_is_told_by_its_place(tmp_path):
    with pytest.raises(SecretUnavailable, match="env:KEY cannot be read: the variable is not set"):
        read("env:KEY")
    with pytest.raises(SecretUnavailable, match="No such file"):
        read(f"file:{tmp_path / 'nothing'}")


@given(st.text())
def test_a_text_is_a_reference_of_a_known_kind_or_refused_without_being_quoted(text):
    try:
        place = parse_reference("secrets.token_key", text)
    except SettingRefused as refusal:
        told = str(refusal)
    else:
        assert isinstance(place, InVariable | InFile | InSecretsManager)
        return
    assert told == str(SettingRefused("secrets.token_key", "no reference", EXPECTED))


@pytest.mark.parametrize(
    "text", ["s3cr3t-by-mistake", "file:relative", "env:", "env:A B", "aws-secretsmanager:a#", ""]
)
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(SettingRefused, match="no reference"):
        parse_reference("secrets.token_key", text)


def test_references_win_over_variables_and_those_over_files(tmp_path):
    environment = {"STAYLINE_TOKEN_KEY": VALUE, "OTHER": LATER}
    assert FileSecrets(tmp_path, environment).token_key() == VALUE.encode()
    first = SecretsPolicy(token_key="env:OTHER")  # noqa: S106  (a place)
    assert FileSecrets(tmp_path, environment, policy=lambda: first).token_key() == LATER.encode()
    keys = '{"K1": {"secret": "shh", "name": "payroll"}}'
    environment |= {"KEYS": keys, "CHANNELS": "hook=json://never-shown"}
    policy = SecretsPolicy(access_keys="env:KEYS", alarm_channels="env:CHANNELS")
    secrets = FileSecrets(tmp_path, environment, policy=lambda: policy)
    assert list(secrets.access_keys()) == ["K1"]
    assert list(secrets.alarm_channels().urls) == ["hook"]
    with pytest.raises(SettingRefused, match=r"secrets\.access_keys"):
        secrets.create_access_key("portal")
    assert [one.where for one in secrets.other_secrets()] == ["env:KEYS", "env:CHANNELS"]
    assert secrets.secret("checkpoint_key") is None


def test_starting_loads_no_aws_library(tmp_path):
    code = (
        "import sys; from stayline.bootstrap import build; from stayline.settings import Settings;"
        "from pathlib import Path; build(Settings(home=Path(sys.argv[1])));"
        "assert not [m for m in sys.modules if m.startswith(('botocore', 'stayline.adapters.aws'))]"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


def test_every_error_of_a_reference_is_in_our_words(tmp_path):
    for text in ("env:NO", f"file:{tmp_path}/no", "nothing"):
        with pytest.raises(StaylineError):
            read(text)

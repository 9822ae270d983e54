"""Secrets in AWS, against moto: a fake that speaks AWS's own protocol over real HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from stayline.adapters.aws.secrets import SecretsManager
from stayline.adapters.embedded.secrets import FileSecrets
from stayline.domain.secrets_policy import SecretsPolicy
from stayline.errors import SecretUnavailable
from stayline.formats.secret_references import InSecretsManager

VALUE = "v" * 40
PLAIN = InSecretsManager("prod/token-key")


@pytest.fixture(scope="module")
def fake_aws() -> Iterator[str]:
    """The address of a fake of AWS on this machine; nothing here talks to AWS itself."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def kept_in_fake_aws(fake_aws: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the fake, empty at first, to which the usual variables lead."""
    for name, value in {
        "AWS_ENDPOINT_URL": fake_aws,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.session.Session().client("secretsmanager")
    for secret in client.list_secrets()["SecretList"]:
        client.delete_secret(SecretId=secret["Name"], ForceDeleteWithoutRecovery=True)
    return client


def test_a_secret_is_read_whole_or_by_one_key_of_its_json(kept_in_fake_aws):
    kept_in_fake_aws.create_secret(Name="plain", SecretString=VALUE)
    kept_in_fake_aws.create_secret(Name="bytes", SecretBinary=b"\x00\xff" * 16)
    kept_in_fake_aws.create_secret(Name="json", SecretString=json.dumps({"key": VALUE, "n": 1}))
    aws = SecretsManager()
    assert aws.read(InSecretsManager("plain")) == VALUE.encode()
    assert aws.read(InSecretsManager("bytes")) == b"\x00\xff" * 16
    assert aws.read(InSecretsManager("json", "key")) == VALUE.encode()
    for reference, told in (
        (InSecretsManager("json", "n"), "no text under the JSON key 'n'"),
        (InSecretsManager("json", "other"), "no text under the JSON key 'other'"),
        (InSecretsManager("plain", "key"), "no JSON object"),
    ):
        with pytest.raises(SecretUnavailable, match=told) as refusal:
            aws.read(reference)
        assert VALUE not in str(refusal.value)


def test_a_rotation_in_aws_is_seen_once_the_value_is_a_minute_old(kept_in_fake_aws):
    kept_in_fake_aws.create_secret(Name=PLAIN.name, SecretString=VALUE)
    patient, hasty = SecretsManager(), SecretsManager(refresh_s=0)
    assert patient.read(PLAIN) == hasty.read(PLAIN) == VALUE.encode()
    kept_in_fake_aws.put_secret_value(SecretId=PLAIN.name, SecretString="rotated")
    assert (patient.read(PLAIN), hasty.read(PLAIN)) == (VALUE.encode(), b"rotated")


def test_what_aws_refuses_is_told_in_words(kept_in_fake_aws, monkeypatch):
    with pytest.raises(SecretUnavailable, match="no secret of that name in this region"):
        SecretsManager().read(PLAIN)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(SecretUnavailable, match="no AWS region is set"):
        SecretsManager().read(PLAIN)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    with pytest.raises(SecretUnavailable, match="no secret of that name"):
        SecretsManager().read(PLAIN)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(SecretUnavailable, match="no AWS credentials"):
        SecretsManager().read(PLAIN)


def test_while_aws_does_not_answer_the_last_value_stands(kept_in_fake_aws, monkeypatch):
    kept_in_fake_aws.create_secret(Name=PLAIN.name, SecretString=VALUE)
    own = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    own.start()
    host, port = own.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    aws = SecretsManager(refresh_s=0)
    assert aws.read(PLAIN) == VALUE.encode()
    own.stop()
    assert aws.read(PLAIN) == VALUE.encode()
    with pytest.raises(SecretUnavailable, match="AWS does not answer"):
        SecretsManager().read(PLAIN)


def test_a_home_takes_its_secrets_from_aws(kept_in_fake_aws, tmp_path):
    keys = json.dumps({"K1": {"secret": "shh", "name": "payroll"}})
    kept_in_fake_aws.create_secret(Name="stayline", SecretString=json.dumps({"token": VALUE}))
    kept_in_fake_aws.create_secret(Name="keys", SecretString=keys)
    policy = SecretsPolicy(
        token_key="aws-secretsmanager:stayline#token",  # noqa: S106  (a place)
        access_keys="aws-secretsmanager:keys",
    )
    secrets = FileSecrets(tmp_path, {}, policy=lambda: policy)
    assert secrets.token_key() == VALUE.encode()
    assert [key.name for key in secrets.access_keys().values()] == ["payroll"]
    assert list(tmp_path.iterdir()) == []

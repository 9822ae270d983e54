import time

import pytest

from fake_aws import clients_of
from faulty_way import Fault, refusal
from followers import KeptImports, KeptOptOuts
from stayline.adapters.aws.audit_log import DynamoAuditLog
from stayline.adapters.aws.secret_store import SecretsManagerSecrets
from stayline.adapters.aws.stack_secrets import StackSecrets
from stayline.adapters.aws.token_key_book import DynamoTokenKeyBook
from stayline.adapters.aws.token_lease import LEASE
from stayline.domain.pseudonyms import key_fingerprint
from stayline.errors import AwsRefused, RotationRefused, SettingRefused, StoreUnavailable
from stores import SetClock

READ = "GetSecretValue"


def secrets_of(stack, clock=None):
    clients = clients_of(stack)
    book = DynamoTokenKeyBook(
        clients,
        imports=KeptImports(),
        opt_outs=KeptOptOuts(),
        audit=DynamoAuditLog(clients),
        renamed=[],
    )
    return SecretsManagerSecrets(clients, book=book, clock=clock or SetClock())


def test_two_processes_that_make_the_token_key_at_once_have_the_same(
    stack, fake_aws, faulty, monkeypatch
):
    here, keys = secrets_of(stack), []
    assert not here.has_token_key()
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake_aws)
    faulty.before = lambda operation: (
        keys.append(secrets_of(stack).token_key()) if operation == "CreateSecret" else None
    )
    assert [here.token_key()] == keys


def test_every_secret_is_made_under_the_key_of_names(stack):
    secrets, client = secrets_of(stack), clients_of(stack).of("secretsmanager")
    secrets.token_key()
    secrets.next_token_key()
    secrets.create_access_key("payroll")
    page = client.list_secrets(Filters=[{"Key": "name", "Values": [stack.secret("")]}])
    assert len(page["SecretList"]) == 3
    assert {one["KmsKeyId"] for one in page["SecretList"]} == {stack.people_key}


def test_a_key_that_aws_does_not_tell_yet_is_waited_for(stack, faulty):
    made = secrets_of(stack).token_key()
    unknown = refusal("ResourceNotFoundException", of=READ)
    faulty.faults += [unknown, unknown]
    assert secrets_of(stack).token_key() == made


def test_what_is_asked_with_every_request_is_paid_for_once(stack, faulty):
    secrets = secrets_of(stack)
    made = secrets.create_access_key("payroll")
    secrets.token_key()
    faulty.asked.clear()
    for _ in range(20):
        secrets.token_key()
        secrets.access_keys()
    assert faulty.asked.count(READ) == 1
    time.sleep(1.1)
    assert secrets.access_keys() == {made.key_id: made}
    assert faulty.asked.count(READ) == 1


def test_of_two_who_change_access_keys_at_once_neither_change_is_lost(
    stack, fake_aws, faulty, monkeypatch
):
    here = secrets_of(stack)
    kept = here.create_access_key("kept")
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake_aws)
    elsewhere, others = secrets_of(stack), []

    def meanwhile(operation):
        if operation == "TransactWriteItems" and not others:
            others.append(elsewhere.create_access_key("portal"))

    faulty.before = meanwhile
    ours = here.create_access_key("payroll")
    everyone = {one.key_id: one for one in (kept, ours, *others)}
    assert here.access_keys() == secrets_of(stack).access_keys() == everyone


def test_a_change_of_access_keys_stopped_at_any_request_is_made_or_not(stack, faulty):
    kept = secrets_of(stack).create_access_key("kept")
    for requests in range(4):
        faulty.asked.clear()
        faulty.stopped_at = requests
        with pytest.raises(AwsRefused):
            secrets_of(stack).create_access_key("payroll")
        faulty.stopped_at = None
        assert secrets_of(stack).access_keys() == {kept.key_id: kept}


def test_a_next_key_cut_off_while_it_is_made_leaves_one_secret(stack, faulty):
    secrets_of(stack).token_key()
    for requests in (1, 2, 3):
        faulty.asked.clear()
        faulty.stopped_at = requests
        with pytest.raises(AwsRefused):
            secrets_of(stack).next_token_key()
    faulty.stopped_at = None
    made = secrets_of(stack).next_token_key()
    assert secrets_of(stack).next_token_key() == made
    listed = clients_of(stack).of("secretsmanager").list_secrets()["SecretList"]
    names = {one["Name"] for one in listed if one["Name"].startswith(f"{stack.stack}/")}
    fingerprint = key_fingerprint(made)
    assert names == {stack.secret("token-key"), stack.secret(f"token-key-{fingerprint}")}


def test_a_removed_key_cannot_be_restored(stack):
    secrets = secrets_of(stack)
    fingerprint = key_fingerprint(secrets.next_token_key())
    secrets.remove_token_key(fingerprint)
    client = clients_of(stack).of("secretsmanager")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.restore_secret(SecretId=stack.secret(f"token-key-{fingerprint}"))


def test_a_key_marked_for_deletion_by_hand_is_told_and_no_other_is_made(stack):
    secrets_of(stack).token_key()
    client = clients_of(stack).of("secretsmanager")
    client.delete_secret(SecretId=stack.secret("token-key"))
    with pytest.raises(AwsRefused, match="marked for deletion; restore it"):
        secrets_of(stack).token_key()
    assert secrets_of(stack).other_secrets() == []


def test_a_lease_of_a_killed_holder_ends_by_itself(stack):
    clock = SetClock()
    killed = secrets_of(stack, clock).steady_tokens()
    killed.__enter__()  # and nothing after it
    with pytest.raises(RotationRefused), secrets_of(stack, clock).changing_tokens():
        pytest.fail("somebody holds the tokens steady")
    clock.instant += LEASE
    with secrets_of(stack, clock).changing_tokens():
        pass


def test_a_holder_whose_lease_ran_out_is_told(stack):
    clock = SetClock()
    overslept = secrets_of(stack, clock).steady_tokens()
    overslept.__enter__()
    clock.instant += LEASE
    with secrets_of(stack, clock).changing_tokens():
        pass
    with pytest.raises(StoreUnavailable, match="not renewed in time"):
        overslept.__exit__(None, None, None)


def test_what_went_wrong_inside_is_told_and_the_lease_given_back(stack):
    with pytest.raises(LookupError), secrets_of(stack).changing_tokens():
        raise LookupError
    with secrets_of(stack).changing_tokens():
        pass


def test_channels_and_keys_put_there_by_hand_are_read_and_never_quoted(stack):
    kept = StackSecrets(clients_of(stack))
    kept.create("alarm-channels", b"# ours\nhook=json://shh\nspoilt")
    found = secrets_of(stack).alarm_channels()
    assert found.urls == {"hook": "json://shh"}
    assert "shh" not in repr(found)
    assert len(found.problems) == 1
    kept.create("access-keys", b'{"K1": {"secret": "shh", "name": "payroll"}}')
    assert secrets_of(stack).access_keys()["K1"].name == "payroll"
    assert {one.name for one in secrets_of(stack).other_secrets()} == {
        "access-keys",
        "alarm-channels",
    }
    kept.put("access-keys", b"shh", version="v" * 32)
    with pytest.raises(SettingRefused) as told:
        secrets_of(stack).access_keys()
    assert "shh" not in str(told.value)


def test_faults_are_told_in_words(stack, faulty):
    secrets = secrets_of(stack)
    for fault, error, told in (
        (refusal("ExpiredTokenException", of=READ), AwsRefused, "credentials have expired"),
        (refusal("AccessDeniedException", of=READ), AwsRefused, "do not permit"),
        (refusal("DecryptionFailure", of=READ), StoreUnavailable, "DecryptionFailure"),
        (Fault(200, b'{"SecretString": "', READ, is_cut=True), StoreUnavailable, "IncompleteRead"),
    ):
        faulty.faults += [fault]
        with pytest.raises(error, match=told):
            secrets.alarm_channels()
    faulty.faults += [
        refusal("ThrottlingException", of=READ),
        refusal("InternalServiceError", 500, of=READ),
    ]
    assert secrets.alarm_channels().urls == {}
    assert faulty.faults == []

import pytest

from fake_aws import clients_of
from faulty_way import refusal, s3_refusal
from stayline.adapters.aws.checkpoints import PREFIX, SIGNING_KEY, S3Checkpoints
from stayline.adapters.aws.stack_secrets import StackSecrets
from stayline.adapters.objects.bucket import Bucket
from stayline.domain.audit_chain import CheckpointList
from stayline.errors import AwsRefused, SettingRefused, StoreDamaged, StoreUnavailable
from stores import HOUR, NOON

LINK = "ab" * 32


def checkpoints_of(stack):
    return S3Checkpoints(clients_of(stack))


def test_of_two_who_sign_at_once_each_has_a_checkpoint_and_both_follow(
    stack, fake_aws, faulty, monkeypatch
):
    here = checkpoints_of(stack)
    here.sign(1, LINK, NOON)
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake_aws)
    elsewhere = checkpoints_of(stack)
    made = []

    def meanwhile(operation):
        if operation == "PUT" and not made:
            made.append(elsewhere.sign(2, LINK, NOON + HOUR))

    faulty.before = meanwhile
    ours = here.sign(3, LINK, NOON + 2 * HOUR)
    assert ours.before == made[0].digest
    assert [one.position for one in here.kept().checkpoints] == [1, 2, 3]
    assert here.kept().problems == ()


def test_two_processes_that_make_the_key_at_once_have_the_same(
    stack, fake_aws, faulty, monkeypatch
):
    here, keys = checkpoints_of(stack), []
    assert here.read(b"") == CheckpointList(())
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake_aws)
    faulty.before = lambda operation: (
        keys.append(checkpoints_of(stack).public_key()) if operation == "CreateSecret" else None
    )
    assert [here.public_key()] == keys


def test_a_removed_or_altered_checkpoint_is_told(stack):
    checkpoints = checkpoints_of(stack)
    for number in range(1, 4):
        checkpoints.sign(number, LINK, NOON)
    bucket = Bucket(clients_of(stack), stack.data_bucket, "the list of checkpoints")
    bucket.purge_all(f"{PREFIX}{2:012d}")
    assert "one was removed, added or moved" in checkpoints.kept().problems[0]
    bucket.put(f"{PREFIX}{3:012d}.json", b"{}")
    assert checkpoints.kept().problems == ("line 2 of the checkpoints is no checkpoint",)
    with pytest.raises(StoreDamaged, match="newest"):
        checkpoints.sign(4, LINK, NOON)


def test_without_the_key_checkpoints_are_told_of_and_none_is_made_by_looking(stack):
    assert checkpoints_of(stack).kept() == CheckpointList(())
    secrets = StackSecrets(clients_of(stack))
    assert secrets.read(SIGNING_KEY) is None
    public = checkpoints_of(stack).public_key()
    checkpoints_of(stack).sign(1, LINK, NOON)
    secrets.remove(SIGNING_KEY)
    assert "is missing" in checkpoints_of(stack).kept().problems[0]
    assert len(checkpoints_of(stack).kept(public).checkpoints) == 1
    secrets.create(SIGNING_KEY, b"no key")
    with pytest.raises(SettingRefused, match="Ed25519 private key"):
        checkpoints_of(stack).sign(2, LINK, NOON)


def test_faults_of_s3_and_of_the_secrets_are_told_and_nothing_is_signed(stack, faulty):
    checkpoints = checkpoints_of(stack)
    faulty.faults += [refusal("AccessDeniedException")]
    with pytest.raises(AwsRefused, match="do not permit"):
        checkpoints.sign(1, LINK, NOON)
    checkpoints.public_key()
    faulty.faults += [s3_refusal("SlowDown", 503)] * 4
    with pytest.raises(StoreUnavailable, match="SlowDown"):
        checkpoints.sign(1, LINK, NOON)
    faulty.faults += [s3_refusal("ExpiredToken", 400)]
    with pytest.raises(AwsRefused, match="credentials have expired"):
        checkpoints.kept()
    assert checkpoints.kept() == CheckpointList(())

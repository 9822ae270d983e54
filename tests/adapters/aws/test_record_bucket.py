"""Objects that are rewritten: nothing of others is undone, and a kill leaves nothing for good."""

import pytest

from fake_aws import Killed, clients_of, die, everything, just_before
from faulty_way import Fault, answering
from stayline.adapters.aws.clients import Clients
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.errors import AwsRefused, StoreUnavailable


def bucket_of(clients: Clients) -> RecordBucket:
    return RecordBucket(clients, clients.resources.data_bucket, "the store")


def with_more(text: bytes):
    return lambda old: ((old or b"") + text, len(old or b""))


def test_a_write_between_reading_and_writing_is_not_undone(stack):
    other, clients = bucket_of(clients_of(stack)), clients_of(stack)
    other.put("k", b"a")
    just_before(clients, "s3.PutObject", lambda: other.rewrite("k", with_more(b"b")))
    assert bucket_of(clients).rewrite("k", with_more(b"c")) == 2
    assert other.get("k") == b"abc"


def test_of_two_who_put_a_first_object_neither_is_lost(stack):
    other, clients = bucket_of(clients_of(stack)), clients_of(stack)
    just_before(clients, "s3.PutObject", lambda: other.rewrite("k", with_more(b"b")))
    bucket_of(clients).rewrite("k", with_more(b"c"))
    assert other.get("k") == b"bc"


def test_what_was_put_anew_meanwhile_is_not_removed_unseen(stack):
    other, clients = bucket_of(clients_of(stack)), clients_of(stack)
    other.put("k", b"old")
    just_before(clients, "s3.DeleteObject", lambda: other.put("k", b"new"))

    def without_old(content):
        return (None, True) if content == b"old" else (content, False)

    assert bucket_of(clients).rewrite("k", without_old) is False
    assert other.get("k") == b"new"


def test_the_next_one_purges_the_versions_that_a_kill_left(stack):
    bucket, clients = bucket_of(clients_of(stack)), clients_of(stack)
    bucket.put("p/k", b"secret")
    bucket.put("q/k", b"former of another")
    bucket.put("q/k", b"newer of another")
    just_before(clients, "s3.DeleteObjects", die)
    killed = bucket_of(clients)
    killed.rewrite("p/k", lambda _: (b"left", None))
    with pytest.raises(Killed):
        killed.purge_former("p/")
    assert (bucket.get("p/k"), b"secret" in everything(stack)) == (b"left", True)
    assert bucket.purge_former("p/") == 1
    kept = everything(stack)
    assert (b"secret" in kept, b"former of another" in kept, bucket.get("p/k")) == (
        False,
        True,
        b"left",
    )


def test_what_was_removed_does_not_stand_again_when_its_purge_is_killed(stack):
    bucket, clients = bucket_of(clients_of(stack)), clients_of(stack)
    for text in (b"first", b"second"):
        bucket.put("k", text)
    bucket.rewrite("k", lambda _: (None, None))
    just_before(clients, "s3.DeleteObjects", die, nth=2)
    with pytest.raises(Killed):
        bucket_of(clients).purge_former("")
    assert (bucket.get("k"), b"second" in everything(stack)) == (None, False)
    assert bucket.purge_former("") == 1
    assert list(bucket.keys("")) == []


def test_all_pages_are_listed(stack, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    bucket = bucket_of(clients_of(stack))
    keys = [f"{folder}/{n}" for folder in "abc" for n in range(5)]
    for key in keys:
        bucket.put(key, b"former")
        bucket.put(key, key.encode())
    assert list(bucket.keys("")) == [found.key for found in bucket.found("")] == keys
    assert list(bucket.keys("", after="b/3")) == keys[9:]
    assert bucket.folders("") == ["a/", "b/", "c/"]
    assert list(bucket.bodies(keys)) == [(key, key.encode()) for key in keys]
    assert bucket.purge_former("") == len(keys)
    assert b"former" not in everything(stack)


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (503, "SlowDown", StoreUnavailable),
        (500, "InternalError", StoreUnavailable),
        (400, "ExpiredToken", AwsRefused),
        (403, "AccessDenied", AwsRefused),
    ],
)
def test_what_s3_answers_in_trouble_is_told_in_words(led_to, status, code, told):
    body = f"<Error><Code>{code}</Code><Message>secret words</Message></Error>"
    with answering({"": Fault(status, body)}) as address:
        bucket = bucket_of(led_to(address))
        with pytest.raises(told, match=code) as problem:
            bucket.rewrite("k", with_more(b"x"))
    assert "secret" not in str(problem.value)


def test_an_answer_cut_off_is_never_taken_for_the_whole(led_to):
    with answering({"": Fault(200, "half of it", is_cut=True)}) as address:
        bucket = bucket_of(led_to(address))
        with pytest.raises(StoreUnavailable, match="AWS does not answer"):
            bucket.rewrite("k", with_more(b"x"))
        with pytest.raises(StoreUnavailable):
            list(bucket.bodies(["k"]))

"""Where object storage is, and what a server must do to be one."""

import sys
from pathlib import Path

import pytest

from faulty_way import s3_refusal
from object_server import REAL
from stayline.adapters.objects.bucket import Bucket
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.adapters.objects.storage import PLAIN, storage_at
from stayline.adapters.objects.storage_check import S3StorageCheck
from stayline.bootstrap import build
from stayline.errors import SettingRefused, StoreRefused
from stayline.settings import Settings


@pytest.mark.parametrize(
    ("url", "prefix", "told"),
    [
        ("s3://people", "", "s3://people"),
        ("s3://people/", "", "s3://people"),
        ("s3://people/group/eu/", "group/eu/", "s3://people/group/eu"),
    ],
)
def test_a_bucket_and_what_its_keys_begin_with_are_read_from_the_url(url, prefix, told):
    storage = storage_at(url)
    assert (storage.bucket, storage.prefix, storage.url) == ("people", prefix, told)


@pytest.mark.parametrize(
    "url",
    ["gs://people", "people", "s3://", "s3://P", "s3://people/a//b", "s3://people/?x=1", "s3:///a"],
)
def test_another_address_is_refused_with_what_is_expected(url, tmp_path):
    with pytest.raises(SettingRefused, match=r"storage_url .*expected s3://bucket"):
        build(Settings(home=tmp_path, storage_url=url))


def test_people_are_not_sent_through_a_network_in_plain_text_unless_that_is_said(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://objects.example:9000")
    with pytest.raises(SettingRefused, match=f"AWS_ENDPOINT_URL_S3 .*{PLAIN}"):
        storage_at("s3://people")
    monkeypatch.setenv(PLAIN, "true")
    assert storage_at("s3://people").bucket == "people"
    monkeypatch.delenv(PLAIN)
    for address in ("https://objects.example", "http://127.0.0.1:9000", "http://localhost:9000"):
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", address)
        assert storage_at("s3://people").bucket == "people"


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(
        sys, "path", [one for one in sys.path if not (Path(one) / "boto3").is_dir()]
    )
    monkeypatch.delitem(sys.modules, "boto3")
    with pytest.raises(SettingRefused, match=r"pip install 'stayline\[aws\]'"):
        build(Settings(home=tmp_path, storage_url="s3://people"))


def test_keys_are_told_without_what_all_of_them_begin_with(storage):
    bucket = RecordBucket.of(storage, "a test")
    bucket.put("b/1", b"one")
    bucket.put("b/2", b"two")
    assert list(bucket.keys("b/", after="b/1")) == ["b/2"]
    assert bucket.folders("") == ["b/"]
    assert dict(bucket.bodies(["b/1", "b/2"])) == {"b/1": b"one", "b/2": b"two"}
    assert bucket.rewrite("b/1", lambda old: (old + b"!", old)) == b"one"
    above = Bucket(storage.clients, storage.bucket, "a test")
    assert above.get(f"{storage.prefix}b/1") == b"one!"
    assert bucket.purge_all("b/") >= 2
    assert list(above.keys(storage.prefix)) == []


def test_a_server_that_does_all_that_is_asked_has_no_problem_and_keeps_nothing(storage):
    check = S3StorageCheck(storage, lambda: 3)
    assert check.problems() == []
    place, waiting = check.notes()
    assert (place.startswith(storage.url), waiting[:2]) == (True, "3 ")
    assert list(Bucket.of(storage, "a test").keys("")) == []


@pytest.mark.skipif(bool(REAL), reason="a real server takes no request whose headers were lost")
@pytest.mark.parametrize("condition", ["If-None-Match", "If-Match"])
def test_a_server_that_makes_puts_whatever_the_condition_is_told(led_astray, faulty, condition):
    faulty.lost = frozenset({condition})
    (problem,) = S3StorageCheck(led_astray.storage, lambda: 0).problems()
    assert "undo each other's writes" in problem


@pytest.mark.parametrize(
    ("code", "told"),
    [("AccessDenied", "do not permit"), ("NoSuchBucket", "bucket is not there")],
)
def test_what_somebody_has_to_set_right_is_told_in_words(led_astray, faulty, code, told):
    faulty.faults += [s3_refusal(code, 403)] * 9
    with pytest.raises(StoreRefused, match=told) as caught:
        led_astray.reports().names()
    assert "stayline doctor" in str(caught.value)
    faulty.faults[:] = [s3_refusal(code, 403)] * 9
    with pytest.raises(StoreRefused, match="S3 says"):
        led_astray.features()._offline.version("features")

"""Other stores in S3, written by two at once, torn, or out of reach."""

import time
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from fake_aws import Killed, clients_of, die, everything, just_before
from faulty_way import Fault, answering, refusal, s3_refusal
from stayline.adapters.aws.directory import DynamoDirectory
from stayline.adapters.aws.extract_files import S3ExtractFiles
from stayline.adapters.aws.outcome_book import KEY, S3OutcomeBook
from stayline.adapters.aws.protected_attributes import S3ProtectedAttributes
from stayline.adapters.aws.report_shelf import S3ReportShelf
from stayline.adapters.aws.stores_check import AwsStoresCheck
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.domain.protected_attributes import AuditPurpose
from stayline.errors import AwsRefused, StoreDamaged
from stores import ANA, BO, NOON, SetClock

AUDIT = AuditPurpose("zoë", "quarterly fairness audit")
ROWS = pl.DataFrame(
    {"token": [ANA], "event_time": [NOON], "Gender": ["F"]},
    schema_overrides={"event_time": pl.Datetime("us", "UTC")},
)


def bucket_of(clients, name):
    return RecordBucket(clients, name, "the store")


def test_outcomes_added_by_two_at_once_are_all_kept_and_counted_once(stack):
    other, clients = S3OutcomeBook(clients_of(stack)), clients_of(stack)
    both = EventOutcome("both", True, NOON)
    added = []
    just_before(clients, "s3.PutObject", lambda: added.append(other.add([both])))
    added.append(S3OutcomeBook(clients).add([both, EventOutcome("one", False, NOON)]))
    assert added == [1, 1]
    assert other.of_events(NOON) == {"both": True, "one": False}


def test_outcomes_follow_a_change_of_tokens(stack):
    book, renames = S3OutcomeBook(clients_of(stack)), pl.DataFrame({"alias": [ANA], "token": [BO]})
    book.add([PersonOutcome(ANA, NOON.date(), NOON)])
    book.rename(renames)
    book.rename(renames)
    assert [outcome.token for outcome in book.of_people(NOON)] == [BO]
    assert ANA.encode() not in everything(stack)


def test_a_torn_book_of_outcomes_is_told_and_not_written_over(stack):
    book = S3OutcomeBook(clients_of(stack))
    bucket_of(clients_of(stack), stack.data_bucket).put(KEY, b"PAR1")
    assert book.problems() == [f"{KEY} cannot be read"]
    with pytest.raises(StoreDamaged):
        book.add([EventOutcome("one", False, NOON)])


def test_a_read_of_protected_attributes_that_is_killed_is_recorded(stack):
    clients = clients_of(stack)
    just_before(clients, "s3.GetObject", die)
    with pytest.raises(Killed):
        S3ProtectedAttributes(clients, SetClock()).read(AUDIT)
    assert S3ProtectedAttributes(clients_of(stack), SetClock()).reads() == [
        (AUDIT, NOON.isoformat())
    ]


def test_each_of_two_reads_at_once_is_recorded_and_one_taken_out_is_told(stack):
    other, clients = S3ProtectedAttributes(clients_of(stack), SetClock()), clients_of(stack)
    other.put(ROWS)
    just_before(clients, "s3.PutObject", lambda: other.read(AUDIT))
    assert S3ProtectedAttributes(clients, SetClock()).read(AUDIT).equals(ROWS)
    assert (len(other.reads()), other.problems()) == (2, [])
    bucket = bucket_of(clients, stack.protected_bucket)
    bucket.remove_all([next(iter(bucket.keys("reads/")))])
    assert other.problems() == ["the record of read 1 is not there"]


def test_what_cannot_be_recorded_is_not_read(led_to):
    with answering({"": s3_refusal("AccessDenied", 403)}) as address:
        store = S3ProtectedAttributes(led_to(address), SetClock())
        with pytest.raises(AwsRefused, match="protected attributes"):
            store.read(AUDIT)


def test_a_torn_report_is_told(stack):
    shelf, bucket = (
        S3ReportShelf(clients_of(stack)),
        bucket_of(clients_of(stack), stack.data_bucket),
    )
    shelf.put("watch", NOON, {"a.json": b"1" * 100})
    (key,) = bucket.keys("reports/")
    bucket.put(key, bucket.get(key)[:-20])
    with pytest.raises(StoreDamaged, match="The report shelf"):
        shelf.get("watch", NOON)


def test_a_file_that_comes_anew_while_its_namesake_is_purged_stays(stack):
    bucket, clients = bucket_of(clients_of(stack), stack.data_bucket), clients_of(stack)
    bucket.put("extracts/done/march.csv", b"id,pay\nE1,10\n")
    newer = b"id,pay\nE2,20\n"
    just_before(clients, "s3.DeleteObject", lambda: bucket.put("extracts/done/march.csv", newer))
    files = S3ExtractFiles(clients, DynamoDirectory(clients_of(stack), []))
    assert files.purge(datetime.now(UTC) + timedelta(days=1)) == 0
    assert bucket.get("extracts/done/march.csv") == newer
    assert b"E1" not in everything(stack)


def test_a_feature_store_that_answers_is_no_problem(led_to):
    with answering({"": Fault(200)}) as address:
        assert AwsStoresCheck(led_to(address)).problems()["feature store"] is None


def test_stores_out_of_reach_are_told_in_words_and_soon(led_to):
    with answering({"": refusal("ExpiredTokenException")}) as address:
        clients = led_to(address)
        expired = AwsStoresCheck(clients).problems()
        assert "the credentials have expired" in expired["state store"]
    began = time.monotonic()
    gone = AwsStoresCheck(clients).problems()
    assert all("AWS does not answer" in problem for problem in gone.values())
    assert time.monotonic() - began < 10

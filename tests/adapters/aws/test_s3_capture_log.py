"""Captured lines in S3: SageMaker's layout and form, and removals that others do not disturb."""

from datetime import timedelta

import pytest

from fake_aws import Killed, clients_of, die, everything, just_before
from faulty_way import answering, s3_refusal
from stayline.adapters.aws.capture_log import S3CaptureLog
from stayline.adapters.objects.record_bucket import RecordBucket
from stayline.domain.capture import CaptureRecord
from stayline.errors import StoreUnavailable
from stayline.formats.capture_records import read_capture_line
from stores import ANA, BO, HOUR, NOON

TOP = NOON.replace(minute=0, second=0, microsecond=0)
BY_SAGEMAKER = (
    '{"captureData":{"endpointInput":{"observedContentType":"application/json","mode":"INPUT",'
    '"data":"{\\"Age\\":35}","encoding":"JSON"},"endpointOutput":{"observedContentType":'
    '"application/json","mode":"OUTPUT","data":"{\\"risk\\":0.5}","encoding":"JSON"}},'
    '"eventMetadata":{"eventId":"%s","inferenceTime":"2026-03-01T12:30:00Z"},"eventVersion":"0"}'
)


def of(token, name, at=NOON, **form):
    return CaptureRecord(name, at, '{"Age":35}', f'{{"token":"{token}","risk":0.1}}', **form)


def names(log):
    return [one.event_id for one in log.read(TOP, TOP + timedelta(days=9))]


def bucket_of(stack):
    return RecordBucket(clients_of(stack), stack.data_bucket, "the store")


def test_records_stand_where_an_endpoints_own_capture_puts_them(stack):
    log = S3CaptureLog(clients_of(stack))
    log.append([of(ANA, "one", variant="version-3"), of(BO, "two", variant="version-3")])
    log.append([of(BO, "three", NOON + HOUR, variant="../up"), of(BO, "four")])
    hours = [key.rpartition("/")[0] for key in bucket_of(stack).keys("")]
    here = f"capture/{stack.endpoint}"
    assert hours == [
        f"{here}/gateway/2026/03/01/12",
        f"{here}/gateway/2026/03/01/13",
        f"{here}/version-3/2026/03/01/12",
    ]
    assert sorted(names(log)) == ["four", "one", "three", "two"]
    assert [record.event_id for record in log.newest(1)] == ["three"]


def test_lines_of_an_endpoints_own_capture_are_read_like_ours(stack):
    here = f"capture/{stack.endpoint}"
    key = f"{here}/AllTraffic/2026/03/01/12/30-00-500-0a1b2c.jsonl"
    lines = [BY_SAGEMAKER % name for name in ("theirs", "theirs too")]
    bucket_of(stack).put(key, "\n".join(lines).encode())
    log = S3CaptureLog(clients_of(stack))
    log.append([of(BO, "ours", variant="version-3"), of(BO, "later", TOP + 1.75 * HOUR)])
    assert names(log) == ["ours", "theirs", "theirs too", "later"]
    assert [record.event_id for record in log.newest(3)] == ["theirs", "theirs too", "later"]
    blocks = list(log.blocks(TOP, TOP + 2 * HOUR))
    assert [block.hour for block in blocks] == [TOP, TOP + HOUR]
    read = [read_capture_line(line) for block in blocks for line in block.lines.splitlines()]
    assert read == list(log.read(TOP, TOP + 2 * HOUR))
    assert log.ages(TOP + HOUR).due == 3
    assert log.problems() == []


def test_what_nobody_can_read_is_told(stack):
    here = f"capture/{stack.endpoint}/AllTraffic"
    bucket_of(stack).put(f"{here}/2026/03/01/12/1.jsonl", b"{}\n")
    bucket_of(stack).put(f"{here}/2026/02/30/12/1.jsonl", b"{}\n")
    told = S3CaptureLog(clients_of(stack)).problems()
    assert told == [
        f"{here}/2026/03/01/12/1.jsonl line 1 cannot be read",
        f"{here}/2026/02/30/12/1.jsonl is of no hour; nobody reads or purges it",
    ]


def test_who_appends_while_somebody_is_erased_loses_nothing(stack):
    writer, clients = S3CaptureLog(clients_of(stack)), clients_of(stack)
    writer.append([of(BO, "one"), of(ANA, "two")])
    just_before(clients, "s3.PutObject", lambda: writer.append([of(BO, "three")]))
    assert S3CaptureLog(clients).erase([ANA]) == 1
    assert names(writer) == ["one", "three"]


def test_two_erasures_at_the_same_time_bring_nobody_back(stack):
    other, clients = S3CaptureLog(clients_of(stack)), clients_of(stack)
    other.append([of(ANA, "one"), of(BO, "two"), of("c" * 32, "three")])
    just_before(clients, "s3.PutObject", lambda: other.erase([BO]))
    assert S3CaptureLog(clients).erase([ANA]) == 1
    assert names(other) == ["three"]
    kept = everything(stack)
    assert (ANA.encode() in kept, BO.encode() in kept) == (False, False)


def test_a_purge_killed_between_two_objects_is_completed_by_the_next(stack):
    log, clients = S3CaptureLog(clients_of(stack)), clients_of(stack)
    for n in range(4):
        log.append([of(ANA, f"a{n}", TOP + n * HOUR), of(BO, f"b{n}", TOP + n * HOUR)])
    just_before(clients, "s3.PutObject", die, nth=3)
    held, end = frozenset({ANA}), TOP + 4 * HOUR
    with pytest.raises(Killed):
        S3CaptureLog(clients).purge(end, held=held)
    assert names(log) == ["a0", "a1", "a2", "b2", "a3", "b3"]
    assert log.purge(end, held=held) == 2
    assert names(log) == ["a0", "a1", "a2", "a3"]
    assert BO.encode() not in everything(stack)


def test_what_s3_did_not_take_is_not_answered(led_to):
    with answering({"": s3_refusal("SlowDown", 503)}) as address:
        log = S3CaptureLog(led_to(address))
        with pytest.raises(StoreUnavailable, match="SlowDown"):
            log.append([of(ANA, "one")])


def test_the_share_that_is_sampled_does_not_depend_on_who_writes(stack):
    records = [of(BO, f"e{n}") for n in range(100)]
    S3CaptureLog(clients_of(stack), sampling_percent=30).append(records)
    taken = names(S3CaptureLog(clients_of(stack)))
    assert 15 < len(taken) < 45
    S3CaptureLog(clients_of(stack), sampling_percent=30).append(records)
    assert names(S3CaptureLog(clients_of(stack))) == taken * 2

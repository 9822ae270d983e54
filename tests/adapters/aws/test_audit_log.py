from contextlib import suppress
from dataclasses import replace

import pytest

from fake_aws import clients_of
from faulty_way import Fault, refusal
from stayline.adapters.aws.audit_blocks import Head
from stayline.adapters.aws.audit_chain import AuditChain
from stayline.adapters.aws.audit_log import DynamoAuditLog
from stayline.adapters.aws.audit_outbox import OUTBOX
from stayline.adapters.aws.table import Item, Table
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.errors import AwsRefused, StoreDamaged, StoreUnavailable
from stores import ANA, BO, HOUR, NOON

VIEWED = AuditEvent(AuditEventKind.EMPLOYEE_VIEWED, "ana", ANA, NOON, {"n": 0})
TRANSACTION = "TransactWriteItems"


def numbered(number, **changes):
    return replace(VIEWED, details={"n": number}, **changes)


def numbers(log, **filters):
    return [event.details["n"] for event in log.between(**filters)]


def log_of(stack):
    return DynamoAuditLog(clients_of(stack))


def table_of(stack, value):
    return Table(clients_of(stack), stack.state_table, value, "the audit log")


def test_an_event_that_another_store_left_in_the_outbox_joins_once(stack):
    items = [
        Item(OUTBOX, f"{NOON.isoformat()}#{number:032x}", numbered(number)) for number in (0, 1)
    ]
    table_of(stack, AuditEvent).put_all(items)
    assert numbers(log_of(stack)) == numbers(log_of(stack)) == [0, 1]
    assert log_of(stack).problems() == []


def test_a_log_of_several_partitions_is_read_by_time_subject_and_end(stack):
    log = log_of(stack)
    log.note([numbered(number, at=NOON + number * HOUR, subject=BO) for number in range(10_500)])
    log.append(numbered(-1, at=NOON + 11_000 * HOUR))
    assert [number for number, _ in AuditChain(clients_of(stack)).spans()] == [0, 1]
    check = log.check({10_000, 10_001})
    assert (check.count, check.problems, len(check.links)) == (10_501, (), 2)
    assert numbers(log, since=NOON + 10_498 * HOUR, subject=BO) == [10_498, 10_499]
    assert numbers(log, until=NOON + 2 * HOUR) == [0, 1]
    assert numbers(log, since=NOON + 9_999 * HOUR, until=NOON + 10_001 * HOUR) == [9_999, 10_000]
    assert [event.details["n"] for event in log.events(limit=2)] == [10_499, -1]
    assert numbers(log, subject=ANA, limit=5) == [-1]
    assert numbers(log, actor="nobody", limit=1) == []


def test_a_writer_stopped_at_any_request_leaves_a_whole_chain_and_no_event_twice(stack, faulty):
    for requests in range(10):
        faulty.asked.clear()
        faulty.stopped_at = requests
        with suppress(AwsRefused):
            log_of(stack).append(numbered(requests))
            break  # it takes no more requests than these
        faulty.stopped_at = None
        found = numbers(log_of(stack))
        assert found == sorted(set(found))
        assert log_of(stack).problems() == []
    assert requests > 5
    assert found[-1] == requests - 1  # stopped late, it was kept already


def test_of_two_writers_at_once_neither_forks_the_chain_nor_loses_an_event(
    stack, fake_aws, faulty, monkeypatch
):
    log = log_of(stack)
    log.append(numbered(0))
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake_aws)
    other = log_of(stack)
    other.note([numbered(1)])
    waits = [numbered(3), numbered(2)]

    def meanwhile(operation):
        if operation == TRANSACTION and waits:  # just before ours lands, twice
            other.append(waits.pop())

    faulty.before = meanwhile
    log.append(numbered(4))
    assert sorted(numbers(other)) == [0, 1, 2, 3, 4]
    assert numbers(other) == numbers(log)
    assert other.check().problems == ()
    assert faulty.asked.count(TRANSACTION) > 2


def test_an_answer_that_is_lost_makes_no_event_twice(stack, faulty):
    faulty.faults += [Fault(of=TRANSACTION, is_lost=True), Fault(of="PutItem", is_lost=True)]
    log = log_of(stack)
    log.append(numbered(1))
    assert numbers(log) == [1]
    assert log.problems() == []


def test_throttled_or_in_trouble_once_it_goes_on(stack, faulty):
    faulty.faults += [
        refusal("ProvisionedThroughputExceededException", of="GetItem"),
        refusal("InternalServerError", 500, of="PutItem"),
    ]
    log = log_of(stack)
    log.append(numbered(1))
    assert numbers(log) == [1]
    assert faulty.faults == []


def test_what_does_not_pass_is_told_in_words(stack, faulty):
    log = log_of(stack)
    faulty.faults += [refusal("ExpiredTokenException")]
    with pytest.raises(AwsRefused, match="credentials have expired"):
        log.note([VIEWED])
    faulty.faults += [refusal("ThrottlingException")] * 4
    with pytest.raises(StoreUnavailable, match="ThrottlingException"):
        log.note([VIEWED])
    faulty.faults += [Fault(200, b"{}", of="GetItem", is_cut=True)]
    with pytest.raises(StoreUnavailable, match="IncompleteRead"):
        log.check()
    assert numbers(log) == []


def test_an_altered_event_and_a_moved_head_are_told(stack):
    log = log_of(stack)
    for number in range(3):
        log.append(numbered(number))
    heads, place = table_of(stack, Head), ("audit-head", " ")
    head = heads.get(*place)
    for moved in (replace(head, position=2), replace(head, position=4), replace(head, link="0")):
        heads.put(Item(*place, moved))
        assert log.problems() != []
    heads.put(Item(*place, replace(head, position=2)))
    with pytest.raises(StoreDamaged, match="behind its newest events"):
        log.append(VIEWED)
    heads.put(Item(*place, head))
    blocks = table_of(stack, list)
    (second,) = [item for item in blocks.query("audit#00000000") if item.place.endswith("2")]
    altered = [[["employee.viewed", "bo", *second.value[0][0][2:]], second.value[0][1]]]
    blocks.put(Item(second.partition, second.place, altered))
    assert log.problems() == ["audit event 2 was altered or does not follow the one before"]
    blocks.remove_all([(second.partition, second.place)])
    assert log.problems() == ["audit event 2 is missing"]


def test_an_event_of_no_known_form_is_told_and_lost_nowhere(stack):
    log = log_of(stack)
    table_of(stack, dict).put(Item(OUTBOX, "2026", {"kind": "of tomorrow"}))
    with pytest.raises(StoreDamaged, match="cannot be read"):
        log.append(VIEWED)
    (problem,) = log.problems()
    assert "cannot be read" in problem
    table_of(stack, dict).remove_all([(OUTBOX, "2026")])
    assert numbers(log) == []


def test_more_than_one_transaction_holds_is_not_noted_in_part(stack):
    log = log_of(stack)
    with pytest.raises(ValueError, match="too many"):
        log.note([numbered(0, actor="x" * 190_000)] * 16)
    assert numbers(log) == []

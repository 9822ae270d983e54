import json

import polars as pl
import pytest

from fake_aws import clients_of
from faulty_way import Fault, refusal
from stayline.adapters.aws.directory import DynamoDirectory
from stayline.adapters.aws.token_aliases import DynamoTokenAliases
from stayline.errors import AwsRefused, StoreUnavailable
from stores import ANA, NOON

PEOPLE = 130


def entries(people):
    tokens = [f"{person:02x}" * 16 for person in people]
    return pl.DataFrame(
        {
            "token": tokens,
            "event_time": NOON,
            "hr_id": [str(person) for person in people],
            "display_name": None,
            "manager": tokens[0],
        },
        schema_overrides={"display_name": pl.String},
    )


def renames(people):
    rows = [(f"{person:02x}" * 16, f"{person:04x}" * 8, "1" * 32) for person in people]
    return pl.DataFrame(rows, ["alias", "token", "fingerprint"], orient="row")


def directory_of(stack):
    return DynamoDirectory(clients_of(stack))


def known(directory):
    return sorted(directory.hr_ids().iter_rows())


def test_an_answer_in_part_is_asked_for_again(stack, faulty):
    directory_of(stack).put(entries([1, 2]))
    key = {"pk": {"S": "entries#0"}, "sk": {"S": f"{'01' * 16}#2026-03-01T12:00:00.123456+00:00"}}
    left = {stack.people_table: {"Keys": [key], "ConsistentRead": True}}
    part = {"Responses": {}, "UnprocessedKeys": left}
    faulty.faults += [Fault(200, json.dumps(part).encode(), "BatchGetItem")]
    faulty.asked.clear()
    assert directory_of(stack).put(entries([1])) == 0
    assert faulty.asked.count("BatchGetItem") == 2
    faulty.faults += [Fault(200, json.dumps(part).encode(), "BatchGetItem")] * 8
    with pytest.raises(StoreUnavailable, match="only a part"):
        directory_of(stack).put(entries([1]))


def test_an_import_stopped_at_any_request_is_completed_by_another(stack, faulty):
    people = range(PEOPLE)
    for requests in range(12):
        faulty.asked.clear()
        faulty.stopped_at = requests
        try:
            directory_of(stack).put(entries(people))
        except AwsRefused:
            continue
    faulty.stopped_at = None
    directory_of(stack).put(entries(people))
    assert len(known(directory_of(stack))) == PEOPLE
    assert directory_of(stack).put(entries(people)) == 0


def test_a_rename_of_everyone_stopped_anywhere_is_completed_by_another(stack, faulty):
    people = range(1, PEOPLE)
    directory_of(stack).put(entries(people))
    directory_of(stack).copy_under(renames(people))
    for requests in (16, 17, 19, 21):
        faulty.asked.clear()
        faulty.stopped_at = requests
        with pytest.raises(AwsRefused):
            directory_of(stack).drop_aliases(renames(people))
        faulty.stopped_at = None
        found = directory_of(stack).find(f"{7:04x}" * 8)
        assert (found.hr_id, found.manager) == ("7", f"{1:04x}" * 8)
    directory_of(stack).drop_aliases(renames(people))
    tokens = [token for token, _ in known(directory_of(stack))]
    assert tokens == sorted(renames(people)["token"])
    assert directory_of(stack).find("07" * 16) is None


def test_aliases_stopped_anywhere_are_whole_for_each_person_and_completed(stack, faulty):
    pairs = renames(range(1, PEOPLE))
    for requests in (1, 2, 3, 5):
        faulty.asked.clear()
        faulty.stopped_at = requests
        with pytest.raises(AwsRefused):
            directory_of(stack).link(pairs)
        faulty.stopped_at = None
        for alias, token, _ in pairs.gather_every(25).iter_rows():
            assert directory_of(stack).known_as(alias) in {(alias,), (token, alias)}
            assert len(directory_of(stack).known_as(token)) == len(
                directory_of(stack).known_as(alias)
            )
    directory_of(stack).link(pairs)
    aliases = DynamoTokenAliases(clients_of(stack))
    assert sum(len(person.earlier) for person in aliases.everyone()) == PEOPLE - 1


def test_a_link_that_another_made_meanwhile_is_kept(stack, fake_aws, faulty, monkeypatch):
    here = directory_of(stack)
    here.known_as(ANA)
    monkeypatch.setenv("AWS_ENDPOINT_URL", fake_aws)
    elsewhere, others = directory_of(stack), [renames([2]).with_columns(token=pl.lit(ANA))]

    def meanwhile(operation):
        if operation == "TransactWriteItems" and others:
            elsewhere.link(others.pop())

    faulty.before = meanwhile
    here.link(renames([1]).with_columns(token=pl.lit(ANA)))
    assert here.known_as(ANA) == (ANA, "01" * 16, "02" * 16)


def test_expired_credentials_and_a_missing_table_are_told(stack, faulty):
    directory = directory_of(stack)
    for code, told in (
        ("ExpiredTokenException", "credentials have expired"),
        ("ResourceNotFoundException", "part of the stack is not there"),
    ):
        faulty.faults += [refusal(code)]
        with pytest.raises(AwsRefused, match=told):
            directory.find(ANA)
    faulty.faults += [Fault(200, b'{"Items": [', is_cut=True)]
    with pytest.raises(StoreUnavailable, match="IncompleteRead"):
        directory.find(ANA)

"""boto3's own client of the Feature Store runtime, against a running server."""

import shutil
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from aws_clients import client, new_key
from real_data import ibm_extract
from served_home import served
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.formats.event_times import event_time_text
from stayline.settings import Settings

PERSON, OTHER, GONE, LATER = (str(hr_id) for hr_id in ibm_extract()["EmployeeNumber"][:4])
IMPORTED_AT = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def home(ibm_home, tmp_path_factory):
    return shutil.copytree(ibm_home, tmp_path_factory.mktemp("stored") / "home")


@pytest.fixture(scope="module")
def ports(home):
    return build(Settings(home=home))


@pytest.fixture(scope="module")
def server(home):
    with served(home, workers_max=1) as running:
        yield running


@pytest.fixture(scope="module")
def store(server, home):
    return client("sagemaker-featurestore-runtime", server, new_key(home, "hr-sync"))


def written(hr_id, at, **values):
    named = {"EmployeeNumber": hr_id, "EventTime": at} | values
    return [{"FeatureName": name, "ValueAsString": value} for name, value in named.items()]


def got(store, hr_id, group="features", **more):
    answer = store.get_record(FeatureGroupName=group, RecordIdentifierValueAsString=hr_id, **more)
    return {f["FeatureName"]: f["ValueAsString"] for f in answer.get("Record", [])}


def code_of(call, **arguments):
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    return refusal.value.response["Error"]["Code"], refusal.value.response["Error"]["Message"]


def token_of(ports, hr_id):
    return pseudonym(ports.secrets.token_key(), hr_id)


def test_an_imported_person_is_read_back_as_in_the_extract(store, ports):
    row = ibm_extract().row(0, named=True)
    record = got(store, PERSON)
    assert record.pop("EventTime") == IMPORTED_AT
    assert record == {name: str(row[name]) for name in record}
    assert {"OverTime", "MonthlyIncome", "EmployeeNumber"} <= set(record)
    assert not {"Age", "Gender", "MaritalStatus", "Attrition"} & set(record)
    (event,) = ports.audit.events(limit=1)
    assert (event.kind, event.actor) == (AuditEventKind.FEATURES_READ, "hr-sync")
    assert event.subject == token_of(ports, PERSON)


def test_named_features_alone_and_a_person_nobody_knows(store):
    assert got(store, PERSON, FeatureNames=["OverTime"]).keys() == {"OverTime"}
    assert got(store, "nobody") == {}


def test_a_put_record_is_read_back_whole_and_scored(store, ports):
    store.put_record(
        FeatureGroupName="features",
        Record=written(OTHER, "2026-02-01T08:30:00.250Z", OverTime="Yes", MonthlyIncome="5500"),
        TargetStores=["OnlineStore", "OfflineStore"],
    )
    assert got(store, OTHER) == {
        "EmployeeNumber": OTHER,
        "EventTime": "2026-02-01T08:30:00.250000Z",
        "OverTime": "Yes",
        "MonthlyIncome": "5500",
    }
    events = [event.kind for event in ports.audit.events(limit=2)]
    assert events == [AuditEventKind.FEATURES_PUT, AuditEventKind.FEATURES_READ]
    assert ports.features.get(token_of(ports, OTHER)).values["MonthlyIncome"] == 5500.0


def test_an_older_event_time_becomes_history_only(store, ports):
    before = got(store, PERSON)
    store.put_record(
        FeatureGroupName="features", Record=written(PERSON, "2025-06-01T00:00:00Z", OverTime="No")
    )
    assert got(store, PERSON) == before
    frame = ports.features.frame("features", as_of=ports.clock.now())
    assert frame.filter(frame["token"] == token_of(ports, PERSON)).height == 2


def test_a_person_the_home_did_not_know_is_known_from_now_on(store, ports):
    store.put_record(
        FeatureGroupName="features", Record=written("new-1", "2026-02-01", OverTime="Yes")
    )
    assert got(store, "new-1")["OverTime"] == "Yes"
    entry = ports.directory.find(token_of(ports, "new-1"))
    assert (entry.hr_id, entry.display_name, entry.manager) == ("new-1", None, None)


def test_an_outcome_round_trip(store):
    assert got(store, PERSON, "outcomes")["Attrition"] == ibm_extract()["Attrition"][0]
    for at, told in (("2026-02-01T00:00:00Z", "Yes"), ("2026-02-02T00:00:00Z", "No")):
        store.put_record(FeatureGroupName="outcomes", Record=written("new-2", at, Attrition=told))
        assert got(store, "new-2", "outcomes")["Attrition"] == told


def test_many_people_are_read_at_once_and_what_cannot_be_is_named(store):
    answer = store.batch_get_record(
        Identifiers=[
            {
                "FeatureGroupName": "features",
                "RecordIdentifiersValueAsString": [PERSON, LATER, "nobody", "x" * 65],
                "FeatureNames": ["EmployeeNumber"],
            },
            {"FeatureGroupName": "shoes", "RecordIdentifiersValueAsString": [PERSON]},
        ]
    )
    found = {r["RecordIdentifierValueAsString"]: r["Record"] for r in answer["Records"]}
    assert found.keys() == {PERSON, LATER}
    assert found[PERSON] == [{"FeatureName": "EmployeeNumber", "ValueAsString": PERSON}]
    assert [error["ErrorCode"] for error in answer["Errors"]] == [
        "ValidationError",
        "ResourceNotFound",
    ]
    assert answer["UnprocessedIdentifiers"] == []


def test_a_hard_delete_erases_features_outcomes_history_and_score(store, ports):
    token = token_of(ports, GONE)
    store.delete_record(
        FeatureGroupName="features",
        RecordIdentifierValueAsString=GONE,
        EventTime="2026-02-01T00:00:00Z",
        DeletionMode="HardDelete",
    )
    assert got(store, GONE) == got(store, GONE, "outcomes") == {}
    for group in ("features", "outcomes"):
        assert token not in ports.features.frame(group, as_of=ports.clock.now())["token"]
    kinds = [event.kind for event in ports.audit.events(subject=token)]
    assert AuditEventKind.FEATURES_ERASED in kinds


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"DeletionMode": "SoftDelete"}, "HardDelete"),
        ({"EventTime": IMPORTED_AT}, "later"),
        ({"EventTime": "yesterday"}, "event time"),
        ({"FeatureGroupName": "outcomes"}, "HardDelete"),
        ({"FeatureGroupName": "shoes"}, "features, outcomes"),
        ({"TargetStores": ["OnlineStore"]}, "TargetStores"),
    ],
)
def test_a_deletion_that_cannot_be_done_truly_is_refused(store, changed, told):
    arguments = {
        "FeatureGroupName": "features",
        "RecordIdentifierValueAsString": LATER,
        "EventTime": "2026-02-01T00:00:00Z",
        "DeletionMode": "HardDelete",
    } | changed
    code, message = code_of(store.delete_record, **arguments)
    assert code == "ValidationError"
    assert told in message
    assert got(store, LATER)


def test_a_deletion_without_a_mode_is_a_soft_one_and_refused(store):
    with pytest.raises(store.exceptions.ValidationError, match="hides"):
        store.delete_record(
            FeatureGroupName="features",
            RecordIdentifierValueAsString=LATER,
            EventTime="2026-02-01T00:00:00Z",
        )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"Shoe": "44"}, "'Shoe'"),
        ({"Gender": "Female"}, "'Gender' is a protected attribute"),
        ({"Attrition": "Yes"}, "'Attrition'"),
        ({"OverTime": "Perhaps"}, "'OverTime'"),
        ({"MonthlyIncome": "much", "Shoe": "1"}, "'MonthlyIncome'"),
    ],
)
def test_a_feature_that_cannot_be_kept_is_named_and_nothing_is_kept(store, values, told):
    before = got(store, LATER)
    record = written(LATER, "2026-02-03T00:00:00Z", **values)
    code, message = code_of(store.put_record, FeatureGroupName="features", Record=record)
    assert code == "ValidationError"
    assert told in message
    assert got(store, LATER) == before


@pytest.mark.parametrize(
    "more",
    [
        {"TtlDuration": {"Unit": "Days", "Value": 1}},
        {"TargetStores": ["OfflineStore"]},
        {"FeatureGroupName": "shoes"},
        {"Record": written(LATER, "never", OverTime="Yes")},
        {"Record": written("", "2026-02-03", OverTime="Yes")},
        {"Record": written(LATER, "2026-02-03", OverTime="Yes")[:1]},
        {
            "Record": [
                *written(LATER, "2026-02-03"),
                {"FeatureName": "EventTime", "ValueAsString": "1"},
            ]
        },
        {"Record": [{"FeatureName": "OverTime", "ValueAsStringList": ["Yes"]}]},
    ],
)
def test_a_record_that_cannot_be_kept_as_asked_is_refused(store, more):
    arguments = {
        "FeatureGroupName": "features",
        "Record": written(LATER, "2026-02-03", OverTime="Yes"),
    } | more
    with pytest.raises(store.exceptions.ValidationError):
        store.put_record(**arguments)


def test_what_is_yet_to_come_is_refused(store, ports):
    record = written(LATER, event_time_text(ports.clock.now() + timedelta(hours=1)), OverTime="Yes")
    with pytest.raises(store.exceptions.ValidationError, match="yet to come"):
        store.put_record(FeatureGroupName="features", Record=record)
    (event,) = ports.audit.events(limit=1)
    assert event.kind is AuditEventKind.REQUEST_REFUSED


def test_a_missing_group_is_not_found_when_read(store):
    with pytest.raises(store.exceptions.ResourceNotFound, match="shoes"):
        got(store, PERSON, "shoes")
    with pytest.raises(store.exceptions.ValidationError, match="Shoe"):
        got(store, PERSON, FeatureNames=["Shoe"])


def test_an_unsigned_call_is_refused(server):
    unsigned = client("sagemaker-featurestore-runtime", server, None)
    code, _ = code_of(
        unsigned.get_record, FeatureGroupName="features", RecordIdentifierValueAsString=PERSON
    )
    assert code == "MissingAuthenticationTokenException"


def test_no_hr_id_of_the_wire_reaches_the_audit_log(store, ports):
    got(store, "hr-70007")
    assert "70007" not in str(ports.audit.events(limit=1))


def test_an_empty_home_is_unavailable(tmp_path):
    home = tmp_path / "empty"
    key = new_key(home)
    with served(home, workers_max=1) as running:
        store = client("sagemaker-featurestore-runtime", running, key)
        with pytest.raises(store.exceptions.ServiceUnavailable):
            got(store, PERSON)

"""The feature store on AWS where things go wrong: lags, faults, crashes, two at once, remains."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import polars as pl
import pytest
from deltalake import write_deltalake
from hypothesis import given
from hypothesis import strategies as st

from fake_aws import new_stack, running_fake, variables
from fake_feature_store import FakeFeatureStore, running_feature_store
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.feature_names import feature_definitions, feature_names
from stayline.adapters.aws.feature_notes import FeatureNotes
from stayline.adapters.aws.feature_store import SageMakerFeatureStore
from stayline.adapters.aws.record_texts import fact_row, order_text, record_texts
from stayline.adapters.aws.resources import Resources
from stayline.adapters.aws.table import Item, Table
from stayline.adapters.delta.offline_features import OfflineFeatures
from stayline.adapters.delta.places import our_words
from stayline.adapters.delta.writer_lease import Held
from stayline.adapters.objects.clients import USUAL
from stayline.adapters.objects.s3_place import S3Place
from stayline.domain.pseudonyms import EmployeeToken
from stayline.domain.workforce_schema import Column, Kind, LabelColumn, Role, workforce_schema
from stayline.errors import AwsRefused, StoreDamaged, StoreUnavailable
from stayline.ports.feature_store import FEATURES, INSTANT

T0 = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RUNTIME = "AWS_ENDPOINT_URL_SAGEMAKER_FEATURESTORE_RUNTIME"
SCHEMA = workforce_schema(
    name="two columns",
    record_identifier="id",
    columns=[
        Column("id", Kind.CATEGORY, Role.IDENTITY),
        Column("pay", Kind.NUMBER, Role.FEATURE),
        Column("is_deleted", Kind.CATEGORY, Role.FEATURE),
        Column("left", Kind.FLAG, Role.OUTCOME),
    ],
    outcome=LabelColumn("left", ("Yes",)),
)


@pytest.fixture(scope="module")
def fake_aws() -> Iterator[str]:
    with running_fake() as address:
        yield address


@pytest.fixture
def online(fake_aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFeatureStore]:
    with running_feature_store() as store:
        for name, value in {**variables(fake_aws), RUNTIME: store.address}.items():
            monkeypatch.setenv(name, value)
        yield store


@pytest.fixture
def stack(online: FakeFeatureStore) -> Resources:
    return new_stack()


@pytest.fixture
def store(stack: Resources) -> SageMakerFeatureStore:
    opened = opened_anew(stack)
    opened.define(SCHEMA)
    return opened


def opened_anew(stack: Resources) -> SageMakerFeatureStore:
    return SageMakerFeatureStore(Clients(stack))


def token_of(number: int) -> EmployeeToken:
    return EmployeeToken(f"{number:032x}")


def facts(people: range, pay: float = 1.0, *, event_time: datetime = T0) -> pl.DataFrame:
    return pl.DataFrame({"token": [token_of(n) for n in people]}).with_columns(
        event_time=pl.lit(event_time).cast(INSTANT),
        pay=pl.lit(pay),
        is_deleted=pl.lit("no, still here"),
    )


@given(
    st.fixed_dictionaries(
        {
            "token": st.just("a" * 32),
            "event_time": st.datetimes(timezones=st.just(UTC)),
            "write_time": st.datetimes(timezones=st.just(UTC)),
            "Monthly income": st.none() | st.floats(allow_nan=False),
            "job": st.none() | st.text(),
            "hired": st.none() | st.dates(),
            "label": st.none() | st.booleans(),
        }
    ),
    st.integers(0, 10**7),
)
def test_a_fact_comes_back_from_its_texts_to_the_last_bit(row: dict, version: int) -> None:
    kinds = {
        "Monthly income": pl.Float64(),
        "job": pl.String(),
        "hired": pl.Date(),
        "label": pl.Boolean(),
    }
    names = feature_names(kinds)
    again = fact_row(record_texts(row, names, version), names, kinds)
    assert again == row
    assert repr(again["Monthly income"]) == repr(row["Monthly income"])


def test_a_later_commit_has_the_later_order_and_names_fit_what_sagemaker_takes() -> None:
    orders = [order_text(version) for version in (0, 1, 59, 60, 86_400, 10**8)]
    assert orders == sorted(set(orders))
    assert set(feature_definitions(FEATURES, SCHEMA)) == {
        "token",
        "true_since",
        "written_at",
        "commit_order",
        "pay",
        "column-dfd01b30c2734d88",
    }


def test_a_put_is_seen_at_once_by_who_made_it_and_a_moment_later_by_others(
    store: SageMakerFeatureStore, stack: Resources, online: FakeFeatureStore
) -> None:
    store.put(FEATURES, facts(range(2)), written_at=T0)
    online.shown = dict(online.records)
    store.put(FEATURES, facts(range(2), 7.0, event_time=T0 + DAY), written_at=T0 + DAY)
    store.put(FEATURES, facts(range(2, 3), 8.0), written_at=T0 + DAY)
    everyone = [token_of(n) for n in range(3)]
    assert [store.records(everyone)[one].values["pay"] for one in everyone] == [7.0, 7.0, 8.0]
    assert store.known(everyone) == set(everyone)
    other = opened_anew(stack)
    assert other.get(token_of(0)).values["pay"] == 1.0
    assert other.newest()["pay"].to_list() == [7.0, 7.0, 8.0]
    store.erase(token_of(1))
    assert store.get(token_of(1)) is None
    assert store.known(everyone) == {token_of(0), token_of(2)}
    online.shown = None
    assert other.get(token_of(0)).values["pay"] == 7.0
    assert other.get(token_of(1)) is None


def test_people_whom_a_batch_left_out_are_asked_for_again(
    store: SageMakerFeatureStore, online: FakeFeatureStore
) -> None:
    people = [token_of(n) for n in range(4)]
    store.put(FEATURES, facts(range(4)), written_at=T0)
    online.unprocessed = 2
    assert store.records(people).keys() == set(people)
    online.unprocessed = 99
    with pytest.raises(StoreUnavailable, match="unread"):
        store.known([*people, *map(token_of, range(20))])
    online.unprocessed = 0
    of = {"FeatureGroupName": "x", "RecordIdentifierValueAsString": people[0], "ErrorMessage": ""}
    for code, error in (("InternalFailure", StoreUnavailable), ("AccessForbidden", AwsRefused)):
        online.errors = [of | {"ErrorCode": code}]
        with pytest.raises(error):
            store.records(people)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "ThrottlingException", StoreUnavailable),
        (503, "ServiceUnavailable", StoreUnavailable),
        (403, "ExpiredTokenException", AwsRefused),
        (404, "ResourceNotFound", AwsRefused),
    ],
)
def test_what_passes_is_told_from_what_is_to_be_set_right_and_a_repeated_put_heals(
    store: SageMakerFeatureStore,
    online: FakeFeatureStore,
    status: int,
    code: str,
    error: type[Exception],
) -> None:
    online.failing = [(status, code)] * USUAL.attempts
    with pytest.raises(error):
        store.put(FEATURES, facts(range(1)), written_at=T0)
    online.failing = []
    assert online.records == {}
    assert store.put(FEATURES, facts(range(1)), written_at=T0) == 0
    assert store.get(token_of(0)) is not None
    online.failing = [(503, "ServiceUnavailable")]
    assert store.get(token_of(0)) is not None


def test_an_answer_that_is_cut_off_is_not_read_as_if_nobody_were_known(
    store: SageMakerFeatureStore, stack: Resources, online: FakeFeatureStore
) -> None:
    store.put(FEATURES, facts(range(1)), written_at=T0)
    online.cut_off = 1
    with pytest.raises(StoreUnavailable, match="IncompleteReadError"):
        opened_anew(stack).get(token_of(0))


def test_s3_that_refuses_or_does_not_answer_is_told_apart(
    store: SageMakerFeatureStore, stack: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(FEATURES, facts(range(1)), written_at=T0)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        with pytest.raises(StoreUnavailable):
            store.count()
        elsewhere.setenv("AWS_ENDPOINT_URL_S3", "http://s3.example")
        with pytest.raises(AwsRefused, match="scheme"):
            store.count()
    gone = Resources("gone", stack.account, stack.region)
    with pytest.raises(AwsRefused, match="NoSuchBucket"):
        OfflineFeatures(S3Place(Clients(gone).data)).version(FEATURES)
    assert store.count() == 1


def test_what_was_committed_and_not_shown_is_shown_by_who_opens_next(
    store: SageMakerFeatureStore, stack: Resources, online: FakeFeatureStore
) -> None:
    store.put(FEATURES, facts(range(2)), written_at=T0)
    told = len(online.records)
    killed = facts(range(2, 4)).with_columns(write_time=pl.lit(T0).cast(INSTANT))
    OfflineFeatures(S3Place(Clients(stack).data)).add(FEATURES, killed.select(column_order(store)))
    assert len(online.records) == told
    assert opened_anew(stack).known([token_of(3)]) == {token_of(3)}
    assert len(online.records) == told + 2


def column_order(store: SageMakerFeatureStore) -> list[str]:
    return store.newest().columns


def test_an_erasure_that_was_killed_ends_when_the_store_is_opened_next(
    store: SageMakerFeatureStore, stack: Resources
) -> None:
    store.put(FEATURES, facts(range(3)), written_at=T0)
    FeatureNotes(Clients(stack)).begin_erasing(token_of(1))
    opened = opened_anew(stack)
    assert opened.get(token_of(1)) is None
    assert opened.newest()["token"].to_list() == [token_of(0), token_of(2)]
    assert FeatureNotes(Clients(stack)).being_erased() == []


def test_no_version_of_any_object_tells_of_an_erased_person(
    store: SageMakerFeatureStore, stack: Resources, online: FakeFeatureStore
) -> None:
    for month in range(2):
        rows = facts(range(5), event_time=T0 + month * DAY)
        store.put(FEATURES, rows, written_at=T0 + DAY)
    assert remains(stack, token_of(3)) > 0
    assert store.erase(token_of(3)) == 2
    assert remains(stack, token_of(3)) == 0
    assert remains(stack, token_of(2)) > 0
    assert token_of(3) not in str(online.records)
    assert store.problems() == []


def remains(stack: Resources, token: str) -> int:
    s3 = Clients(stack).of("s3")
    found = 0
    for version in s3.list_object_versions(Bucket=stack.data_bucket)["Versions"]:
        where = {"Key": version["Key"], "VersionId": version["VersionId"]}
        body = s3.get_object(Bucket=stack.data_bucket, **where)["Body"].read()
        is_data = version["Key"].endswith(".parquet") and "_delta_log" not in version["Key"]
        text = str(pl.read_parquet(BytesIO(body)).to_dicts()) if is_data else str(body)
        found += token in text
    return found


def test_two_who_write_the_same_at_once_add_it_once(
    store: SageMakerFeatureStore, stack: Resources
) -> None:
    added: list[int] = []

    def write() -> None:
        added.append(opened_anew(stack).put(FEATURES, facts(range(9)), written_at=T0))

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(added) == [0, 0, 9]
    assert store.count() == store.frame(FEATURES, as_of=T0 + DAY).height == 9


def test_a_writer_who_was_passed_over_is_refused_and_its_file_swept(
    store: SageMakerFeatureStore, stack: Resources
) -> None:
    store.put(FEATURES, facts(range(3)), written_at=T0)
    place = S3Place(Clients(stack).data)
    late = place.table(FEATURES)
    assert late is not None
    store.erase(token_of(1))
    more = store.newest().with_columns(token=pl.lit(token_of(9)))
    with pytest.raises(StoreUnavailable, match="same moment"), our_words(place, FEATURES):
        write_deltalake(late, more, mode="append", commit_properties=place.commit)
    with pytest.raises(StoreUnavailable, match="same moment"), our_words(place, FEATURES):
        place.sweep(late, FEATURES)
    assert store.count() == 2
    OfflineFeatures(place).sweep(FEATURES)
    assert remains(stack, token_of(9)) == 0
    assert store.problems() == []


def test_a_reader_whose_file_was_swept_is_told_and_the_store_reads_on(
    store: SageMakerFeatureStore, stack: Resources
) -> None:
    store.put(FEATURES, facts(range(3)), written_at=T0)
    before = OfflineFeatures(S3Place(Clients(stack).data)).facts(FEATURES)
    assert before is not None
    store.erase(token_of(1))
    with pytest.raises(StoreDamaged, match="missing"):
        before.clocks()
    assert store.count() == 2


def test_a_writer_that_was_killed_is_passed_over(
    store: SageMakerFeatureStore, stack: Resources
) -> None:
    table = Table(Clients(stack), stack.state_table, Held, "a test")
    table.put(Item("features#writer", " ", Held("somebody who is gone")))
    assert store.put(FEATURES, facts(range(1)), written_at=T0) == 1

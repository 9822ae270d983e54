"""The adapter of SageMaker's Feature Store runtime before our own routes of its form."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aws_clients import new_key
from served_home import served
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.feature_names import COMMIT_ORDER, OWN, TOKEN, TRUE_SINCE, WRITTEN_AT
from stayline.adapters.aws.feature_runtime import FeatureRuntime
from stayline.adapters.aws.record_texts import order_text
from stayline.adapters.aws.resources import Resources
from stayline.bootstrap import build
from stayline.domain.workforce_schema import Column, Kind, LabelColumn, Role, workforce_schema
from stayline.errors import AwsRefused
from stayline.ports.feature_store import FEATURES
from stayline.settings import Settings

AS_A_GROUP = workforce_schema(
    name="a feature group",
    record_identifier=TOKEN,
    event_time=COMMIT_ORDER,
    columns=[
        Column(TOKEN, Kind.CATEGORY, Role.IDENTITY),
        Column(COMMIT_ORDER, Kind.DATE, Role.IGNORED),
        *(Column(name, Kind.CATEGORY, Role.FEATURE) for name in (TRUE_SINCE, WRITTEN_AT, "pay")),
        Column("left", Kind.FLAG, Role.OUTCOME),
    ],
    outcome=LabelColumn("left", ("Yes",)),
)
"""A schema by which a home takes the records that the adapter writes."""
ANN, BOB = "a" * 32, "b" * 32


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeatureRuntime]:
    build(Settings(home=tmp_path)).features.define(AS_A_GROUP)
    key = new_key(tmp_path)
    with served(tmp_path, workers_max=1) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_FEATURESTORE_RUNTIME", running.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret)
        yield FeatureRuntime(Clients(Resources("dev", "123456789012", "eu-central-1")))


def record(token: str, version: int, pay: str) -> dict[str, str]:
    assert set(OWN) == {TOKEN, TRUE_SINCE, WRITTEN_AT, COMMIT_ORDER}
    since = "2024-01-01T00:00:00+00:00"
    own = {TOKEN: token, COMMIT_ORDER: order_text(version), TRUE_SINCE: since, WRITTEN_AT: since}
    return own | {"pay": pay}


def test_records_are_kept_by_order_read_and_removed_through_boto3(runtime: FeatureRuntime) -> None:
    runtime.put(FEATURES, [record(ANN, 3, "0.30000000000000004"), record(BOB, 3, "2.5")])
    runtime.put(FEATURES, [record(ANN, 2, "1.0")])
    nobody = "c" * 32
    found = runtime.get([FEATURES], [ANN, BOB, nobody])[FEATURES]
    assert found == {ANN: record(ANN, 3, "0.30000000000000004"), BOB: record(BOB, 3, "2.5")}
    assert runtime.get([FEATURES], [BOB], [TOKEN])[FEATURES] == {BOB: {TOKEN: BOB}}
    runtime.remove(FEATURES, [ANN, nobody], order_text(4))
    assert runtime.get([FEATURES], [ANN, BOB])[FEATURES].keys() == {BOB}
    with pytest.raises(AwsRefused, match="ResourceNotFound"):
        runtime.get(["shoes"], [ANN])

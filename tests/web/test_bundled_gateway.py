"""The gateway in Lambda: its bundle alone, on a stack in a fake AWS."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bundled_gateway import BundledGateway, bundled_gateway, lay_out
from gateway_events import event
from gateway_stack import GatewayStack, gateway_stack
from infra.bundle import PACKED, REQUIREMENTS
from stores import HOUR

HEAVY = {"deltalake", "numpy", "scipy", "sklearn", "sqlalchemy", "xgboost"}
UNPACKED = "libraries/deltalake"


@pytest.fixture(scope="module")
def stack(ibm_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayStack]:
    with gateway_stack(ibm_home, tmp_path_factory.mktemp("stack")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What a gateway has of its own; a score may be decided on as soon as it was seen."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "governance.toml").write_text("[oversight]\nleast_view_s = 0\n")
    return tmp_path / "own"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("laid-out") / "bundle")


def test_the_bundle_answers_people_without_what_is_heavy(
    stack: GatewayStack, bundle: Path, home: Path
) -> None:
    someone, another = stack.hr_ids[:2]
    with bundled_gateway(bundle, stack.in_home(home)) as gateway:
        assert gateway.ask(event("GET", "/healthz"))[0] == 200
        status, ready = gateway.ask(event("GET", "/readyz"))
        assert status == 200, ready
        score = scored(gateway, stack, someone)
        status, shown = gateway.ask(stack.person("GET", f"/v1/employees/{someone}"))
        assert shown["score"]["prediction_id"] == score["prediction_id"]
        reason = "Asked for fewer night shifts since the move."
        told = {"action": "mentoring", "reason": reason}
        decided = stack.person("POST", f"/v1/employees/{someone}/decisions", **told)
        assert gateway.ask(decided)[0] == 201
        assert gateway.ask(stack.person("PUT", f"/v1/employees/{another}/opt-out"))[0] == 200
        status, refused = gateway.ask(stack.score_of(another))
        assert refused["type"].endswith("score-not-available"), refused  # a program is told no more
        record = stack.program("GET", "/FeatureGroup/features", query=identified(someone))
        assert gateway.ask(record)[0] == 200
        assert not gateway.loaded & HEAVY
    assert not (home / UNPACKED).exists()


def test_the_bundle_takes_and_erases_features_with_a_library_it_unpacks(
    stack: GatewayStack, bundle: Path, home: Path
) -> None:
    person, of = stack.hr_ids[2], "/FeatureGroup/features"
    with bundled_gateway(bundle, stack.in_home(home)) as gateway:
        status, known = gateway.ask(stack.program("GET", of, query=identified(person)))
        assert status == 200, known
        now = datetime.now(UTC)
        since, until = (at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in (now - HOUR, now))
        values = {one["FeatureName"]: one["ValueAsString"] for one in known["Record"]}
        changed = values | {"EventTime": since, "MonthlyIncome": "4321"}
        record = [{"FeatureName": n, "ValueAsString": v} for n, v in changed.items()]
        put = stack.program("PUT", of, json.dumps({"Record": record}))
        assert gateway.ask(put) == (200, None)
        status, known = gateway.ask(stack.program("GET", of, query=identified(person)))
        assert {"FeatureName": "MonthlyIncome", "ValueAsString": "4321"} in known["Record"]
        hard = f"{identified(person)}&EventTime={until}&DeletionMode=HardDelete"
        status, told = gateway.ask(stack.program("DELETE", of, query=hard))
        assert status == 200, told
        assert gateway.loaded & HEAVY == {"deltalake"}
    assert (home / UNPACKED).is_dir()


@pytest.mark.parametrize("missing", ["mangum", "polars", "pyjwt", "tomli-w"])
def test_without_one_of_its_requirements_the_bundle_does_not_start(
    stack: GatewayStack, home: Path, tmp_path: Path, missing: str
) -> None:
    rest = [name for name in REQUIREMENTS if name != missing]
    bundle = lay_out(tmp_path / "bundle", rest, packed={})
    with (
        bundled_gateway(bundle, stack.in_home(home)) as gateway,
        pytest.raises(AssertionError, match="ModuleNotFoundError: No module named"),
    ):
        gateway.ask(event("GET", "/healthz"))


def test_all_that_is_packed_is_left_out_of_the_rest(bundle: Path) -> None:
    assert not [name for name in PACKED if (bundle / name).exists()]


def scored(gateway: BundledGateway, stack: GatewayStack, hr_id: str) -> Any:
    status, score = gateway.ask(stack.score_of(hr_id))
    assert status == 200, score
    assert score["reasons"]
    return score


def identified(hr_id: str) -> str:
    return f"RecordIdentifierValueAsString={hr_id}"

"""What is answered, and what is not, while the database that gateways share is away."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deployed_home import make_ibm_home
from local_client import LocalClient
from postgres_server import PostgresServer, programs, running_postgres
from served_home import served
from stayline.bootstrap import Ports, build
from stayline.errors import StoreDamaged
from stayline.settings import Settings
from stayline.web.app import create_app
from waiting import soon

NAMELESS = {"OverTime": "No", "MonthlyIncome": 5500}
NAMED = {"employee_id": "2"}


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of these tests alone, since they stop it."""
    if programs() is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    with running_postgres() as running:
        yield running


@pytest.fixture(scope="module")
def settings(server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A deployed home on that server."""
    home = tmp_path_factory.mktemp("shared")
    make_ibm_home(home, database_url=server.url)
    return Settings(home=home, database_url=server.url)


@pytest.fixture
def ports(settings: Settings) -> Iterator[Ports]:
    """Its adapters, opened while the database is there."""
    opened = build(settings)
    yield opened
    opened.audit.close()
    opened.capture.close()


@pytest.fixture
def client(ports: Ports, settings: Settings) -> Iterator[LocalClient]:
    """A caller that was answered before."""
    with LocalClient(create_app(ports, settings)) as opened:
        assert opened.post("/v1/predict", json=NAMELESS).status_code == 200
        assert opened.post("/v1/predict", json=NAMED).status_code == 200
        yield opened


def test_who_names_nobody_is_answered_and_captured_and_everyone_else_told_to_come_again(
    client: LocalClient, ports: Ports, server: PostgresServer
) -> None:
    server.stop("fast")
    try:
        answer = client.post("/v1/predict", json=NAMELESS)
        assert answer.status_code == 200
        told = [client.post("/v1/predict", json=body) for body in (NAMED, NAMED | NAMELESS)]
        told.append(client.get("/v1/employees/2"))
        told.append(client.put("/v1/employees/2/opt-out"))
        for refusal in told:
            assert refusal.status_code == 503
            assert refusal.json()["type"] == "urn:stayline:problem:database-away"
            assert int(refusal.headers["Retry-After"]) > 0
        now = ports.clock.now()
        window = (now - timedelta(minutes=5), now + timedelta(minutes=5))
        captured = [record.event_id for record in ports.capture.read(*window)]
        assert captured.count(answer.json()["prediction_id"]) == 1
    finally:
        server.start()
    assert soon(lambda: client.post("/v1/predict", json=NAMED).status_code == 200)
    events = ports.audit.events()
    audited = [event.details.get("prediction_id") for event in events]
    assert audited.count(answer.json()["prediction_id"]) == 1
    assert ports.audit.check().problems == ()


def test_a_gateway_without_its_database_is_alive_and_ready_for_less(
    client: LocalClient, server: PostgresServer
) -> None:
    server.stop("immediate")
    try:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        faults = {check["name"] for check in ready.json()["checks"] if check["status"] != "ok"}
        assert faults >= {"state store", "feature store"}
    finally:
        server.start()
    assert soon(lambda: client.get("/readyz").json()["status"] == "ok")


def test_a_database_that_answers_nothing_holds_up_nobody_who_does_not_need_it(
    settings: Settings, server: PostgresServer
) -> None:
    with (
        served(settings.home, database_url=server.url, workers_max=1) as gateway,
        ThreadPoolExecutor(1) as pool,
    ):
        worker = gateway.workers()
        with server.paused():
            url = f"{gateway.url}/v1/predict"
            waiting = pool.submit(httpx.post, url, json=NAMED, timeout=120)
            time.sleep(1)
            assert not waiting.done()
            assert httpx.get(f"{gateway.url}/healthz", timeout=60).status_code == 200
        assert waiting.result().status_code == 200
        assert gateway.workers() == worker


def test_a_gateway_with_another_token_key_is_told_so_and_makes_none(
    settings: Settings, ports: Ports, tmp_path: Path
) -> None:
    assert ports.secrets.has_token_key()
    stranger = build(replace(settings, home=tmp_path / "stranger"))
    with pytest.raises(StoreDamaged, match="token key"):
        stranger.secrets.token_key()
    assert not stranger.secrets.has_token_key()


def test_a_gateway_that_knows_nothing_yet_answers_nobody_until_the_database_is_there(
    settings: Settings, ports: Ports, server: PostgresServer
) -> None:
    with LocalClient(create_app(ports, settings)) as client:
        server.stop("fast")
        try:
            assert client.post("/v1/predict", json=NAMELESS).status_code == 503
            assert client.get("/readyz").status_code == 503
        finally:
            server.start()
        assert soon(lambda: client.post("/v1/predict", json=NAMELESS).status_code == 200)

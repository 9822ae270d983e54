"""Without an identity provider whoever is at this machine may do everything; nobody else is in."""

import logging

import pytest

from local_client import LocalClient
from signed_in_home import imported
from stayline.domain.roles import Role
from stayline.settings import Settings
from stayline.usecases.create_api_key import create_api_key
from stayline.web.app import create_app

FROM_ELSEWHERE = [
    {"Host": "stayline.example.org"},
    {"Host": "127.0.0.1.example.org"},
    {"Host": "localhost.example.org:8080"},
    {"Host": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": "1.1 proxy"},
    {"X-Real-Ip": "127.0.0.1"},
    {"X-Forwarded-Host": "stayline.example.org"},
    {"X-Forwarded-Proto": "https"},
]
FROM_HERE = [
    {},
    {"Host": "localhost:8080"},
    {"Host": "[::1]:8080"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "http://127.0.0.1"},
    {"Sec-Fetch-Site": "same-origin"},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return imported(tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="module")
def app(home):
    return create_app(home.ports, Settings(home=home.folder, actor="ana"), environment={})


def status(app, headers, address="127.0.0.1") -> int:
    with LocalClient(app, address=address, raise_server_exceptions=False) as client:
        return client.get("/v1/employees/11", headers=headers).status_code


@pytest.mark.parametrize("headers", FROM_HERE)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_whoever_is_at_this_machine_is_let_in(app, headers, address):
    assert status(app, headers, address) == 200


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_a_web_page_or_proxy_that_reaches_this_machine_is_not(app, headers):
    assert status(app, headers) == 401


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.1", "testclient", "0.0.0.0"])  # noqa: S104
def test_nobody_from_another_machine_is(app, address):
    assert status(app, {}, address) == 401


def test_a_token_says_nothing_without_a_provider(app):
    assert status(app, {"Authorization": "Bearer a.b.c"}) == 401


def test_it_is_said_once(home, caplog):
    app = create_app(home.ports, Settings(home=home.folder, actor="ana"), environment={})
    with caplog.at_level(logging.WARNING, "stayline.web.callers"):
        status(app, {})
        status(app, {})
    assert [record.levelname for record in caplog.records if "Nobody signs in" in record.message]
    assert len([record for record in caplog.records if "Nobody signs in" in record.message]) == 1


def test_an_api_key_lets_a_program_in_from_anywhere_and_nobody_is_locked_out(home, app):
    ports = home.ports
    made = create_api_key(
        "board", roles=[Role.ANALYST], valid_until=None, api_keys=ports.api_keys,
        audit=ports.audit, clock=ports.clock, actor="ana",
    )  # fmt: skip
    with LocalClient(app, address="203.0.113.9", base_url="https://stayline.example.org") as client:
        asked = client.post("/v1/predict", headers={"X-Api-Key": made.text}, json={"Pay": 1})
        refused = client.get("/v1/employees/11", headers={"X-Api-Key": made.text})
    assert asked.json()["type"].endswith("nothing-deployed")
    assert refused.status_code == 403
    assert status(app, {}) == 200

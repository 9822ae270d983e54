import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_client import LocalClient
from stayline.bootstrap import Ports
from stayline.errors import TooManyRequests
from stayline.settings import Settings
from stayline.usecases.create_access_key import create_access_key
from stayline.web.app import create_app
from stayline.web.rate_limits import MOST_CALLERS, WINDOW_S, RateLimits


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def test_a_caller_may_ask_so_often_a_minute_and_then_again(time: Time) -> None:
    limits = RateLimits(3, time)
    for _ in range(3):
        limits.check("ana")
    time.now += 20
    with pytest.raises(TooManyRequests, match="40 s") as refused:
        limits.check("ana")
    assert refused.value.retry_after_s == 40
    limits.check("bo")
    time.now += 40
    limits.check("ana")


def test_0_counts_nothing(time: Time) -> None:
    limits = RateLimits(0, time)
    for _ in range(100):
        limits.check("ana")


def test_many_callers_take_no_more_room_and_cannot_push_one_out(time: Time) -> None:
    limits = RateLimits(2, time)
    limits.check("ana")
    limits.check("ana")
    refused = 0
    for number in range(3 * MOST_CALLERS):
        try:
            limits.check(f"address {number}")
        except TooManyRequests:
            refused += 1
    assert refused == 3 * MOST_CALLERS - (MOST_CALLERS - 1) - 2
    assert len(limits._counts) <= MOST_CALLERS + 1
    with pytest.raises(TooManyRequests):
        limits.check("ana")
    time.now += WINDOW_S
    limits.check("ana")
    assert len(limits._counts) == 1


@pytest.fixture
def client(ports: Ports, home: Path) -> Iterator[LocalClient]:
    with LocalClient(create_app(ports, Settings(home=home, requests_per_minute=2))) as client:
        yield client


def test_the_api_says_when_to_come_again(client: LocalClient) -> None:
    answers = [client.post("/v1/predict", json={"employee_id": "1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= WINDOW_S
    assert answers[2].json()["type"] == "urn:stayline:problem:too-many-requests"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/endpoints/attrition-risk/invocations", {"employee_id": "1"}),
        ("POST", "/BatchGetRecord", {"Identifiers": []}),
    ],
)
def test_aws_clients_are_told_in_their_form(
    ports: Ports, home: Path, method: str, path: str, body: object
) -> None:
    create_access_key("p", secrets=ports.secrets, audit=ports.audit, clock=ports.clock, actor="a")
    app = create_app(ports, Settings(home=home, requests_per_minute=1))
    with LocalClient(app) as client:
        sent = [client.request(method, path, json=body) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [403, 429]
    assert sent[1].headers["x-amzn-errortype"] == "ThrottlingException"
    assert int(sent[1].headers["retry-after"]) >= 1
    assert "requests in a minute" in json.loads(sent[1].content)["Message"]


def test_the_container_s_route_keeps_the_status(ports: Ports, home: Path) -> None:
    create_access_key("p", secrets=ports.secrets, audit=ports.audit, clock=ports.clock, actor="a")
    app = create_app(ports, Settings(home=home, requests_per_minute=1))
    with LocalClient(app) as client:
        sent = [client.post("/invocations", json={"employee_id": "1"}) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [403, 429]

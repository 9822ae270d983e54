"""The application behind API Gateway: events of its second form, through the Lambda's handler."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway_events import event
from stayline.bootstrap import Ports, build
from stayline.settings import Settings
from stayline.usecases.create_api_key import create_api_key
from stayline.web import aws_gateway
from stayline.web.aws_gateway import handler, unsigned

SIGNED = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu-central-1/execute-api/aws4_request"
IAM = {"iam": {"userArn": "arn:aws:iam::111122223333:role/payroll"}}


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ports]:
    """A new home that the function finds by its variable."""
    monkeypatch.setenv("STAYLINE_HOME", str(tmp_path / "home"))
    loop = asyncio.new_event_loop()  # as in Lambda, where it lasts as long as the process
    asyncio.set_event_loop(loop)
    aws_gateway._with_events.cache_clear()
    yield build(Settings(home=tmp_path / "home"))
    aws_gateway._with_events.cache_clear()
    asyncio.set_event_loop(None)
    loop.close()


def answered(given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = handler(given, SimpleNamespace(aws_request_id="r1"))
    body = answer["body"]
    return answer["statusCode"], json.loads(
        base64.b64decode(body) if answer["isBase64Encoded"] else body
    )


def test_a_program_that_aws_let_in_is_known_by_its_api_key(at_home: Ports) -> None:
    made = create_api_key(
        "payroll",
        roles=["service"],
        valid_until=None,
        api_keys=at_home.api_keys,
        audit=at_home.audit,
        clock=at_home.clock,
        actor="ana",
    )
    shown = {"x-api-key": made.text, "authorization": SIGNED}
    status, told = answered(event("POST", "/v1/predict", '{"employee_id": "1"}', shown, IAM))
    assert told["type"].endswith("nothing-deployed"), told
    assert status == 503


def test_whoever_aws_let_in_and_nobody_here_knows_is_refused(at_home: Ports) -> None:
    shown = {"authorization": SIGNED}
    status, told = answered(event("POST", "/v1/predict", '{"employee_id": "1"}', shown, IAM))
    assert status == 401, told


def test_only_a_signature_that_aws_checked_is_taken_off() -> None:
    shown = {"authorization": "Bearer x.y.z", "accept": "text/csv"}
    people = event("GET", "/v1/employees/1", headers=shown, authorizer={"jwt": {"claims": {}}})
    assert unsigned(people) == people
    nobody = event("GET", "/healthz", headers=shown)
    assert unsigned(nobody) == nobody
    signed = unsigned(event("GET", "/healthz", headers=shown, authorizer=IAM))
    assert "authorization" not in signed["headers"]
    assert signed["headers"]["accept"] == "text/csv"

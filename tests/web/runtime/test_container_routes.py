"""The container's own routes, in process, as a platform on this machine calls them."""

import asyncio
import json
import logging

import httpx
import pytest

from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.errors import SettingRefused
from stayline.settings import Settings
from stayline.web.app import create_app

PERSON = str(ibm_extract()["EmployeeNumber"][0])
ROW = {"OverTime": "Yes", "MonthlyIncome": 5500}


class Caller:
    """Calls the application from an address of the test's choice."""

    def __init__(self, app, address="127.0.0.1"):
        self._app, self._address = app, address

    async def _send(self, method, path, **given):
        transport = httpx.ASGITransport(self._app, client=(self._address, 4000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as sender:
            return await sender.request(method, path, **given)

    def __call__(self, method, path, **given):

        return asyncio.run(self._send(method, path, **given))


@pytest.fixture
def app(ports, home):
    return create_app(ports, Settings(home=home, max_body_bytes=20_000), environment={})


@pytest.fixture
def call(app):
    return Caller(app)


def invoke(call, body, kind="application/json", **headers):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": kind} if kind is not None else {}
    return call("POST", "/invocations", content=sent, headers=named | headers)


def test_ping_is_empty_once_a_model_answers_and_503_without_one(call, tmp_path):
    answer = call("GET", "/ping")
    assert (answer.status_code, answer.content) == (200, b"")
    empty = Settings(home=tmp_path / "empty")
    assert Caller(create_app(build(empty), empty))("GET", "/ping").status_code == 503


def test_batch_transform_is_told_how_to_send(call):
    told = call("GET", "/execution-parameters").json()
    assert told["MaxConcurrentTransforms"] >= 1
    assert (told["BatchStrategy"], told["MaxPayloadInMB"]) == ("MULTI_RECORD", 1)


def test_an_empty_body_is_a_204(call):
    answer = invoke(call, b"", "text/csv")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("body", "kind", "accept", "status"),
    [
        (b"{", "application/json", "text/csv", 415),
        ({"OverTime": "Perhaps"}, "application/json", "text/csv", 400),
        ({"employee_id": "nobody"}, "application/json", "text/csv", 400),
        ({"instances": []}, "application/json", "text/csv", 400),
        (b"1:1", None, "text/csv", 200),
        (b"no libsvm", None, "text/csv", 415),
        (ROW, "application/xml", "text/csv", 415),
        (ROW, "application/json; charset=latin-1", "text/csv", 415),
        (ROW, "application/json", "application/xml", 406),
        (ROW, "application/json", "application/xml, */*;q=0.1", 200),
        (b" " * 30_000, "application/json", "text/csv", 413),
    ],
)
def test_the_containers_statuses(call, body, kind, accept, status):
    answer = invoke(call, body, kind, Accept=accept)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_an_answer_is_csv_unless_something_else_is_asked_for_or_set(ports, home, call):
    assert invoke(call, ROW).headers["content-type"] == "text/csv; charset=utf-8"
    variables = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/jsonlines"}
    answer = invoke(Caller(create_app(ports, Settings(home=home), environment=variables)), ROW)
    assert answer.headers["content-type"] == "application/jsonlines"
    assert answer.headers["cache-control"] == "no-store"
    assert 0 < json.loads(answer.text)["score"] < 1


def test_selected_keys_replace_the_usual_ones(ports, home):
    variables = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,probability,probabilities"}
    call = Caller(create_app(ports, Settings(home=home), environment=variables))
    (told,) = invoke(call, ROW, Accept="application/json").json()["predictions"]
    assert list(told) == ["predicted_label", "probability", "probabilities"]
    assert told["predicted_label"] == int(told["probability"] > 0.5)
    assert sum(told["probabilities"]) == pytest.approx(1)
    line = invoke(call, ROW).text
    assert line.startswith(f'{told["predicted_label"]},{told["probability"]},"[')
    assert line.endswith(']"\n')


@pytest.mark.parametrize(
    "variables",
    [
        {"SAGEMAKER_INFERENCE_OUTPUT": "label"},
        {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/pickle"},
    ],
)
def test_a_variable_that_cannot_be_followed_stops_the_start(ports, home, variables):
    with pytest.raises(SettingRefused, match="SAGEMAKER"):
        create_app(ports, Settings(home=home), environment=variables)


def test_unsigned_calls_from_this_machine_are_taken_with_one_warning(call, caplog):
    with caplog.at_level(logging.WARNING):
        answers = [invoke(call, {"employee_id": PERSON}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert caplog.text.count("access-keys create") == 1


@pytest.mark.parametrize("address", ["::1", "127.8.8.8", "::ffff:127.0.0.1"])
def test_every_loopback_address_is_this_machine(app, address):
    assert invoke(Caller(app, address), ROW).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.2", "::ffff:10.0.0.7", "nowhere"])
def test_unsigned_calls_from_elsewhere_are_refused(app, address):
    answer = invoke(Caller(app, address), ROW)
    assert answer.status_code == 403
    assert "access-keys create" in answer.json()["detail"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_what_a_proxy_on_this_machine_passes_on_is_from_elsewhere(call, header):
    assert invoke(call, ROW, **{header: "10.0.0.7"}).status_code == 403


def test_one_key_ends_unsigned_calls_and_a_wrong_signature_never_counts_as_none(call, ports):
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/r/sagemaker/aws4_request"}
    assert invoke(call, ROW, **signed).status_code == 403
    ports.secrets.create_access_key("payroll")
    assert invoke(call, ROW).status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/FeatureGroup%2Ffeatures?RecordIdentifierValueAsString=1", 200),
        ("/FeatureGroup/feat%75res?RecordIdentifierValueAsString=1", 200),
        ("/FeatureGroup/%2F?RecordIdentifierValueAsString=1", 404),
        ("/FeatureGroup/%FF?RecordIdentifierValueAsString=%FF", 404),
        ("/FeatureGroup/features?RecordIdentifierValueAsString=%FF%00", 400),
    ],
)
def test_an_address_may_be_escaped_in_any_way(call, path, status):
    assert call("GET", path).status_code == status

"""The endpoint adapter with real boto3: against our own server, and servers that fail."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aws_clients import new_key
from fake_aws import ACCOUNT, REGION, recording
from served_home import served
from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.endpoint import SageMakerEndpoint
from stayline.adapters.aws.resources import Resources
from stayline.errors import (
    EndpointUnavailable,
    NothingDeployed,
    RequestRefused,
    UnknownVariant,
)
from stores import NOON

FAKE = "testing"
STACK = Resources("t", ACCOUNT, REGION)
SWITCHING = {"EndpointName": STACK.endpoint, "EndpointStatus": "Updating"}


class Told:
    """What a server answers to InvokeEndpoint, and to whatever else it is asked."""

    def __init__(self, status=200, body=b"", headers=(), *, cut_off=0, control=(200, SWITCHING)):
        self.status, self.body, self.headers = status, body, dict(headers)
        self.cut_off, self.control = cut_off, control
        self.asked = []


@contextmanager
def telling(told: Told):
    """A server in the place of SageMaker that says this."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.asked.append((self.path, dict(self.headers), body))
            if self.path == "/":
                status, content = told.control
                self.answer(status, json.dumps(content).encode(), {}, 0)
            else:
                self.answer(told.status, told.body, told.headers, told.cut_off)

        def answer(self, status, body, headers, cut_off):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + cut_off))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *_): ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def at(monkeypatch):
    """A way to let AWS's own clients go to an address."""

    def go(address, key_id=FAKE, secret=FAKE):
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    return go


def endpoint_of(ports, name=None, calls=None):
    clients = Clients(STACK)
    recording(clients, set() if calls is None else calls)
    return SageMakerEndpoint(clients, ports.endpoint, ports.registry, name)


def some_rows(ports, n=30):
    frame = ports.features.newest().head(n)
    return frame, frame.select(ports.endpoint.variant().inputs).to_dicts()


def test_real_boto3_gets_from_our_own_server_what_this_process_says(ports, home, at):
    frame, rows = some_rows(ports)
    key = new_key(home)
    with served(home, workers_max=1) as server:
        at(server.url, key.key_id, key.secret)
        variant = endpoint_of(ports, "attrition-risk").variant()
        told = variant.predict(rows, [NOON] * len(rows))
        plain = variant.predict(rows[:1], [NOON], with_reasons=False)
    here = ports.endpoint.variant()
    expected = here.predict(rows, [NOON] * len(rows))
    assert (variant.name, variant.model, variant.inputs) == (here.name, here.model, here.inputs)
    assert [one.risk for one in told] == pytest.approx([one.risk for one in expected], abs=1e-9)
    assert [one.base_risk for one in told] == pytest.approx(
        [one.base_risk for one in expected], abs=1e-9
    )
    for one, other in zip(told, expected, strict=True):
        assert one.band is other.band
        assert [(r.feature, r.text) for r in one.reasons] == [
            (r.feature, r.text) for r in other.reasons
        ]
        assert [r.contribution for r in one.reasons] == pytest.approx(
            [r.contribution for r in other.reasons], abs=1e-9
        )
    assert (plain[0].risk, plain[0].reasons) == (pytest.approx(told[0].risk, abs=1e-9), ())
    assert variant.score(frame).equals(here.score(frame))


def answer_of(*scores, **more):
    return json.dumps({"predictions": [{"score": one, **more} for one in scores]}).encode()


def test_what_is_asked_has_an_id_and_asks_for_reasons_as_sagemaker_hands_it_on(ports, at):
    told = Told(body=answer_of(0.5))
    with telling(told) as address:
        at(address)
        endpoint_of(ports).variant().predict([{}], [NOON])
    ((path, headers, body),) = told.asked
    assert path == f"/endpoints/{STACK.endpoint}/invocations"
    assert body == b"{}\n"
    assert headers["X-Amzn-SageMaker-Custom-Attributes"] == "reasons=true"
    assert len(headers["X-Amzn-SageMaker-Inference-Id"]) == 32


def test_the_answer_tells_which_version_gave_it(ports, at):
    _, rows = some_rows(ports, 1)
    deployed = ports.registry.deployed()
    archive = ports.registry.archive(deployed.digest)
    other = ports.registry.register(archive + b"\0", trained_by="ana", metrics={}, at=NOON)
    assert other.version == 2
    told = Told(body=answer_of(0.5))
    with telling(told) as address:
        at(address)
        endpoint = endpoint_of(ports)
        told.headers = {"X-Amzn-SageMaker-Custom-Attributes": f"model={deployed.digest}"}
        variant = endpoint.variant()
        variant.predict(rows, [NOON])
        assert variant.name == "version-1"
        told.headers = {"X-Amzn-SageMaker-Custom-Attributes": f"model=sha256:{'0' * 64}"}
        with pytest.raises(EndpointUnavailable, match="not registered"):
            endpoint.variant().predict(rows, [NOON])
        told.headers = {"x-Amzn-Invoked-Production-Variant": "version-1"}
        named = endpoint.variant("version-1")
        assert named.predict(rows, [NOON])[0].risk == 0.5
        with pytest.raises(UnknownVariant):
            endpoint.variant("version-9")


def test_another_version_than_the_one_asked_for_by_name_is_no_answer(ports, at):
    _, rows = some_rows(ports, 1)
    package = ports.registry.deployed()
    archive = ports.registry.archive(package.digest)
    ports.registry.register(archive, trained_by="ana", metrics={}, at=NOON)
    told = Told(body=answer_of(0.5), headers={"x-Amzn-Invoked-Production-Variant": "version-2"})
    with telling(told) as address:
        at(address)
        endpoint = endpoint_of(ports)
        variant = endpoint.variant()
        variant.predict(rows, [NOON])
        assert (variant.name, variant.model.version) == ("version-2", 2)
        with pytest.raises(EndpointUnavailable, match="another version"):
            endpoint.variant("version-1").predict(rows, [NOON])


def error(code, **more):
    return json.dumps({"Code": code, "Message": "no", **more}).encode(), {"x-amzn-errortype": code}


@pytest.mark.parametrize(
    ("status", "code", "more", "raised", "told"),
    [
        (424, "ModelError", {"OriginalStatusCode": 500}, EndpointUnavailable, "status 500"),
        (424, "ModelError", {"OriginalStatusCode": 400}, RequestRefused, "status 400"),
        (429, "ModelNotReadyException", {}, EndpointUnavailable, "being loaded"),
        (400, "ThrottlingException", {}, EndpointUnavailable, "no more requests"),
        (503, "ServiceUnavailable", {}, EndpointUnavailable, "not available"),
        (500, "InternalFailure", {}, EndpointUnavailable, "SageMaker failed"),
        (530, "InternalDependencyException", {}, EndpointUnavailable, "SageMaker failed"),
        (403, "ExpiredTokenException", {}, EndpointUnavailable, "credentials have expired"),
        (403, "AccessDeniedException", {}, EndpointUnavailable, "do not permit"),
    ],
)
def test_each_refusal_of_sagemaker_is_told_in_the_port_s_words(
    ports, at, status, code, more, raised, told
):
    body, headers = error(code, **more)
    with telling(Told(status, body, headers)) as address:
        at(address)
        with pytest.raises(raised, match=told):
            endpoint_of(ports).variant().predict([{}], [NOON])


@pytest.mark.parametrize(
    ("control", "raised", "told"),
    [
        ((200, SWITCHING), EndpointUnavailable, "although it is Updating"),
        ((200, SWITCHING | {"EndpointStatus": "RollingBack"}), EndpointUnavailable, "RollingBack"),
        ((200, SWITCHING | {"EndpointStatus": "Creating"}), EndpointUnavailable, "it is Creating"),
        (
            (200, SWITCHING | {"EndpointStatus": "Failed", "FailureReason": "no image"}),
            EndpointUnavailable,
            "it is Failed: no image",
        ),
        ((400, {"__type": "ValidationException"}), NothingDeployed, None),
        ((400, {"__type": "AccessDeniedException"}), EndpointUnavailable, "AccessDenied"),
    ],
    ids=["updating", "rolling back", "creating", "failed", "absent", "refused"],
)
def test_a_refused_request_is_told_apart_by_the_endpoint_s_state(ports, at, control, raised, told):
    body, headers = error("ValidationError")
    calls = set()
    with telling(Told(400, body, headers, control=control)) as address:
        at(address)
        with pytest.raises(raised, match=told):
            endpoint_of(ports, calls=calls).variant().predict([{}], [NOON])
    assert calls == SageMakerEndpoint.CALLS


@pytest.mark.parametrize("status", ["Updating", "RollingBack"])
def test_while_it_is_switched_the_endpoint_answers(ports, at, status):
    told = Told(body=answer_of(0.25), control=(200, SWITCHING | {"EndpointStatus": status}))
    with telling(told) as address:
        at(address)
        assert endpoint_of(ports).variant().predict([{}], [NOON])[0].risk == 0.25


@pytest.mark.parametrize(
    ("body", "cut_off", "told"),
    [
        (b"not JSON", 0, "form"),
        (b'{"predictions":[{"score":\xff}]}', 0, "form"),
        (answer_of(), 0, "0 predictions for 1 rows"),
        (answer_of(1.5), 0, "no probability"),
        (answer_of(0.5), 7, "does not answer"),
    ],
)
def test_an_answer_that_is_none_is_an_outage_that_says_why(ports, at, body, cut_off, told):
    with telling(Told(body=body, cut_off=cut_off)) as address:
        at(address)
        with pytest.raises(EndpointUnavailable, match=told):
            endpoint_of(ports).variant().predict([{}], [NOON])


def test_nobody_there_and_no_credentials_are_an_outage(ports, at, monkeypatch):
    at("http://127.0.0.1:9")
    with pytest.raises(EndpointUnavailable, match="does not answer"):
        endpoint_of(ports).variant().predict([{}], [NOON])
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(EndpointUnavailable, match="no AWS credentials"):
        endpoint_of(ports).variant().predict([{}], [NOON])

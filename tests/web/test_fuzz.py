"""Whatever its own description lets one send, the gateway answers as that description says."""

import asyncio
import shutil

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from stayline.bootstrap import build
from stayline.settings import Settings
from stayline.web.app import create_app

EXAMPLES = 80
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CANNOT_BE_WRONG = {
    "GET /v1/employees/{employee_id}",
    "GET /v1/health",
    "GET /healthz",
    "GET /metrics",
    "GET /readyz",
    "GET /ping",
    "GET /execution-parameters",
}
"""Operations whose description takes whatever can be sent."""
KNOWN = {
    "employee_id": "1",
    "RecordIdentifierValueAsString": "2",
    "feature_group": "features",
    "endpoint_name": "attrition-risk",
    "EventTime": "2026-02-01T00:00:00Z",
}
HERE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def app(ibm_home, tmp_path_factory):
    home = shutil.copytree(ibm_home, tmp_path_factory.mktemp("fuzzed") / "home")
    chosen = Settings(home=home, max_instances=20, max_body_bytes=20_000)
    return create_app(build(chosen), chosen, environment={})


@pytest.fixture(scope="module")
def operations(app):
    schema = schemathesis.openapi.from_dict(app.openapi_schema.to_schema())
    schema.config.update(base_url=HERE)
    schema.config.generation.update(with_security_parameters=False)
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) == 17
    return found


@pytest.fixture(scope="module")
def send(app):
    """Send a case to the real application, as a program on this machine would."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 4000))
    with asyncio.Runner() as runner:
        sender = httpx.AsyncClient(transport=transport)

        def sent(case):
            raw = requests.Request(**case.as_transport_kwargs(base_url=HERE)).prepare()
            return runner.run(
                sender.request(raw.method, raw.url, headers=raw.headers, content=raw.body)
            )

        yield sent
        runner.run(sender.aclose())


def name_what_is_there(case):
    """Put in names of the home, which no generator would come across."""
    for given_names in (case.path_parameters, case.query):
        for name in (given_names or {}).keys() & KNOWN.keys():
            given_names[name] = KNOWN[name]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_request_gets_an_undocumented_answer_or_a_failure(operations, send, mode):
    nothing_to_try = set()
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
        def fuzz(case, is_known):
            if is_known:
                name_what_is_there(case)
            case.validate_response(send(case), checks=CHECKS)

        try:
            fuzz()
        except Unsatisfiable:
            nothing_to_try.add(operation.label)
    assert nothing_to_try == (set() if mode is GenerationMode.POSITIVE else CANNOT_BE_WRONG)

"""boto3's own client of InvokeEndpoint, against a running server."""

import json
import shutil
import time
from dataclasses import replace

import httpx
import pytest
from botocore.exceptions import ClientError

from aws_clients import client, new_key
from real_data import ibm_extract
from served_home import served
from stayline.bootstrap import build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.pseudonyms import pseudonym
from stayline.formats.model_archive import read_archive
from stayline.modelling.predictor import Predictor
from stayline.settings import Settings
from stayline.usecases.set_opt_out import set_opt_out

NAME = "attrition-risk"
PERSON, OTHER, SHY = (str(hr_id) for hr_id in ibm_extract()["EmployeeNumber"][:3])


@pytest.fixture(scope="module")
def home(ibm_home, tmp_path_factory):
    return shutil.copytree(ibm_home, tmp_path_factory.mktemp("invoked") / "home")


@pytest.fixture(scope="module")
def ports(home):
    return build(Settings(home=home))


@pytest.fixture(scope="module")
def key(home):
    return new_key(home)


@pytest.fixture(scope="module")
def server(home, key):
    with served(home, workers_max=1, max_instances=50) as running:
        yield running


@pytest.fixture(scope="module")
def runtime(server, key):
    return client("sagemaker-runtime", server, key)


@pytest.fixture(scope="module")
def inputs(ports):
    return ports.endpoint.variant().inputs


@pytest.fixture(scope="module")
def risk(ports):
    """The model's own answer for rows of values."""

    def of(*rows):
        checked = [
            {name: row.get(name) for name in ports.endpoint.variant().inputs} for row in rows
        ]
        now = [ports.clock.now()] * len(rows)
        return [one.risk for one in ports.endpoint.variant().predict(checked, now)]

    return of


def stored(ports, hr_id):
    return ports.features.get(pseudonym(ports.secrets.token_key(), hr_id)).values


def invoke(runtime, body, content_type, **more):
    sent = body if isinstance(body, bytes) else body.encode()
    return runtime.invoke_endpoint(EndpointName=NAME, Body=sent, ContentType=content_type, **more)


def csv_cell(value):
    return "" if value is None else str(value)


def test_csv_without_a_header_in_model_order_gets_a_value_a_line(runtime, ports, inputs, risk):
    rows = [dict(stored(ports, PERSON)), dict(stored(ports, OTHER))]
    rows[1][inputs[3]] = None
    text = "\n".join(",".join(csv_cell(row[name]) for name in inputs) for row in rows)
    answer = invoke(runtime, text, "text/csv")
    told = answer["Body"].read().decode()
    assert answer["ContentType"] == "text/csv; charset=utf-8"
    assert told.endswith("\n")
    assert [float(line) for line in told.splitlines()] == pytest.approx(risk(*rows), abs=1e-6)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_with_a_header_and_any_usual_separator(runtime, risk, separator):
    rows = [("MonthlyIncome", "OverTime"), ("5500", "Yes"), ("4100", "")]
    text = "\n".join(separator.join(row) for row in rows)
    told = invoke(runtime, text, "text/csv; label_size=1")["Body"].read().decode()
    wanted = risk({"MonthlyIncome": 5500.0, "OverTime": "Yes"}, {"MonthlyIncome": 4100.0})
    assert [float(line) for line in told.splitlines()] == pytest.approx(wanted, abs=1e-6)


def test_ids_alone_are_looked_up_in_the_feature_store(runtime, ports, risk):
    wanted = risk(stored(ports, PERSON), stored(ports, OTHER))
    lines = f"{PERSON}\n{OTHER}\n"
    objects = "".join(json.dumps({"employee_id": hr_id}) + "\n" for hr_id in (PERSON, OTHER))
    for body, kind in ((lines, "text/csv"), (objects, "application/jsonlines")):
        told = invoke(runtime, body, kind)["Body"].read().decode()
        assert [float(line) for line in told.splitlines()] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("form", ["object", "instances", "features", "arrays"])
def test_json_in_each_of_its_forms(runtime, ports, inputs, risk, form):
    row = stored(ports, PERSON)
    values = [row[name] for name in inputs]
    body = {
        "object": dict(zip(inputs, values, strict=True)),
        "instances": {"instances": [{"employee_id": PERSON}]},
        "features": {"instances": [{"features": values}]},
        "arrays": [values],
    }[form]
    answer = invoke(runtime, json.dumps(body), "application/json", Accept="application/json")
    (told,) = json.loads(answer["Body"].read())["predictions"]
    assert answer["ContentType"] == "application/json"
    assert told["score"] == pytest.approx(risk(row)[0], abs=1e-6)
    assert set(told) == {"score", "band", "model_version", "prediction_id", "source"}


def test_json_lines_of_objects_features_and_arrays(runtime, ports, inputs, risk):
    row = stored(ports, PERSON)
    values = [row[name] for name in inputs]
    lines = [{"employee_id": PERSON}, {"features": values}, values]
    body = "\n".join(json.dumps(line) for line in lines)
    answer = invoke(runtime, body, "application/jsonlines", Accept="application/jsonlines")
    told = [json.loads(line)["score"] for line in answer["Body"].read().splitlines()]
    assert told == pytest.approx(risk(row) * 3, abs=1e-6)


def test_libsvm_of_encoded_columns(runtime, ports, inputs, risk):
    row = stored(ports, PERSON)
    digest = ports.registry.deployed().digest
    encoder = Predictor(read_archive(ports.registry.archive(digest), digest))._encoder
    (cells,) = encoder.encode_rows([row], [ports.clock.now()])
    dense = " ".join(f"{at}:{cell:.9g}" for at, cell in enumerate(cells))
    sparse = " ".join(
        f"{at}:{cell:.9g}"
        for at, (cell, name) in enumerate(zip(cells, encoder.names, strict=True))
        if cell or "=" not in name
    )
    told = invoke(runtime, f"0 {dense}\n{sparse}\n", "text/libsvm")["Body"].read().decode()
    assert [float(line) for line in told.splitlines()] == pytest.approx(risk(row) * 2, abs=1e-6)


def test_reasons_come_when_explanations_are_asked_for_and_add_up(runtime):
    body = json.dumps({"employee_id": PERSON})
    answer = invoke(runtime, body, "application/json", EnableExplanations="`true`")
    (told,) = json.loads(answer["Body"].read())["predictions"]
    total = told["base_risk"] + sum(reason["contribution"] for reason in told["reasons"])
    assert total == pytest.approx(told["score"], abs=1e-5)


def test_the_variant_and_the_custom_attributes_are_told(runtime):
    answer = invoke(
        runtime, PERSON, "text/csv", CustomAttributes="run=7;who=tests", TargetVariant="version-1"
    )
    assert answer["InvokedProductionVariant"] == "version-1"
    assert answer["CustomAttributes"] == "run=7;who=tests"


def test_what_the_caller_says_is_captured_and_the_keys_name_is_the_actor(runtime, ports):
    now = ports.clock.now()
    words = {"InferenceId": "exit-interview 17", "CustomAttributes": "run=7"}
    invoke(runtime, PERSON, "csv; label_size=1", Accept="application/json", **words)
    (event,) = ports.audit.events(limit=1)
    assert (event.kind, event.actor) == (AuditEventKind.EMPLOYEE_SCORED, "payroll")
    (captured,) = ports.capture.read(now, ports.clock.now())
    assert (captured.inference_id, captured.custom_attributes) == ("exit-interview 17", ("run=7",))
    assert captured.request_content_type == "text/csv"
    assert captured.answer_content_type == "application/json"


def test_an_unknown_endpoint_and_an_unknown_variant_are_validation_errors(runtime):
    with pytest.raises(runtime.exceptions.ValidationError, match="not found") as refusal:
        runtime.invoke_endpoint(EndpointName="another", Body=b"1", ContentType="text/csv")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    with pytest.raises(runtime.exceptions.ValidationError, match="version-9"):
        invoke(runtime, PERSON, "text/csv", TargetVariant="version-9")


@pytest.mark.parametrize(
    "asked",
    [
        {"TargetModel": "model.tar.gz"},
        {"TargetContainerHostname": "second"},
        {"InferenceComponentName": "part"},
        {"SessionId": "NEW_SESSION"},
        {"EnableExplanations": "maybe"},
        {"InferenceId": "x" * 65},
    ],
)
def test_what_this_endpoint_has_not_is_a_validation_error(runtime, asked):
    with pytest.raises(runtime.exceptions.ValidationError):
        invoke(runtime, PERSON, "text/csv", **asked)


@pytest.mark.parametrize(
    ("body", "kind", "original"),
    [
        (b'{"OverTime": "Perhaps"}', "application/json", 422),
        (b'{"employee_id": "nobody"}', "application/json", 404),
        (b"OverTime\n" + b"Yes\n" * 51, "text/csv", 422),
        (b"{", "application/json", 400),
        (b"", "text/csv", 400),
        (b"1,2\n", "text/csv", 422),
        (b"a:b", "text/libsvm", 400),
        (b"{}", "application/x-recordio-protobuf", 415),
        (b"1", "text/csv; label_size=2", 415),
    ],
)
def test_what_the_model_cannot_score_is_a_model_error_with_its_original(
    runtime, body, kind, original
):
    with pytest.raises(runtime.exceptions.ModelError) as refusal:
        invoke(runtime, body, kind)
    told = refusal.value.response
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert told["OriginalStatusCode"] == original
    assert json.loads(told["OriginalMessage"])["status"] == original


def test_an_accept_that_cannot_be_met_is_a_406_of_the_container(runtime):
    for more in ({"Accept": "image/png"}, {"Accept": "text/csv", "EnableExplanations": "true"}):
        with pytest.raises(runtime.exceptions.ModelError) as refusal:
            invoke(runtime, PERSON, "text/csv", **more)
        assert refusal.value.response["OriginalStatusCode"] == 406


def test_an_opted_out_person_is_answered_as_one_whom_nobody_knows(runtime, ports):
    token = pseudonym(ports.secrets.token_key(), SHY)
    set_opt_out(
        token, True, features=ports.features, scores=ports.scores, opt_outs=ports.opt_outs,
        answers=ports.answers, outcomes=ports.outcomes, audit=ports.audit,
        clock=ports.clock, actor="tests",
    )  # fmt: skip
    told = []
    for row in (SHY, "nobody"):
        with pytest.raises(runtime.exceptions.ModelError) as refusal:
            invoke(runtime, row, "text/csv")
        told.append(refusal.value.response["OriginalMessage"])
        assert refusal.value.response["OriginalStatusCode"] == 404
    assert told[0] == told[1]
    assert "score-not-available" in told[0]


def test_a_body_over_the_limit_is_a_validation_error_of_413(runtime):
    with pytest.raises(runtime.exceptions.ValidationError) as refusal:
        invoke(runtime, b" " * (6 * 1024 * 1024 + 1), "text/csv")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_home_without_a_model_is_not_ready(tmp_path):
    home = tmp_path / "empty"
    key = new_key(home)
    with served(home, workers_max=1) as running:
        runtime = client("sagemaker-runtime", running, key)
        with pytest.raises(runtime.exceptions.ModelNotReadyException):
            invoke(runtime, b'{"OverTime": "Yes"}', "application/json")
        assert httpx.get(f"{running.url}/ping").status_code == 503


def test_a_model_that_cannot_be_loaded_is_unavailable(ibm_home, tmp_path):
    home = shutil.copytree(ibm_home, tmp_path / "torn")
    (archive,) = (home / "models").rglob("model.tar.gz")
    archive.write_bytes(archive.read_bytes()[:100])
    key = new_key(home)
    with served(home, workers_max=1) as running:
        runtime = client("sagemaker-runtime", running, key)
        with pytest.raises(runtime.exceptions.ServiceUnavailable) as refusal:
            invoke(runtime, b"1", "text/csv")
    assert "retry-after" in refusal.value.response["ResponseMetadata"]["HTTPHeaders"]


def code_of(runtime):
    with pytest.raises(ClientError) as refusal:
        invoke(runtime, PERSON, "text/csv")
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return refusal.value.response["Error"]["Code"]


def test_an_unsigned_request_is_refused_once_there_is_a_key(server):
    assert (
        code_of(client("sagemaker-runtime", server, None)) == "MissingAuthenticationTokenException"
    )
    for path in ("/invocations", f"/endpoints/{NAME}/invocations"):
        answer = httpx.post(f"{server.url}{path}", content=PERSON)
        assert answer.status_code == 403


def test_a_wrong_secret_and_an_unknown_key_are_refused(server, key):
    wrong = replace(key, secret=key.secret[::-1])
    stranger = replace(key, key_id="SLAK0000000000000000")
    assert code_of(client("sagemaker-runtime", server, wrong)) == "InvalidSignatureException"
    assert code_of(client("sagemaker-runtime", server, stranger)) == "UnrecognizedClientException"


def test_a_revoked_key_is_refused_within_two_seconds(server, ports):
    key = ports.secrets.create_access_key("leaver-list")
    runtime = client("sagemaker-runtime", server, key)
    time.sleep(1.2)
    assert invoke(runtime, PERSON, "text/csv")["Body"].read()
    ports.secrets.revoke_access_key(key.key_id)
    time.sleep(1.8)
    assert code_of(runtime) == "UnrecognizedClientException"

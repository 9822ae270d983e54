"""The serving container: started as the platform does, asked over HTTP, stopped by SIGTERM."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from container_jobs import DOCKER, Job
from stayline.bootstrap import build
from stayline.domain.pseudonyms import pseudonym
from stayline.settings import Settings

PERSON = "1"
FIELDS = {"OverTime": "Yes", "MonthlyIncome": 5500, "JobRole": "Sales Executive"}


@dataclass(frozen=True)
class Served:
    """A running container's address and process."""

    url: str
    process: "subprocess.Popen[str]"

    def post(self, content: bytes | str, kind: str | None, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if kind is not None:
            given["Content-Type"] = kind
        return httpx.post(f"{self.url}/invocations", content=content, headers=given)


@contextmanager
def served(root: Path, **environment: str) -> Iterator[Served]:
    """Start ``serve`` as ``docker run IMAGE serve`` does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    image = Path(sys.executable).parent
    given = {
        "PATH": os.pathsep.join([str(DOCKER), str(image), "/usr/bin", "/bin"]),
        "STAYLINE_ML_ROOT": str(root),
        "STAYLINE_HOST": "127.0.0.1",
        "SAGEMAKER_BIND_TO_PORT": str(port),
        **environment,
    }
    with subprocess.Popen(
        ["serve"], env=given, cwd=root, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert "Serving at" in process.stdout.readline()
            yield Served(f"http://127.0.0.1:{port}", process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=40)


@pytest.fixture(scope="module")
def ibm(ibm_home, tmp_path_factory):
    return shutil.copytree(ibm_home, tmp_path_factory.mktemp("serving") / "home")


@pytest.fixture(scope="module")
def root(ibm, tmp_path_factory):
    """A root whose model folder holds the deployed package, unpacked as the platform does."""
    registry = build(Settings(home=ibm)).registry
    folder = tmp_path_factory.mktemp("ml")
    archive = registry.archive(registry.deployed().digest)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder / "model", filter="data")
    return folder


@pytest.fixture(scope="module")
def container(root):
    with served(root) as running:
        yield running


@pytest.fixture(scope="module")
def risk_of(ibm):
    """What the deployed model says of some fields."""
    endpoint, clock = (ports := build(Settings(home=ibm))).endpoint, ports.clock

    def risk(fields: dict[str, object]) -> float:
        values = {name: fields.get(name) for name in endpoint.variant().inputs}
        (told,) = endpoint.variant().predict([values], [clock.now()])
        return told.risk

    return risk


def test_it_says_that_it_is_there_and_how_to_send_records(container):
    ping = httpx.get(f"{container.url}/ping")
    assert (ping.status_code, ping.content) == (200, b"")
    told = httpx.get(f"{container.url}/execution-parameters").json()
    assert told == {
        "MaxConcurrentTransforms": os.cpu_count(),
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": 6,
    }


def test_rows_come_in_every_form_and_get_the_models_own_score(container, ibm, risk_of):
    expected = risk_of({**FIELDS, "MonthlyIncome": 5500.0})
    inputs = build(Settings(home=ibm)).endpoint.variant().inputs
    in_order = ",".join(str(FIELDS.get(name, "")) for name in inputs)
    named = ",".join(FIELDS) + "\n" + ",".join(map(str, FIELDS.values()))
    for content, kind in (
        (in_order, "text/csv"),
        (named, "text/csv; label_size=1"),
        (json.dumps(FIELDS), "application/json"),
        (json.dumps({"instances": [FIELDS]}), "application/json"),
        (json.dumps(FIELDS) + "\n", "application/jsonlines"),
    ):
        answer = container.post(content, kind)
        assert answer.headers["content-type"].startswith("text/csv")
        assert float(answer.text) == pytest.approx(expected, abs=1e-12), kind


def test_custom_attributes_ask_for_reasons_and_tell_which_model_answered(container, ibm):
    asked = {"X-Amzn-SageMaker-Custom-Attributes": "run=7;reasons=true"}
    answer = container.post(
        json.dumps(FIELDS), "application/json", Accept="application/json", **asked
    )
    assert answer.json()["predictions"][0]["reasons"]
    digest = build(Settings(home=ibm)).registry.deployed().digest
    assert answer.headers["X-Amzn-SageMaker-Custom-Attributes"] == f"model={digest}"


def test_the_answer_has_the_form_that_is_accepted(container):
    body = json.dumps({"instances": [FIELDS, FIELDS]})
    told = container.post(body, "application/json", Accept="application/json").json()
    assert {"score", "band", "model_version"} <= told["predictions"][0].keys()
    lines = container.post(body, "application/json", Accept="application/jsonlines").text
    assert len(lines.splitlines()) == 2
    explained = container.post(
        body,
        "application/json",
        Accept="application/json",
        **{"X-Amzn-SageMaker-Enable-Explanations": "`true`"},
    ).json()["predictions"][0]
    total = explained["base_risk"] + sum(one["contribution"] for one in explained["reasons"])
    assert total == pytest.approx(explained["score"], abs=1e-5)


@pytest.mark.parametrize(
    ("content", "kind", "headers", "status"),
    [
        ("", "text/csv", {}, 204),
        ("{", "application/json", {}, 415),
        ("1,2", "application/x-parquet", {}, 415),
        ("1,2,3", "text/csv", {}, 400),
        (json.dumps({"MonthlyIncome": "much"}), "application/json", {}, 400),
        (json.dumps(FIELDS), "application/json", {"Accept": "image/png"}, 406),
        (json.dumps({"employee_id": PERSON}), "application/json", {}, 400),
        ("x" * 7_000_000, "text/csv", {}, 413),
    ],
)
def test_what_cannot_be_answered_has_its_documented_status(
    container, content, kind, headers, status
):
    assert container.post(content, kind, **headers).status_code == status


def test_unknown_addresses_and_methods_are_told(container):
    assert httpx.get(f"{container.url}/invocations").status_code == 405
    assert httpx.get(f"{container.url}/models").status_code == 404


def test_a_mounted_home_lends_its_features_and_its_opt_outs(root, ibm, tmp_path):
    ports = build(Settings(home=ibm))
    token = pseudonym(ports.secrets.token_key(), "2")
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    record = ports.features.get(pseudonym(ports.secrets.token_key(), PERSON))
    (expected,) = ports.endpoint.variant().predict([record.values], [record.event_time])
    with served(root, STAYLINE_HOME=str(ibm)) as container:
        answer = container.post(json.dumps({"employee_id": PERSON}), "application/json")
        assert float(answer.text) == pytest.approx(expected.risk, abs=1e-12)
        assert container.post("2", "text/csv").status_code == 400
    ports.opt_outs.opt_in(token, at=ports.clock.now())


def test_the_platforms_variables_choose_the_answer(root):
    with served(
        root,
        SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="application/json",
        SAGEMAKER_INFERENCE_OUTPUT="predicted_label,probability",
        MAX_CONTENT_LENGTH="100",
    ) as container:
        told = container.post(json.dumps(FIELDS), "application/json").json()
        assert told["predictions"][0].keys() == {"predicted_label", "probability"}
        assert container.post("1" * 101, "text/csv").status_code == 413


def test_sigterm_ends_it_in_good_order(root):
    with served(root) as container:
        container.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        container.process.communicate(timeout=30)
    assert container.process.returncode == 0
    assert time.monotonic() - began < 30


def test_a_torn_model_is_told_before_anything_is_answered(root, tmp_path):
    (tmp_path / "model" / "stayline").mkdir(parents=True)
    whole = (root / "model" / "xgboost-model").read_bytes()
    (tmp_path / "model" / "xgboost-model").write_bytes(whole[: len(whole) // 2])
    manifest = (root / "model" / "stayline" / "manifest.json").read_bytes()
    (tmp_path / "model" / "stayline" / "manifest.json").write_bytes(manifest)
    ended = Job(tmp_path).start(["serve"])
    assert ended.returncode == 1
    assert "package refused" in (tmp_path / "output" / "failure").read_text().lower()

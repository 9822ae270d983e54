import json
import signal
import socket
import subprocess
import sys
from dataclasses import replace

import httpx
import pytest

from deployed_home import deploy_again
from local_client import LocalClient
from stayline import errors
from stayline.bootstrap import build
from stayline.settings import Settings
from stayline.web.app import create_app
from stayline.web.errors import STATUS
from stayline.web.listening import listener

SERVE = """
import sys
from pathlib import Path
from stayline.settings import Settings
from stayline.web.home_server import serve_home
settings = Settings(home=Path(sys.argv[1]), port=0)
serve_home(settings, on_ready=lambda url: print(url, flush=True))
print("ended in good order")
"""


def test_every_error_has_a_status():
    raised = {
        item
        for item in vars(errors).values()
        if isinstance(item, type)
        and issubclass(item, errors.StaylineError)
        and item is not errors.StaylineError
    }
    assert raised == set(STATUS)


def test_the_description_covers_every_address_and_loads_nothing_from_elsewhere(client):
    answer = client.get("/openapi.json")
    described = answer.json()
    assert set(described["paths"]) == {
        "/v1/predict",
        "/v1/employees/{employee_id}",
        "/v1/employees/{employee_id}/decisions",
        "/v1/employees/{employee_id}/opt-out",
        "/v1/health",
        "/ping",
        "/execution-parameters",
        "/invocations",
        "/endpoints/{endpoint_name}/invocations",
        "/FeatureGroup/{feature_group}",
        "/BatchGetRecord",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    body = described["paths"]["/v1/predict"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "text/csv"}
    assert "://" not in answer.text


def test_health_tells_the_deployed_version_from_the_first_request_after_a_deployment(client, ports):
    assert client.get("/v1/health").json()["model"]["version"] == 1
    version = deploy_again(ports)
    answer = client.get("/v1/health").json()
    assert (answer["status"], answer["model"]["version"]) == ("ok", version)


def test_health_of_a_home_without_a_model_is_said_plainly(tmp_path):
    settings = Settings(home=tmp_path)
    with LocalClient(create_app(build(settings), settings)) as client:
        assert client.get("/v1/health").json()["status"] == "no_model"


def tear_the_deployed_archive(ports, home):
    digest = ports.registry.serving().digest.removeprefix("sha256:")
    archive = home / "models" / digest / "model.tar.gz"
    archive.write_bytes(archive.read_bytes()[:100])


def test_a_torn_new_package_leaves_the_loaded_model_answering_and_health_degraded(
    client, ports, home
):
    before = client.get("/v1/health").json()
    deploy_again(ports)
    tear_the_deployed_archive(ports, home)
    health = client.get("/v1/health")
    scored = client.post("/v1/predict", json={"OverTime": "Yes"})
    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    assert health.json()["model"] == before["model"] == scored.json()["model"]


def test_a_torn_package_is_a_503_when_no_model_is_loaded(client, ports, home):
    tear_the_deployed_archive(ports, home)
    assert client.get("/v1/health").status_code == 503
    assert client.post("/v1/predict", json={"OverTime": "Yes"}).status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/foo", 404),
        ("GET", "/health", 404),
        ("POST", "/metrics", 405),
        ("GET", "/v1/nowhere", 404),
        ("GET", "/openapi.json/foo", 404),
        ("GET", "/openapi.json/openapi.json", 404),
        ("GET", "/v1/predict", 405),
        ("PATCH", "/v1/health", 405),
    ],
)
def test_what_is_not_there_is_a_problem_document(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_defect_of_ours_is_a_500_that_tells_nothing_of_the_request(ports, home, caplog):
    class Broken:
        message = "a secret of person 17"

        def variant(self, target=None, *, affinity=""):
            raise RuntimeError(self.message)

    app = create_app(replace(ports, endpoint=Broken()), Settings(home=home))
    with LocalClient(app, raise_server_exceptions=False) as client:
        answer = client.post("/v1/predict", json={"OverTime": "Yes"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_a_real_server_answers_on_a_free_port_and_ends_in_good_order(home):
    command = [sys.executable, "-c", SERVE, str(home)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            url = server.stdout.readline().strip()
            answer = httpx.post(f"{url}/v1/predict", json={"OverTime": "Yes"}, timeout=20)
            assert 0 < answer.json()["risk"] < 1
        finally:
            server.send_signal(signal.SIGTERM)
        told, complained = server.communicate(timeout=20)
    assert server.returncode == 0
    assert "ended in good order" in told
    assert [json.loads(line)["logger"] for line in complained.splitlines()] == [
        "stayline.web.callers"  # that nobody has to sign in
    ]


def test_a_port_in_use_is_refused_with_what_to_do(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(home=home, port=taken.getsockname()[1])
        with pytest.raises(errors.SettingRefused, match="--port"):
            listener(settings)


def test_a_server_starts_without_libraries_that_only_other_work_needs(tmp_path):
    program = """
import sys
from pathlib import Path
from stayline.bootstrap import build
from stayline.settings import Settings
from stayline.web.app import create_app
settings = Settings(home=Path(sys.argv[1]))
create_app(build(settings), settings)
print(*{name.partition(".")[0] for name in sys.modules})
"""
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "home")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = set(run.stdout.split())
    assert "litestar" in loaded  # else this looked at nothing
    assert not loaded & {"attrs", "pandas", "pydantic", "scipy", "sklearn", "xgboost"}

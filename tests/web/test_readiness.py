import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from deployed_home import deploy_again
from local_client import LocalClient
from stayline.adapters.embedded.guarded_endpoint import PROBE_EVERY
from stayline.bootstrap import build
from stayline.settings import Settings
from stayline.web.app import create_app
from stores import SetClock

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from stayline.adapters.embedded.stores_check import HomeStoresCheck
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
print(HomeStoresCheck(Path(sys.argv[1]), {}).problems()["capture log"])
"""


def why_not(client):
    """Return status code, status, and what is not ok, by name."""
    answer = client.get("/readyz")
    told = answer.json()
    assert all((check["status"] == "ok") == (check["why"] == "") for check in told["checks"])
    faults = {check["name"]: check["why"] for check in told["checks"] if check["why"]}
    return answer.status_code, told["status"], faults


def test_a_deployed_home_is_ready_and_says_what_was_checked(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert [check["name"] for check in answer.json()["checks"]] == [
        "state store", "feature store", "capture log", "token key", "model",
    ]  # fmt: skip


def test_being_asked_leaves_nothing_behind(client, ports, home):
    before = len(ports.audit.events())
    client.get("/readyz")
    assert list((home / "capture").iterdir()) == []
    assert len(ports.audit.events()) == before
    with sqlite3.connect(home / "state.db") as state:
        assert state.execute("SELECT 1 FROM sqlite_master WHERE name='tried'").fetchone() is None
    state.close()


def test_the_process_lives_whatever_else_is_broken(client, home):
    shutil.rmtree(home)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.parametrize(
    ("name", "check"), [("state.db", "state store"), ("online.db", "feature store")]
)
@pytest.mark.parametrize("damage", [os.unlink, lambda path: path.write_bytes(b"no database" * 99)])
def test_a_store_that_is_gone_or_spoilt_is_named(client, home, name, check, damage):
    for left in home.glob(f"{name}-*"):
        left.unlink()
    damage(home / name)
    status, whole, faults = why_not(client)
    assert (status, whole) == (503, "failing")
    assert name in faults[check]


def test_a_store_that_somebody_keeps_locked_is_named(client, home):
    blocker = sqlite3.connect(home / "state.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    assert "locked" in why_not(client)[2]["state store"]
    blocker.close()
    assert why_not(client)[0] == 200


def test_a_file_where_captures_should_go_is_named(client, home):
    shutil.rmtree(home / "capture", ignore_errors=True)
    (home / "capture").write_text("in the way")
    status, _, faults = why_not(client)
    assert status == 503
    assert faults["capture log"]


def test_a_disk_without_room_for_captures_is_named(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "disk is full" in done.stdout or "too large" in done.stdout


def test_a_lost_token_key_still_answers_but_is_told_before_the_restart(client, home):
    (home / "secrets" / "token-key").unlink()
    status, whole, faults = why_not(client)
    assert (status, whole) == (200, "degraded")
    assert "restart" in faults["token key"]
    assert client.post("/v1/predict", json={"OverTime": "Yes"}).status_code == 200


def test_a_home_without_a_model_cannot_answer(tmp_path):
    settings = Settings(home=tmp_path)
    with LocalClient(create_app(build(settings), settings)) as client:
        assert why_not(client) == (503, "failing", {"model": "no model is deployed"})


def test_a_package_that_cannot_be_loaded_cannot_answer_until_it_is_mended(ports, home):
    settings, clock = Settings(home=home), SetClock(datetime.now(UTC))
    app = create_app(build(settings, clock=clock), settings)
    digest = ports.registry.serving().digest.removeprefix("sha256:")
    archive = home / "models" / digest / "model.tar.gz"
    whole = archive.read_bytes()
    with LocalClient(app) as client:
        archive.write_bytes(whole[:100])
        status, _, faults = why_not(client)
        assert status == 503
        assert "torn" in faults["model"]
    archive.write_bytes(whole)
    clock.instant += PROBE_EVERY
    with LocalClient(create_app(build(settings, clock=clock), settings)) as restarted:
        assert why_not(restarted)[:2] == (200, "ok")


def test_an_older_model_that_answers_for_a_torn_one_is_degraded(client, ports, home):
    client.get("/readyz")
    deploy_again(ports)
    digest = ports.registry.serving().digest.removeprefix("sha256:")
    (home / "models" / digest / "model.tar.gz").write_bytes(b"torn")
    status, whole, faults = why_not(client)
    assert (status, whole) == (200, "degraded")
    assert "version 1 answers" in faults["model"]

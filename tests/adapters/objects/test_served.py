"""A real gateway with object storage, whose store goes away and comes back."""

import subprocess
import sys
from pathlib import Path

import httpx

from faulty_way import s3_refusal
from served_home import served
from stayline.bootstrap import build
from stayline.settings import Settings
from waiting import soon


def doctor(home: Path) -> str:
    """Return what the command says; its exit status tells no more."""
    command = [sys.executable, "-m", "stayline", "doctor", "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_predictions_go_on_with_the_loaded_model_while_the_store_is_away(
    home, storage, faulty, monkeypatch
):
    monkeypatch.setenv("STAYLINE_STORAGE_URL", storage.url)
    ports = build(Settings(home=home, storage_url=storage.url))
    token = next(ports.features.in_chunks(1))["token"][0]
    with served(home, workers_min=1, workers_max=2, deploy_bake_s=0) as server:
        asked = {"url": f"{server.url}/v1/predict", "json": {"OverTime": "Yes"}, "timeout": 60}
        before = httpx.post(**asked).raise_for_status().json()
        faulty.always = {"": s3_refusal("SlowDown", 503)}
        assert httpx.post(**asked).raise_for_status().json()["risk"] == before["risk"]
        (worker,) = server.workers()
        subprocess.run(["kill", "-9", str(worker)], check=True)
        assert soon(lambda: server.workers() not in ([], [worker])), "another one begins"
        assert httpx.post(**asked).raise_for_status().json()["risk"] == before["risk"]
        assert httpx.get(f"{server.url}/readyz", timeout=60).status_code == 200
        told = doctor(home)
        assert "DAMAGED  object storage" in told
        assert "The object store answered" in told
    faulty.always = {}
    told = doctor(home)
    assert "whole    object storage" in told
    assert storage.url in told
    assert len(ports.capture.newest(9)) == 3
    assert ports.features.get(token) is not None

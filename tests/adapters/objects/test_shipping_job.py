"""Shipping as the server's own loop does it, and as a command that something else starts."""

import logging
import subprocess
import sys
from datetime import timedelta

import pytest

from faulty_way import s3_refusal
from stayline.bootstrap import build
from stayline.domain.capture import CaptureRecord
from stayline.jobs.shipping import shipping
from stayline.settings import Settings
from stores import HOUR, NOON, SetClock
from waiting import soon


@pytest.fixture
def settings(storage, tmp_path):
    return Settings(home=tmp_path / "home", storage_url=storage.url)


def captured(settings, *names):
    ports = build(settings, clock=SetClock(NOON + 2 * HOUR))
    ports.capture.append([CaptureRecord(name, NOON, "{}", '{"risk":0.1}') for name in names])
    ports.capture.close()
    return ports


def test_each_minute_what_is_due_goes_beside_the_jobs(settings, caplog):
    ports = captured(settings, "one")
    caplog.set_level(logging.INFO, "stayline")
    with shipping(ports, every_s=0.01):
        assert soon(lambda: ports.capture.waiting() == 0)
        captured(settings, "two")
        assert soon(lambda: ports.capture.waiting() == 0)
    found = [one.event_id for one in ports.capture.read(NOON, NOON + timedelta(seconds=1))]
    assert sorted(found) == ["one", "two"]
    assert "1 files of captured requests were shipped." in caplog.text


def test_a_store_that_is_away_is_told_once_and_tried_again(settings, faulty, caplog):
    ports = captured(settings, "one")
    faulty.always = {"": s3_refusal("AccessDenied", 403)}
    with shipping(ports, every_s=0.01):
        assert soon(lambda: len(faulty.asked) > 20)
        faulty.always = {}
        assert soon(lambda: ports.capture.waiting() == 0)
    assert caplog.text.count("Shipping: The object store refused") == 1


def test_a_home_in_folders_has_nothing_to_ship(tmp_path):
    with shipping(build(Settings(home=tmp_path)), every_s=0.0):
        pass


def test_the_command_that_runs_what_is_due_ships_too_and_tells_what_is_in_the_way(
    settings, storage, faulty, monkeypatch
):
    monkeypatch.setenv("STAYLINE_STORAGE_URL", storage.url)
    ports = captured(settings, "one")

    def run() -> str:
        command = [
            sys.executable,
            "-m",
            "stayline",
            "jobs",
            "run",
            "--all-due",
            "--home",
            str(settings.home),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    faulty.always = {"": s3_refusal("AccessDenied", 403)}
    assert "do not permit this" in run()
    assert ports.capture.waiting() == 1
    faulty.always = {}
    run()
    assert ports.capture.waiting() == 0

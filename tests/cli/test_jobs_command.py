"""The commands around jobs, as a person, cron and systemd call them."""

import json
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from command_runs import command, here, started
from stayline.domain.job_runs import SCHEDULE
from waiting import soon

NAMES = [
    "audit-checkpoint",
    "purge",
    "feature-refresh",
    "nightly-scores",
    "watch",
    "requests",
    "retrain",
    "compliance-check",
]


@pytest.fixture(autouse=True)
def _nowhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def long_ago(ports):
    """A time from which on every job was due since."""
    return ports.clock.now() - timedelta(days=200)


def test_before_any_run_each_job_is_listed_with_when_it_runs(home):
    listed = here("jobs", "list", "--json", "--home", home)
    assert [one["name"] for one in listed.json["jobs"]] == NAMES
    assert {one["last"] for one in listed.json["jobs"]} == {None}
    shown = here("jobs", "list", "--home", home)
    assert (shown.code, shown.out.count("never")) == (0, len(NAMES))
    assert "monthly, on day 2 at 03:00" in shown.out


def test_a_run_by_hand_is_on_record_with_who_ran_it(home):
    done = here("jobs", "run", "nightly-scores", "--by", "ana", "--json", "--home", home)
    assert (done.code, done.err) == (0, "")
    (run,) = done.json["runs"]
    assert (run["outcome"], run["started_by"]) == ("Succeeded", "ana")
    (state,) = [
        one
        for one in here("jobs", "list", "--json", "--home", home).json["jobs"]
        if one["name"] == "nightly-scores"
    ]
    assert state["last"] == run
    assert state["duration_s"] >= 0
    told = here("jobs", "list", "--home", home).out
    assert f"nightly-scores: {run['message']}" in told


def test_a_run_that_fails_ends_with_status_1_and_its_words(home):
    for archive in (home / "models").rglob("model.tar.gz"):
        archive.write_bytes(b"torn")
    done = here("jobs", "run", "compliance-check", "--home", home)
    assert done.code == 1
    assert "Failed" in done.out
    assert "is damaged" in done.out


def test_nothing_is_due_in_a_home_that_was_just_made_and_cron_s_call_says_so(home):
    called = here("jobs", "run", "--all-due", "--home", home)
    assert (called.code, called.out) == (0, "Nothing was due.\n")
    assert here("jobs", "due", "--home", home).out == "Nothing is due.\n"
    assert here("jobs", "due", "--json", "--home", home).json == {"due": []}


def test_what_was_missed_is_shown_and_run_by_the_next_call_of_cron(home, ports, long_ago):
    ports.jobs.enrol(NAMES, at=long_ago)
    due = here("jobs", "due", "--json", "--home", home).json["due"]
    assert [one["name"] for one in due] == NAMES
    told = here("jobs", "due", "--home", home).out
    assert re.search(r"compliance-check: due \d{4}-\d\d-01 04:00", told)
    with ports.jobs.alone("retrain"), ports.jobs.alone("purge"):
        called = here("jobs", "run", "--all-due", "--json", "--home", home)
    assert called.code == 0
    ran = [one["job"] for one in called.json["runs"]]
    assert list(dict.fromkeys(ran)) == [name for name in NAMES if name not in ("purge", "retrain")]
    assert ran.count("watch") == 7
    assert {one["started_by"] for one in called.json["runs"]} == {SCHEDULE}
    assert called.json["under_way_elsewhere"] == ["purge", "retrain"]
    with ports.jobs.alone("retrain"):
        again = here("jobs", "run", "--all-due", "--home", home)
    assert re.search(r"^purge \(.+\): Succeeded$", again.out, re.MULTILINE)
    assert "retrain is running in another process." in again.out


def test_wrong_calls_are_told_apart(home):
    assert here("jobs", "run", "--home", home).code == 2
    assert here("jobs", "run", "purge", "--all-due", "--home", home).code == 2
    unknown = here("jobs", "run", "nightly", "--home", home)
    assert (unknown.code, "no job 'nightly'" in unknown.err) == (1, True)
    assert here("jobs", "loop", "--home", home / "nowhere").code == 1


def test_a_job_that_runs_elsewhere_is_not_run_twice_by_hand(home, ports):
    with ports.jobs.alone("purge"):
        refused = here("jobs", "run", "purge", "--home", home)
    assert refused.code == 1
    assert "'purge' is running in another process" in refused.err


@pytest.mark.quiet
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_catches_up_logs_a_line_a_run_and_ends_in_order(home, ports, long_ago, how):
    ports.jobs.enrol(NAMES, at=long_ago)
    with ports.jobs.alone("retrain"), started(command("jobs", "loop", "--home", home)) as loop:
        assert soon(lambda: ports.jobs.runs("compliance-check")[1:])
        assert soon(lambda: ports.jobs.runs("compliance-check")[-1].ended_at)
        loop.send_signal(how)
        out, _ = loop.communicate(timeout=30)
        assert loop.returncode == 0
    lines = [json.loads(line) for line in out.splitlines()]
    jobs = list(dict.fromkeys(line["job"] for line in lines))
    assert jobs == [name for name in NAMES if name != "retrain"]
    assert {(line["level"], line["outcome"], line["attempt"]) for line in lines} == {
        ("INFO", "Succeeded", 1)
    }


def test_the_loop_ends_when_its_standard_input_does(home):
    with subprocess.Popen(
        command("jobs", "loop", "--end-with-stdin", "--home", home), stdin=subprocess.PIPE
    ) as loop:
        loop.stdin.close()
        assert loop.wait(30) == 0


def test_the_server_of_up_has_the_loop_beside_it_and_takes_it_along_when_it_ends(home, ports):
    with started([sys.executable, "-c", SERVER, str(home)]) as server:
        assert "Serving at http://" in server.stdout.readline()
        assert soon(lambda: ports.jobs.runs("purge") != [])
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        loops = [child for child in children if "loop" in words_of(child)]
        assert (len(children), len(loops)) == (2, 1)
        server.send_signal(signal.SIGTERM)
        server.stdout.read()
        assert server.wait(30) == 0
        assert words_of(loops[0]) == []


SERVER = """
import pathlib, sys
from stayline.cli.up import serve_with_jobs
from stayline.settings import Settings
serve_with_jobs(Settings(home=pathlib.Path(sys.argv[1]), port=0), None)
"""


def words_of(process: str) -> list[str]:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().split("\0")
    except FileNotFoundError:
        return []

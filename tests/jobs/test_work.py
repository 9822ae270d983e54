"""What the jobs do, on a deployed home of IBM's people."""

from dataclasses import replace
from datetime import timedelta

import pytest

from deployed_home import PEOPLE
from real_data import ibm_extract
from stayline.bootstrap import build
from stayline.domain.capture import CaptureRecord
from stayline.domain.job_runs import SCHEDULE, RunOutcome
from stayline.domain.outcomes import EventOutcome, PersonOutcome
from stayline.jobs.running import run_by_hand
from stayline.jobs.table import job_named
from stayline.settings import Settings
from stores import ANA, NOON, SetClock

SUCCEEDED, FAILED = RunOutcome.SUCCEEDED, RunOutcome.FAILED
LATER = NOON + timedelta(days=400)


@pytest.fixture
def settings(home):
    return Settings(home=home)


@pytest.fixture
def run(settings):
    """Run a job by hand on the deployed home, some time after its data."""

    def go(name, settings=settings, clock=None):
        ports = build(settings, clock=clock)
        (one,) = run_by_hand(job_named(name), ports=ports, settings=settings, by="ana")
        return one

    return go


@pytest.fixture
def empty(tmp_path):
    return Settings(home=tmp_path / "empty")


def test_everyone_is_scored_as_who_ran_the_job(run, ports):
    done = run("nightly-scores")
    assert done.outcome is SUCCEEDED
    assert done.message == (
        f"{PEOPLE:,} people scored by version 1; left out: 0 who opted out, 0 no longer employed."
    )
    assert len(ports.scores.entries()) == PEOPLE
    assert ports.audit.events(subject="1", limit=1)[0].actor == "ana"


def test_a_home_without_a_model_or_a_workforce_has_nothing_to_do_and_says_so(run, empty):
    for name, told in {
        "nightly-scores": "No model is deployed yet, so nobody was scored.",
        "retrain": "No workforce has been imported yet, so nothing was trained.",
        "feature-refresh": "No new extract in the inbox.",
    }.items():
        done = run(name, empty)
        assert (done.outcome, done.message) == (SUCCEEDED, told)


def test_an_extract_dropped_into_the_inbox_lands_under_the_imported_schema(run, home, ports):
    (home / "inbox").mkdir()
    raised = ibm_extract().head(30).with_columns(MonthlyIncome=20_000)
    raised.write_csv(home / "inbox" / "ana.csv")
    clock = SetClock(ports.clock.now() + timedelta(minutes=2))
    done = run("feature-refresh", clock=clock)
    assert (done.outcome, done.message) == (
        SUCCEEDED, "1 extract(s) imported: 30 rows landed, 0 rejected; 0 refused.",
    )  # fmt: skip
    assert (home / "inbox" / "done" / "ana.csv").is_file()
    newest = ports.features.newest()
    assert newest.filter(MonthlyIncome=20_000).height == 30


def test_the_inbox_may_be_anywhere(run, settings, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    run("feature-refresh", replace(settings, inbox=str(elsewhere)))
    assert elsewhere.is_dir()


def test_an_extract_still_being_written_is_a_failure_that_is_tried_again(run, home, ports):
    (home / "inbox").mkdir()
    ibm_extract().head(30).write_csv(home / "inbox" / "ana.csv")
    done = run("feature-refresh")
    assert done.outcome is FAILED
    assert "1 still being written" in done.message
    assert "ana" not in done.message


def test_extracts_before_the_first_import_wait_where_they_are(run, empty, ports):
    (empty.home / "inbox").mkdir(parents=True)
    ibm_extract().head(30).write_csv(empty.home / "inbox" / "ana.csv")
    done = run("feature-refresh", empty, SetClock(ports.clock.now() + timedelta(minutes=2)))
    assert done.outcome is FAILED
    assert "No workforce has been imported yet" in done.message
    assert (empty.home / "inbox" / "ana.csv").is_file()


def test_a_whole_home_passes_the_compliance_check_and_a_damaged_one_does_not(run, home):
    done = run("compliance-check")
    assert done.outcome is SUCCEEDED
    assert done.message.startswith("All 11 parts of the home are whole. version 1 is deployed")
    for archive in (home / "models").rglob("model.tar.gz"):
        archive.write_bytes(b"torn")
    done = run("compliance-check")
    assert done.outcome is FAILED
    assert "model registry" in done.message


def test_what_is_too_old_is_purged_and_the_rest_is_kept(run, settings):
    early = build(settings, clock=SetClock(NOON))
    early.capture.append([CaptureRecord("old", NOON, "{}", "{}")])
    kept_at = NOON + timedelta(days=171)
    early.capture.append([CaptureRecord("new", kept_at, "{}", "{}")])
    early.jobs.enrol(["purge"], at=NOON)
    now = SetClock(NOON + timedelta(days=180, hours=1))
    done = run("purge", clock=now)
    assert done.outcome is SUCCEEDED
    assert done.message.startswith("Removed 1 captured requests, ")
    assert [r.event_id for r in early.capture.read(NOON, LATER)] == ["new"]
    shorter = run("purge", replace(settings, capture_days=8), now)
    assert shorter.message.startswith("Removed 1 captured requests, ")


def test_outcomes_go_when_the_answers_do(run, settings):
    early = build(settings, clock=SetClock(NOON))
    kept = timedelta(days=184)
    young = EventOutcome("young", True, NOON + timedelta(days=1))
    early.outcomes.add([PersonOutcome(ANA, NOON.date(), NOON), young])
    done = run("purge", clock=SetClock(NOON + kept + timedelta(hours=1)))
    assert "1 outcomes," in done.message
    assert early.outcomes.of_people(LATER) == []
    assert early.outcomes.of_events(LATER) == {"young": True}


def test_extracts_and_reject_files_go_after_as_many_days_as_captured_requests(run, home, ports):
    folders = [home / "inbox" / "done", home / "inbox" / "refused", home / "rejects"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "a.csv").write_text("secret")
    waiting = home / "inbox" / "waiting.csv"
    waiting.write_text("not imported yet")
    now = ports.clock.now()
    run("purge", clock=SetClock(now + timedelta(days=178)))
    assert all((folder / "a.csv").exists() for folder in folders)
    done = run("purge", clock=SetClock(now + timedelta(days=180)))
    assert not any((folder / "a.csv").exists() for folder in folders)
    assert "3 extracts and reject files," in done.message
    assert waiting.exists()


def test_records_of_jobs_older_than_two_years_go_but_the_newest_stay(run, settings):
    ports = build(settings, clock=SetClock(NOON))
    ports.jobs.enrol(["watch"], at=NOON)
    for hours in range(3):
        time = NOON + timedelta(hours=hours)
        with ports.jobs.alone("watch"):
            begun = ports.jobs.begin("watch", time, by=SCHEDULE, at=time)
            ports.jobs.end(begun, SUCCEEDED, "", at=time)
    done = run("purge", clock=SetClock(NOON + timedelta(days=731)))
    assert "3 records of jobs, alarms and figures" in done.message
    assert len(ports.jobs.runs("watch")) == 1

"""Retraining as nobody asks for it: the real pipeline on a small panel, and what is in its way."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deployed_home import approve
from panel_home import import_panel
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.gates import Verdict
from stayline.domain.job_runs import SCHEDULE, RunOutcome
from stayline.domain.model_package import reject
from stayline.domain.monitoring import Finding, Intake, Monitor, Watched, Window
from stayline.errors import StillExecuting
from stayline.jobs.drift import retrain_on_drift
from stayline.jobs.job import Call, Listener
from stayline.jobs.retraining import retrain
from stayline.jobs.running import run_by_hand
from stayline.jobs.table import job_named
from stayline.settings import Settings
from stores import NOON

DAY = timedelta(days=1)


def watched(verdicts: str, version: int = 1) -> list[Watched]:
    """Return one window a day, drifting (F) or not (P)."""
    return [
        Watched(
            Window(NOON + n * DAY, NOON + (n + 1) * DAY), version, "sha256:1", Intake(),
            (Finding(Monitor.DATA, "baseline_drift_check", VERDICTS[verdict], "", "overtime"),),
        )
        for n, verdict in enumerate(verdicts)
    ]  # fmt: skip


VERDICTS = {"F": Verdict.FAIL, "P": Verdict.PASS}


@pytest.fixture(scope="module")
def panel_home(tmp_path_factory) -> Path:
    """A home with a small simulated workforce, version 1 of which was trained and deployed."""
    settings = Settings(home=tmp_path_factory.mktemp("panel") / "home")
    import_panel(settings.home)
    ports = build(settings)
    lines = []
    call = Call(NOON, Window(NOON, NOON), listener=Listener(tell=lines.append))
    told = retrain(ports, settings, call)
    assert told.startswith("Version 1 is PendingManualApproval, by execution ")
    assert "train: Succeeded" in lines
    approve(ports, 1)
    ports.registry.deploy(1, by="bo", at=ports.clock.now())
    return settings.home


@pytest.fixture
def settings(panel_home, tmp_path):
    return Settings(home=Path(shutil.copytree(panel_home, tmp_path / "home")))


@pytest.fixture
def ports(settings) -> Ports:
    return build(settings)


def causes(ports: Ports) -> list[object]:
    kinds = (AuditEventKind.MODEL_REGISTERED, AuditEventKind.TRAINING_FAILED)
    return [e.details.get("cause") for e in ports.audit.events() if e.kind in kinds]


def drift_runs(ports: Ports):
    return [run for run in ports.jobs.runs("retrain") if run.model_version is not None]


def test_the_monthly_training_records_why_and_waits_for_a_person(ports):
    (package,) = ports.registry.packages()
    assert package.trained_by == SCHEDULE
    assert causes(ports) == ["Monthly retraining, scheduled for 2026-03-01."]


def test_too_little_drift_trains_nothing(ports, settings):
    assert retrain_on_drift(watched("FFPF"), ports=ports, settings=settings) == ""
    assert retrain_on_drift(watched("FFF", version=2), ports=ports, settings=settings) == ""
    four = replace(settings, watch_retrain_windows=4)
    assert retrain_on_drift(watched("FFF"), ports=ports, settings=four) == ""
    assert ports.jobs.runs("retrain") == []


def test_drift_that_lasts_trains_once_and_its_cause_is_on_record(ports, settings):
    told = retrain_on_drift(watched("FFF"), ports=ports, settings=settings)
    cause = (
        "Significant drift in 3 windows of version 1 running, 2026-03-01 12:00 to 2026-03-04 12:00 "
        "UTC: overtime."
    )
    assert told.startswith(f"{cause} Version ")
    (run,) = drift_runs(ports)
    assert (run.outcome, run.cause, run.started_by) == (RunOutcome.SUCCEEDED, cause, SCHEDULE)
    assert (run.scheduled_for, run.model_version) == (NOON + 3 * DAY, 1)
    assert causes(ports)[1:] == [cause]
    assert len(ports.runner.executions()) == 2
    assert retrain_on_drift(watched("FFFF"), ports=ports, settings=settings) == ""
    assert len(drift_runs(ports)) == 1


def test_while_a_version_of_the_schedule_s_waits_for_approval_no_other_is_trained(ports, settings):
    waiting = ports.registry.register(
        b"bytes", trained_by=SCHEDULE, metrics={}, at=ports.clock.now()
    )
    told = retrain_on_drift(watched("FFF"), ports=ports, settings=settings)
    assert told.endswith("Nothing is trained yet: version 2 waits for its approval.")
    assert drift_runs(ports) == []
    now = ports.clock.now()
    ports.registry.decide(
        reject(
            waiting,
            digest=waiting.digest,
            by="bo",
            reason="It was looked at, and is no better.",
            at=now,
        )
    )
    with build(settings).jobs.alone("retrain"):
        told = retrain_on_drift(watched("FFF"), ports=ports, settings=settings)
    assert "waits for its approval" not in told


def test_while_a_person_s_training_runs_none_is_begun(ports, settings):
    told, elsewhere = [], build(settings)

    def meanwhile(line: str) -> None:
        if told:
            return
        told.append(retrain_on_drift(watched("FFF"), ports=elsewhere, settings=settings))
        with pytest.raises(StillExecuting):
            retrain(elsewhere, settings, Call(NOON, Window(NOON, NOON)))

    (run,) = run_by_hand(
        job_named("retrain"),
        ports=ports,
        settings=settings,
        by="ana",
        listener=Listener(tell=meanwhile),
    )
    assert run.outcome is RunOutcome.SUCCEEDED
    (words,) = told
    assert "Nothing is trained yet: execution " in words
    assert words.endswith("is under way.")
    assert drift_runs(ports) == []
    assert causes(ports)[-1] == "Retraining by hand."
    newest, _ = ports.runner.executions()
    assert newest.started_by == "ana"


def test_while_the_job_itself_runs_elsewhere_none_is_begun(ports, settings):
    with build(settings).jobs.alone("retrain"):
        told = retrain_on_drift(watched("FFF"), ports=ports, settings=settings)
    assert told.endswith("Nothing is trained yet: the job 'retrain' is under way.")


def test_a_training_that_fails_is_not_begun_again_and_its_cause_is_in_the_audit_log(
    ports, settings
):
    for token in ports.features.newest()["token"]:
        ports.opt_outs.opt_out(token, at=NOON)
    told = retrain_on_drift(watched("FFF"), ports=ports, settings=settings)
    assert "The training failed: Execution " in told
    (run,) = drift_runs(ports)
    assert run.outcome is RunOutcome.FAILED
    assert str(causes(ports)[-1]).startswith("Significant drift in 3 windows")
    assert retrain_on_drift(watched("FFFF"), ports=ports, settings=settings) == ""
    assert len(drift_runs(ports)) == 1

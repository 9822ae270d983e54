"""Deployments while several real processes answer from one home."""

import time
from contextlib import contextmanager

import pytest

from candidates import opposite, same_again
from deployed_home import take_to_work
from deployment_workers import PATIENCE_S, at_work, deploying
from model_versions import events_of
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.deployment import ABANDONED, Phase, RolloutPlan
from stayline.domain.gates import Verdict
from stayline.errors import DeploymentRefused
from stayline.usecases.roll_back_model import roll_back_model

pytestmark = pytest.mark.quiet
QUICK = RolloutPlan(shadow_rows=50, canary_percent=20, bake_s=1.0)
SLOW = RolloutPlan(shadow_rows=50, canary_percent=20, bake_s=30.0)
WITHIN_S = 1.0


@pytest.fixture
def workers(home):
    with at_work(home) as running:
        yield running


def versions(answers) -> set[str]:
    return {by for _, _, by in answers}


@contextmanager
def within(seconds: float):
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def test_every_worker_goes_over_within_a_second_and_no_request_fails(ports, workers):
    version = same_again(ports)
    told = []
    take_to_work(ports, version, plan=QUICK, tell=told.append)
    done = time.time()
    with within(WITHIN_S):
        workers.wait_for(version)
    time.sleep(0.2)
    assert versions(workers.answers()) == {"version-1", f"version-{version}"}
    assert versions(workers.answers(since=done + WITHIN_S / 2)) <= {f"version-{version}"}
    phases = [progress.phase for progress in told]
    assert list(dict.fromkeys(phases)) == [
        Phase.SHADOW, Phase.LOADING, Phase.CANARY, Phase.BAKING, Phase.COMPLETED,
    ]  # fmt: skip
    baked = [progress for progress in told if progress.phase is Phase.BAKING][-1]
    assert {reading.verdict for reading in baked.readings} == {Verdict.PASS}
    kinds = [event.kind for event in events_of(ports, version)]
    assert kinds[-2:] == [AuditEventKind.DEPLOYMENT_STARTED, AuditEventKind.MODEL_DEPLOYED]
    assert events_of(ports, version)[-1].details["trial_n"] >= 30
    assert events_of(ports, version)[-1].details["shadow_n"] == 50
    outcome = ports.deployments.rollouts()[-1].outcome
    assert outcome.startswith("shadow: errors: 0 of 50 failed")
    assert "; baking: errors: 0 of " in outcome


def test_scores_that_shift_ring_in_the_canary_and_the_version_before_goes_on(ports, workers):
    version = opposite(ports)
    plan = RolloutPlan(shadow_rows=0, canary_percent=50, bake_s=10.0)
    with pytest.raises(DeploymentRefused, match=r"'canary', score shift: risks differ by .*n = \d"):
        take_to_work(ports, version, plan=plan)
    with within(WITHIN_S):
        workers.wait_for(1)
    assert versions(workers.answers()) == {"version-1", f"version-{version}"}
    assert ports.registry.deployed().version == 1
    ended = ports.deployments.rollouts()[-1]
    assert (ended.phase, ended.ended_at is not None) == (Phase.ROLLED_BACK, True)
    rolled_back = events_of(ports, version)[-1]
    assert rolled_back.kind is AuditEventKind.DEPLOYMENT_ROLLED_BACK
    assert rolled_back.details["trial_mean_shift"] > 0.1
    assert rolled_back.details["trial_pairs"] >= 30


def test_a_roll_back_reaches_every_worker_within_a_second(ports, workers):
    version = same_again(ports)
    take_to_work(ports, version, plan=QUICK)
    workers.wait_for(version)
    roll_back(ports)
    with within(WITHIN_S):
        workers.wait_for(1)
    assert versions(workers.answers()) == {"version-1", f"version-{version}"}


def test_a_roll_back_stops_a_deployment_under_way(ports, home, workers):
    version = same_again(ports)
    with deploying(home, version, SLOW) as (process, phases):
        reached(phases, Phase.CANARY)
        roll_back(ports)
        process.join(timeout=PATIENCE_S)
        assert process.exitcode == 1
    workers.wait_for(1)
    assert ports.registry.deployed().version == 1


@pytest.mark.parametrize("phase", [Phase.SHADOW, Phase.LOADING, Phase.CANARY, Phase.BAKING])
def test_a_deploying_process_killed_in_any_phase_leaves_the_version_before(
    ports, home, workers, phase
):
    version = same_again(ports)
    plan = SLOW if phase is not Phase.BAKING else RolloutPlan(50, 0, 30.0)
    with deploying(home, version, plan) as (process, phases):
        reached(phases, phase)
        process.kill()
        process.join()
        killed_at = time.monotonic()
        if phase is Phase.CANARY:
            with pytest.raises(DeploymentRefused, match=r"is being deployed by 'bo' \(canary\)"):
                take_to_work(ports, version, plan=QUICK)
    until_nobody_is_on_trial(ports)
    assert time.monotonic() - killed_at < 4.0
    workers.wait_for(1)
    if phase is not Phase.SHADOW:
        left = next(one for one in ports.deployments.rollouts() if one.version == version)
        assert (left.phase, left.outcome) == (Phase.ROLLED_BACK, ABANDONED)
    take_to_work(ports, version, plan=QUICK)
    workers.wait_for(version)
    assert versions(workers.answers()) == {"version-1", f"version-{version}"}


def roll_back(ports) -> None:
    roll_back_model(
        by="cy", reason="It is too slow at night.", registry=ports.registry,
        deployments=ports.deployments, clock=ports.clock,
    )  # fmt: skip


def reached(phases, phase: Phase) -> None:
    while phases.get(timeout=PATIENCE_S) is not phase:
        pass


def until_nobody_is_on_trial(ports) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while ports.deployments.traffic().candidate is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)

from datetime import timedelta

import pytest

from rollout_values import rollout
from stayline.domain.audit_events import AuditEvent, AuditEventKind
from stayline.domain.deployment import ABANDONED, LEASE, Heartbeat, Phase, Traffic
from stayline.domain.model_package import approve
from stayline.domain.risk_score import ModelIdentity
from stayline.domain.trial_tally import BUCKETS, Latencies, ScoreShift, Tally, TrialTally
from stayline.errors import DeploymentRefused
from stores import HOUR, NOON, Backend, SetClock

SECOND = timedelta(seconds=1)
COUNTED = TrialTally(
    Tally(3, 1, Latencies((0, 2) + (0,) * (BUCKETS - 2))), Tally(7), ScoreShift(2, 0.125, 1)
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def champion(backend: Backend) -> ModelIdentity:
    return deployed(backend)


def deployed(backend: Backend) -> ModelIdentity:
    """Register the next version, approve it, and make it the deployed one."""
    package = approved(backend)
    backend.registry().deploy(package.version, by="bo", at=NOON)
    return package


def approved(backend: Backend) -> ModelIdentity:
    registry = backend.registry()
    package = registry.register(b"bytes", trained_by="ana", metrics={}, at=NOON)
    registry.decide(
        approve(package, digest=package.digest, by="bo", reason="It was looked at", at=NOON)
    )
    return ModelIdentity(package.version, package.digest)


def test_before_the_first_deployment_nobody_answers(backend, clock):
    assert backend.deployments(clock).traffic() == Traffic(None)


@pytest.mark.parametrize(
    ("phase", "share"), [(Phase.LOADING, 0), (Phase.CANARY, 10), (Phase.BAKING, 100)]
)
def test_traffic_names_both_models_and_the_candidate_s_share(
    backend, clock, champion, phase, share
):
    backend.deployments(clock).begin(rollout())
    backend.deployments(clock).advance("r-1", phase)
    candidate = ModelIdentity(2, "sha256:two")
    assert backend.deployments(clock).traffic() == Traffic(champion, candidate, share, "r-1")


@pytest.mark.parametrize("gone_by", [LEASE, HOUR, -HOUR, timedelta(seconds=-2)])
def test_a_rollout_that_nobody_renewed_counts_as_none(backend, clock, champion, gone_by):
    backend.deployments(clock).begin(rollout())
    backend.deployments(clock).advance("r-1", Phase.BAKING)
    clock.instant += gone_by
    assert backend.deployments(clock).traffic() == Traffic(champion)
    (left,) = backend.deployments(clock).rollouts()
    assert (left.phase, left.outcome) == (Phase.ROLLED_BACK, ABANDONED)


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_rollout_whose_process_lives_outlasts_a_jump_of_the_clock(backend, clock, champion, jump):
    deployments = backend.deployments(clock)
    deployments.begin(rollout())
    clock.instant += jump
    deployments.advance("r-1", Phase.CANARY)
    assert deployments.traffic().share == 10


@pytest.mark.parametrize("phase", [Phase.CANARY, Phase.BAKING])
def test_a_process_that_comes_back_after_its_lease_does_not_go_on(backend, clock, champion, phase):
    candidate = approved(backend)
    backend.deployments(clock).begin(rollout(digest=candidate.digest))
    late = NOON + LEASE
    with pytest.raises(DeploymentRefused, match=ABANDONED):
        backend.registry().deploy(2, by="bo", at=late, rollout_id="r-1")
    assert backend.registry().deployed().version == 1
    clock.instant = late
    with pytest.raises(DeploymentRefused, match=ABANDONED):
        backend.deployments(clock).advance("r-1", phase)


def test_a_rollout_that_was_compared_with_another_version_than_the_deployed_is_refused(
    backend, clock, champion
):
    with pytest.raises(DeploymentRefused, match="version 1 was deployed meanwhile"):
        backend.deployments(clock).begin(rollout(from_version=None))
    assert backend.deployments(clock).rollouts() == []


def test_what_ends_a_rollout_is_audited_in_the_same_breath(backend, clock, champion):
    candidate = approved(backend)
    deployments = backend.deployments(clock)
    deployments.begin(rollout(digest=candidate.digest))
    clock.instant += HOUR
    deployments.begin(rollout(rollout_id="r-2", digest=candidate.digest))
    (abandoned,) = backend.audit().events()
    assert (abandoned.kind, abandoned.subject) == (AuditEventKind.DEPLOYMENT_ROLLED_BACK, "2")
    assert (abandoned.details["rollout_id"], abandoned.details["because"]) == ("r-1", ABANDONED)
    ended = AuditEvent(AuditEventKind.MODEL_DEPLOYED, "bo", "2", clock.instant, {})
    backend.registry().deploy(2, by="bo", at=clock.instant, rollout_id="r-2", event=ended)
    assert not deployments.finish("r-2", Phase.ROLLED_BACK, "", ended)
    deployments.note(rollout(rollout_id="r-3", phase=Phase.REFUSED, ended_at=NOON), ended)
    assert list(backend.audit().events())[1:] == [ended, ended]


def test_settling_closes_what_was_abandoned_once_with_its_event(backend, clock, champion):
    deployments = backend.deployments(clock)
    deployments.begin(rollout())
    assert deployments.settle() == ""
    assert deployments.traffic().rollout_id == "r-1"
    clock.instant += HOUR
    backend.deployments(clock).settle()
    (event,) = backend.audit().events()
    assert (event.kind, event.details["because"]) == (
        AuditEventKind.DEPLOYMENT_ROLLED_BACK, ABANDONED
    )  # fmt: skip
    assert deployments.settle() == ""
    (closed,) = deployments.rollouts()
    assert (closed.phase, closed.outcome) == (Phase.ROLLED_BACK, ABANDONED)
    assert len(list(backend.audit().events())) == 1


def test_a_version_may_be_deployed_unless_another_rollout_holds(backend, clock, champion):
    deployments = backend.deployments(clock)
    deployments.check_ready(2)
    deployments.begin(rollout())
    with pytest.raises(DeploymentRefused, match="version 2 is being deployed"):
        deployments.check_ready(3)


def test_a_second_rollout_is_refused_and_told_of_the_first(backend, clock, champion):
    backend.deployments(clock).begin(rollout())
    with pytest.raises(DeploymentRefused, match=r"Version 3 .*version 2 is being deployed by 'bo'"):
        backend.deployments(clock).begin(rollout(rollout_id="r-2", version=3))
    assert [one.rollout_id for one in backend.deployments(clock).rollouts()] == ["r-1"]


@pytest.mark.parametrize("gone_by", [LEASE, -HOUR])
def test_an_abandoned_rollout_is_in_nobody_s_way(backend, clock, champion, gone_by):
    deployments = backend.deployments(clock)
    deployments.begin(rollout())
    clock.instant += gone_by
    deployments.begin(rollout(rollout_id="r-2", version=3, digest="sha256:three"))
    assert deployments.traffic().candidate == ModelIdentity(3, "sha256:three")
    with pytest.raises(DeploymentRefused, match=ABANDONED):
        deployments.advance("r-1", Phase.BAKING)


def test_a_rollout_that_somebody_ended_goes_on_for_nobody(backend, clock, champion):
    deployments = backend.deployments(clock)
    deployments.begin(rollout())
    assert deployments.finish("r-1", Phase.ROLLED_BACK, "taken back by cy")
    assert not deployments.finish("r-1", Phase.COMPLETED, "")
    assert deployments.traffic() == Traffic(champion)
    with pytest.raises(DeploymentRefused, match="rolled back: taken back by cy"):
        deployments.advance("r-1", Phase.BAKING)
    with pytest.raises(DeploymentRefused, match="taken back by cy"):
        backend.registry().deploy(1, by="bo", at=NOON, rollout_id="r-1")
    (ended,) = deployments.rollouts()
    assert (ended.phase, ended.ended_at) == (Phase.ROLLED_BACK, NOON)


def test_after_one_that_was_taken_back_the_next_one_loads(backend, clock, champion):
    deployments = backend.deployments(clock)
    for number in ("r-1", "r-2"):
        deployments.begin(rollout(rollout_id=number))
        deployments.advance(number, Phase.LOADING, "n = 40")
        assert deployments.traffic().candidate == ModelIdentity(2, "sha256:two")
        assert deployments.finish(number, Phase.ROLLED_BACK, "taken back by cy")
    assert [one.phase for one in deployments.rollouts()] == [Phase.ROLLED_BACK] * 2


def test_the_switch_ends_the_rollout_in_the_same_breath(backend, clock, champion):
    candidate = approved(backend)
    deployments = backend.deployments(clock)
    deployments.begin(rollout(digest=candidate.digest))
    deployments.advance("r-1", Phase.BAKING, "n = 40")
    backend.registry().deploy(2, by="bo", at=NOON, rollout_id="r-1")
    assert deployments.traffic() == Traffic(candidate)
    (done,) = deployments.rollouts()
    assert (done.phase, done.ended_at, done.outcome) == (Phase.COMPLETED, NOON, "n = 40")


def test_one_refused_beforehand_stays_in_the_history_and_in_nobody_s_way(backend, clock, champion):
    refused = rollout(phase=Phase.REFUSED, ended_at=NOON, outcome="Fehlt: Überstunden")
    backend.deployments(clock).note(refused)
    backend.deployments(clock).begin(rollout(rollout_id="r-2"))
    assert backend.deployments(clock).rollouts()[0] == refused


def test_the_previous_version_is_the_other_one_deployed_last(backend):
    registry = backend.registry()
    assert registry.previous() is None
    deployed(backend)
    registry.deploy(1, by="bo", at=NOON)
    assert registry.previous() is None
    deployed(backend)
    deployed(backend)
    assert registry.previous().version == 2
    registry.deploy(2, by="bo", at=NOON)
    assert registry.previous().version == 3


def test_workers_are_those_heard_of_within_two_seconds(backend, clock):
    one = Heartbeat("w-1", (1, 2), {3: "its trees cannot be loaded"})
    two = Heartbeat("w-2", (1,))
    backend.deployments(clock).report(one)
    clock.instant += SECOND
    backend.deployments(clock).report(two)
    assert backend.deployments(clock).workers() == [one, two]
    clock.instant += 1.5 * SECOND
    assert backend.deployments(clock).workers() == [two]
    assert backend.deployments(clock).workers(within=HOUR) == [one, two]
    clock.instant -= HOUR
    assert backend.deployments(clock).workers() == []


def test_a_worker_that_stopped_is_none_but_what_it_counted_counts(backend, clock):
    deployments = backend.deployments(clock)
    for name in ("w-1", "w-2"):
        deployments.report(Heartbeat(name, (1,), rollout_id="r-1", tally=COUNTED))
        deployments.report(Heartbeat(name, (1, 2), rollout_id="r-1", tally=COUNTED))
    deployments.report(Heartbeat("w-3", (1,), rollout_id="r-0", tally=COUNTED))
    deployments.leave("w-1")
    assert [one.worker_id for one in deployments.workers()] == ["w-2", "w-3"]
    assert backend.deployments(clock).tally("r-1") == COUNTED + COUNTED
    assert backend.deployments(clock).problems() == []

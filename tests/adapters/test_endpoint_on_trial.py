import threading
import time
from collections import Counter
from contextlib import contextmanager

import polars as pl
import pytest

from candidates import damaged, failing, foreign, identity, opposite, same_again
from deployment_workers import AS_OF, ROW
from rollout_values import rollout
from stayline.adapters.embedded.endpoint import InProcessEndpoint
from stayline.bootstrap import Ports, build
from stayline.domain.deployment import Phase
from stayline.errors import UnknownVariant
from stayline.settings import Settings

PATIENCE_S = 10.0


@contextmanager
def on_trial(ports: Ports, version: int, phase: Phase, *, percent: int = 20):
    """Put a version on trial in this process, as the server's worker; give the endpoint."""
    ports.deployments.begin(
        rollout(
            version=version, digest=identity(ports, version).digest, canary_percent=percent,
            started_at=ports.clock.now(), renewed_at=ports.clock.now(),
        )
    )  # fmt: skip
    ports.deployments.advance("r-1", phase)
    with ports.follower.follow("w-1"):
        until(
            lambda: any(
                version in worker.loaded or version in worker.refused
                for worker in ports.deployments.workers()
            )
        )
        stop = threading.Event()
        renewing = threading.Thread(target=_renew, args=(ports, phase, stop))
        renewing.start()
        try:
            yield ports.endpoint
        finally:
            stop.set()
            renewing.join()


def _renew(ports: Ports, phase: Phase, stop: threading.Event) -> None:
    while not stop.wait(0.5):
        ports.deployments.advance("r-1", phase)


def until(holds) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def answered(endpoint, affinity: str = "") -> str:
    variant = endpoint.variant(affinity=affinity)
    variant.predict([ROW], [AS_OF])
    return variant.name


@pytest.mark.parametrize(
    ("phase", "least", "most"),
    [(Phase.LOADING, 0, 0), (Phase.CANARY, 30, 70), (Phase.BAKING, 250, 250)],
)
def test_the_candidate_answers_its_share_and_each_person_gets_one_model(ports, phase, least, most):
    people = [f"person {number}" for number in range(250)]
    with on_trial(ports, same_again(ports), phase) as endpoint:
        first = {person: endpoint.variant(affinity=person).name for person in people}
        second = {person: endpoint.variant(affinity=person).name for person in people}
    assert first == second
    assert least <= Counter(first.values())["version-2"] <= most


def test_nameless_requests_take_turns_by_the_share(ports):
    with on_trial(ports, same_again(ports), Phase.CANARY) as endpoint:
        names = Counter(endpoint.variant().name for _ in range(100))
    assert names == {"version-1": 80, "version-2": 20}


def test_either_model_can_be_asked_for_by_name_and_no_other(ports):
    with on_trial(ports, same_again(ports), Phase.CANARY) as endpoint:
        assert endpoint.variant("version-1").model.version == 1
        assert endpoint.variant("version-2").model.version == 2
        assert endpoint.variant("AllTraffic").model.version in (1, 2)
        with pytest.raises(UnknownVariant, match="serving: version-1, version-2"):
            endpoint.variant("version-3")


def test_a_process_that_does_not_follow_never_waits_for_a_candidate(ports, home):
    with on_trial(ports, same_again(ports), Phase.BAKING):
        elsewhere = build(Settings(home=home)).endpoint
        assert answered(elsewhere, "a person") == "version-1"
        with pytest.raises(UnknownVariant, match="serving: version-1"):
            elsewhere.variant("version-2")


def test_a_candidate_that_fails_is_counted_and_the_champion_answers_and_is_named(ports):
    with on_trial(ports, failing(ports), Phase.BAKING) as endpoint:
        variant = endpoint.variant(affinity="a person")
        (prediction,) = variant.predict([ROW], [AS_OF])
        assert variant.model == identity(ports, 1)
        assert prediction == endpoint.variant("version-1").predict([ROW], [AS_OF])[0]
        assert answered(endpoint) == "version-1"
        until(lambda: ports.deployments.tally("r-1").candidate.errors == 2)
    counted = ports.deployments.tally("r-1")
    assert (counted.candidate.invocations, counted.champion.errors) == (2, 0)


def test_rows_are_asked_for_what_either_model_reads_so_that_both_can_answer(ports):
    with on_trial(ports, foreign(ports), Phase.BAKING) as endpoint:
        variant = endpoint.variant()
        assert variant.inputs[-1] == "OverTime"
        assert set(variant.inputs) == {*endpoint.variant("version-1").inputs, "ShoeSize"}
        assert tuple(variant.assumed) == variant.inputs
        variant.predict([ROW], [AS_OF])
        until(lambda: ports.deployments.tally("r-1").shift.n == 1)
        people = ports.features.newest().head(5).with_columns(ShoeSize=pl.lit("Yes"))
        scored = variant.score(people)
    assert variant.inputs[-1] != "OverTime"
    assert scored["contributions"].dtype.size == len(variant.inputs)


def test_scoring_everyone_by_a_candidate_that_fails_is_done_by_the_champion(ports):
    people = ports.features.newest().head(5)
    with on_trial(ports, failing(ports), Phase.BAKING) as endpoint:
        variant = endpoint.variant()
        scored = variant.score(people)
        assert variant.score(people).equals(scored)
        assert variant.inputs == endpoint.variant("version-1").inputs
    assert ports.deployments.tally("r-1").candidate.errors <= 1
    assert variant.model == identity(ports, 1)
    assert scored.equals(ports.endpoint.variant().score(people))


def test_answers_errors_and_paired_shifts_are_counted_and_reported(ports):
    with on_trial(ports, opposite(ports), Phase.CANARY) as endpoint:
        names = Counter(answered(endpoint) for _ in range(100))
        until(lambda: ports.deployments.tally("r-1").champion.invocations == 80)
    counted = ports.deployments.tally("r-1")
    assert names == {"version-1": 80, "version-2": 20}
    assert (counted.candidate.invocations, counted.candidate.latencies.n) == (20, 20)
    assert counted.shift.n == 20
    assert counted.shift.mean > 0.1
    assert ports.deployments.workers() == []


def test_a_champion_that_fails_fails_its_caller_and_is_counted(ports):
    with on_trial(ports, same_again(ports), Phase.LOADING) as endpoint:
        with pytest.raises(TypeError):
            endpoint.variant().predict([{"MonthlyIncome": object()}], [AS_OF])
        until(lambda: ports.deployments.tally("r-1").champion.errors == 1)


def test_a_damaged_candidate_is_reported_and_the_champion_answers(ports, home):
    version = damaged(ports, home)
    with on_trial(ports, version, Phase.BAKING) as endpoint:
        (worker,) = ports.deployments.workers()
        assert "altered or torn" in worker.refused[version]
        assert worker.loaded == (1,)
        assert answered(endpoint, "a person") == "version-1"


def test_a_damaged_package_that_was_deployed_leaves_the_one_before_answering(ports, home):
    with ports.follower.follow("w-1"):
        assert answered(ports.endpoint) == "version-1"
        version = damaged(ports, home)
        ports.registry.deploy(version, by="bo", at=ports.clock.now())
        until(lambda: ports.deployments.workers()[0].refused)
        assert answered(ports.endpoint) == "version-1"


@pytest.mark.quiet
def test_a_process_that_follows_never_makes_a_request_wait_for_a_new_version(ports):
    with ports.follower.follow("w-1"):
        assert answered(ports.endpoint) == "version-1"
        version = opposite(ports)
        ports.registry.deploy(version, by="bo", at=ports.clock.now())
        began = time.monotonic()
        until(lambda: answered(ports.endpoint) == f"version-{version}")
        assert time.monotonic() - began < 1.0


def test_the_last_models_stay_in_memory_so_that_going_back_reads_nothing(ports, home):
    endpoint = InProcessEndpoint(ports.registry, ports.deployments)
    versions = [1, opposite(ports), failing(ports)]
    for version in versions:
        ports.registry.deploy(version, by="bo", at=ports.clock.now())
        assert endpoint.variant().model.version == version
    for archive in (home / "models").rglob("model.tar.gz"):
        archive.unlink()
    for version in reversed(versions):
        ports.registry.deploy(version, by="bo", at=ports.clock.now())
        assert endpoint.variant().model.version == version

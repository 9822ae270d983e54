import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from candidates import failing, foreign, opposite, same_again
from deployed_home import PASSED, PEOPLE, approve, deploy_again, take_to_work
from model_versions import archive_path, events_of, gated, pending
from rollout_values import rollout
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.deployment import Heartbeat, Phase, Progress, RolloutPlan
from stayline.domain.gates import Verdict
from stayline.domain.model_package import ModelPackage
from stayline.domain.pseudonyms import pseudonym
from stayline.domain.score_request import ScoreRequest
from stayline.errors import DeploymentRefused, ModelNotApproved, PackageRefused, UnknownModel
from stayline.formats.model_archive import read_archive
from stayline.modelling.predictor import Predictor
from stayline.modelling.shadow import replay
from stayline.settings import Settings
from stayline.usecases.deploy_model.shadow_rows import shadow_rows
from stayline.usecases.score_employee import score_employee


def deploy(ports: Ports, version: int) -> ModelPackage:
    return take_to_work(ports, version, by="cy")


def test_the_deployed_version_is_the_one_that_serves_and_stays_it_after_a_restart(ports, home):
    first = ports.registry.deployed().version
    second = deploy_again(ports)
    assert build(Settings(home=home)).registry.deployed().version == second
    deploy(ports, first)
    again = build(Settings(home=home))
    assert again.registry.deployed().version == first
    assert again.endpoint.variant().model.version == first


def test_a_deployment_is_an_audit_event_that_names_the_bytes(ports):
    package = ports.registry.deployed()
    deploy(ports, package.version)
    newest = events_of(ports, package.version)[-1]
    assert (newest.kind, newest.actor) == (AuditEventKind.MODEL_DEPLOYED, "cy")
    assert newest.details["digest"] == package.digest


def test_a_pending_version_is_not_deployed(ports):
    before = ports.registry.deployed()
    version = pending(ports).version
    with pytest.raises(ModelNotApproved, match="'PendingManualApproval', not 'Approved'"):
        deploy(ports, version)
    assert ports.registry.deployed() == before
    assert events_of(ports, version) == []


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"torn"), lambda p: p.unlink()])
def test_a_version_whose_bytes_are_not_those_approved_is_not_deployed(ports, home, damage):
    package = ports.registry.deployed()
    seen = len(events_of(ports, package.version))
    damage(archive_path(home, package))
    with pytest.raises(PackageRefused):
        deploy(ports, package.version)
    (refused,) = events_of(ports, package.version)[seen:]
    assert refused.kind is AuditEventKind.DEPLOYMENT_REFUSED
    assert refused.details["because"] == "PackageRefused"


def test_a_version_that_was_never_registered_is_not_deployed(ports):
    with pytest.raises(UnknownModel, match="99"):
        deploy(ports, 99)


def test_a_version_that_reads_what_this_home_has_not_is_refused_by_name(ports):
    before, version = ports.registry.deployed(), foreign(ports)
    with pytest.raises(DeploymentRefused, match="'ShoeSize' is no feature of this home"):
        deploy(ports, version)
    assert ports.registry.deployed() == before
    assert events_of(ports, version)[-1].kind is AuditEventKind.DEPLOYMENT_REFUSED
    assert ports.deployments.rollouts()[-1].phase is Phase.REFUSED


def test_a_version_whose_scores_shift_is_refused_in_the_shadow_with_the_figures(ports):
    before, version = ports.registry.deployed(), opposite(ports)
    with pytest.raises(DeploymentRefused, match=r"'shadow', score shift: risks differ by 0\.\d+ "):
        deploy(ports, version)
    assert ports.registry.deployed() == before
    refused = events_of(ports, version)[-1]
    assert (refused.kind, refused.actor) == (AuditEventKind.DEPLOYMENT_REFUSED, "cy")
    assert refused.details["shadow_mean_shift"] > 0.1
    assert refused.details["shadow_pairs"] == 1000


def test_a_shift_that_was_allowed_with_a_reason_is_deployed_and_the_reason_recorded(ports):
    version = opposite(ports)
    plan = RolloutPlan(reason="It now tells who stays.", is_shift_allowed=True)
    take_to_work(ports, version, plan=plan)
    assert ports.registry.deployed().version == version
    deployed = events_of(ports, version)[-1]
    assert deployed.details["reason"] == "It now tells who stays."
    assert "as allowed" in ports.deployments.rollouts()[-1].outcome


def test_the_shadow_replays_what_was_captured_and_fills_up_with_people(ports):
    score(ports, "1", "2", "4")
    told = []
    plan = RolloutPlan(shadow_rows=40)
    take_to_work(ports, same_again(ports), plan=plan, tell=told.append)
    errors, latency, shift = told[0].readings
    assert (told[0].phase, len(told[0].readings)) == (Phase.SHADOW, 3)
    assert "0 of 40 failed" in errors.text
    assert "n = 40" in latency.text
    assert shift.text == "risks differ by 0.000 on average, 0% of bands change, n = 40"
    assert {one.verdict for one in told[0].readings} == {Verdict.PASS}


def test_nobody_who_has_opted_out_is_scored_in_the_shadow(ports):
    score(ports, "1")
    token = pseudonym(ports.secrets.token_key(), "1")
    ports.opt_outs.opt_out(token, at=ports.clock.now())
    told = []
    plan = RolloutPlan(shadow_rows=5000)
    take_to_work(ports, same_again(ports), plan=plan, tell=told.append)
    errors, _, shift = told[0].readings
    assert f"0 of {PEOPLE - 1} failed" in errors.text
    assert shift.text.endswith(f"n = {PEOPLE - 1}")


def test_where_no_process_answers_a_version_serves_at_once_and_that_is_said(ports):
    told = []
    take_to_work(ports, same_again(ports), tell=told.append)
    assert [progress.phase for progress in told] == [Phase.SHADOW, Phase.BAKING, Phase.COMPLETED]
    assert told[1].text == "There is nobody to try it on; it serves at once."


def test_a_damaged_deployed_version_can_be_replaced(ports, home):
    version = _other_bytes(ports)
    path = archive_path(home, ports.registry.deployed())
    path.write_bytes(b"torn")
    take_to_work(ports, version)
    assert ports.endpoint.variant().model.version == version


def test_of_two_deployments_at_once_the_second_is_refused_and_told_of_the_first(ports):
    version = same_again(ports)
    ports.deployments.begin(rollout(version=7, started_by="ana", renewed_at=ports.clock.now()))
    told = []
    with pytest.raises(DeploymentRefused, match="version 7 is being deployed by 'ana'"):
        take_to_work(ports, version, tell=told.append)
    assert told == []
    assert ports.registry.deployed().version == 1


def test_a_deployment_that_is_interrupted_leaves_the_version_before_and_nothing_open(ports):
    version = same_again(ports)

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    ports.deployments.report(Heartbeat("w-1", loaded=(1, version)))
    with pytest.raises(KeyboardInterrupt):
        take_to_work(ports, version, pause=interrupt)
    assert ports.registry.deployed().version == 1
    ended = ports.deployments.rollouts()[-1]
    assert (ended.phase, ended.ended_at is not None) == (Phase.ROLLED_BACK, True)
    assert "stopped (KeyboardInterrupt)" in ended.outcome
    take_to_work(ports, version, plan=RolloutPlan(bake_s=0))
    assert ports.registry.deployed().version == version


def test_a_worker_that_refuses_the_version_ends_its_deployment(ports):
    version = same_again(ports)
    ports.deployments.report(Heartbeat("w-1", loaded=(1,), refused={version: "its trees are torn"}))
    with pytest.raises(DeploymentRefused, match="worker w-1 refused it: its trees are torn"):
        deploy(ports, version)
    assert ports.registry.deployed().version == 1
    assert events_of(ports, version)[-1].kind is AuditEventKind.DEPLOYMENT_ROLLED_BACK


def test_a_version_deployed_while_another_is_in_its_shadow_is_not_overwritten(ports):
    version, other = same_again(ports), same_again(ports)

    def meanwhile(_progress: Progress) -> None:
        if ports.registry.deployed().version == 1:
            ports.registry.deploy(other, by="ana", at=ports.clock.now())

    with pytest.raises(DeploymentRefused, match=f"version {other} was deployed meanwhile"):
        take_to_work(ports, version, tell=meanwhile)
    assert ports.registry.deployed().version == other


def test_many_requests_of_one_person_are_one_row_of_the_shadow(ports):
    score(ports, *["1"] * 60)
    told = []
    take_to_work(ports, same_again(ports), plan=RolloutPlan(shadow_rows=50), tell=told.append)
    assert told[0].readings[2].text.endswith("n = 50")
    rows = shadow_rows(50, *rows_from(ports))
    assert len({tuple(values.items()) for values, _ in rows}) == 50


def test_a_version_that_fails_at_people_is_counted_in_the_shadow_and_raises_nothing(ports):
    rows = shadow_rows(40, *rows_from(ports))
    candidate, champion = predictor(ports, failing(ports)), predictor(ports, 1)
    shadow = replay(rows, candidate=candidate, champion=champion)
    assert (shadow.candidate.errors, shadow.champion.errors, shadow.shift.n) == (40, 0, 0)


def test_without_any_evidence_a_version_serves_only_with_a_reason_that_is_kept(ports):
    version, plan = same_again(ports), RolloutPlan(shadow_rows=0, bake_s=0)
    with pytest.raises(DeploymentRefused, match="there is no evidence"):
        take_to_work(ports, version, plan=plan)
    assert ports.registry.deployed().version == 1
    take_to_work(ports, version, plan=replace(plan, reason="The other one is unlawful."))
    assert ports.deployments.rollouts()[-1].outcome.startswith("no evidence; ")
    details = events_of(ports, version)[-1].details
    assert (details["is_without_evidence"], details["reason"]) == (
        True, "The other one is unlawful.",
    )  # fmt: skip


def test_workers_silent_for_some_seconds_are_waited_for_and_then_the_version_is_refused(
    ports, home
):
    version = same_again(ports)
    ports.deployments.report(Heartbeat("w-1", loaded=(1, version)))
    with closing(sqlite3.connect(home / "state.db")) as state, state:
        state.execute("UPDATE workers SET seen_at = seen_at - 10000000")
    with pytest.raises(DeploymentRefused, match="0 of 0 workers have loaded it"):
        take_to_work(ports, version, pause=lambda seconds: None)
    assert ports.registry.deployed().version == 1


def rows_from(ports: Ports) -> tuple:
    """Return what the rows of the shadow come from."""
    return ports.features, ports.opt_outs, ports.control, ports.capture, ports.clock


def predictor(ports: Ports, version: int) -> Predictor:
    digest = ports.registry.find(version).digest
    return Predictor.from_archive(read_archive(ports.registry.archive(digest), digest))


def score(ports: Ports, *employees: str) -> None:
    """Ask for the scores of people, which captures them."""
    score_employee(
        [ScoreRequest(employee) for employee in employees],
        endpoint=ports.endpoint, features=ports.features, scores=ports.scores,
        opt_outs=ports.opt_outs, control=ports.control, audit=ports.audit, capture=ports.capture,
        clock=ports.clock,
        token_key=ports.secrets.token_key(), actor="tests",
    )  # fmt: skip


def _other_bytes(ports: Ports) -> int:
    package = gated(ports, PASSED, policy="other words")
    return approve(ports, package.version)

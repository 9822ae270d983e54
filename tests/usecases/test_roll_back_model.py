import pytest

from candidates import damaged, identity, same_again
from deployed_home import deploy_again
from model_versions import events_of
from rollout_values import rollout
from stayline.bootstrap import Ports, build
from stayline.domain.audit_events import AuditEventKind
from stayline.domain.deployment import Phase
from stayline.domain.model_package import ModelPackage
from stayline.errors import DeploymentRefused, NothingToRollBack, PackageRefused
from stayline.settings import Settings
from stayline.usecases.roll_back_model import roll_back_model

REASON = "It scores the night shift too high."


def roll_back(ports: Ports) -> ModelPackage:
    return roll_back_model(
        by="cy", reason=REASON, registry=ports.registry, deployments=ports.deployments,
        clock=ports.clock,
    )  # fmt: skip


def test_the_version_before_answers_the_very_next_call(ports):
    second = deploy_again(ports)
    assert roll_back(ports).version == 1
    assert ports.endpoint.variant().model.version == 1
    event = events_of(ports, second)[-1]
    assert (event.kind, event.actor) == (AuditEventKind.MODEL_ROLLED_BACK, "cy")
    assert event.details == {
        "digest": ports.registry.deployed().digest, "to_version": 1, "reason": REASON,
    }  # fmt: skip
    done = ports.deployments.rollouts()[-1]
    assert (done.version, done.from_version, done.phase) == (1, second, Phase.COMPLETED)
    assert done.outcome == f"roll-back: {REASON}"


def test_rolling_back_twice_undoes_itself(ports):
    deploy_again(ports)
    third = deploy_again(ports)
    assert [roll_back(ports).version for _ in range(3)] == [2, third, 2]


def test_without_another_version_there_is_nothing_to_go_back_to(ports, tmp_path):
    with pytest.raises(NothingToRollBack):
        roll_back(ports)
    assert ports.registry.deployed().version == 1
    with pytest.raises(NothingToRollBack):
        roll_back(build(Settings(home=tmp_path / "empty")))


def test_a_deployment_under_way_is_taken_back_and_the_deployed_version_goes_on(ports):
    deploy_again(ports)
    version = same_again(ports)
    ports.deployments.begin(
        rollout(
            version=version,
            digest=identity(ports, version).digest,
            from_version=2,
            renewed_at=ports.clock.now(),
        )
    )
    assert roll_back(ports).version == 2
    assert ports.deployments.traffic().candidate is None
    with pytest.raises(DeploymentRefused, match=f"taken back by cy: {REASON}"):
        ports.deployments.advance("r-1", Phase.BAKING)
    assert events_of(ports, version)[-1].kind is AuditEventKind.MODEL_ROLLED_BACK


def test_a_damaged_version_is_not_gone_back_to(ports, home):
    version = damaged(ports, home)
    ports.registry.deploy(version, by="bo", at=ports.clock.now())
    ports.registry.deploy(1, by="bo", at=ports.clock.now())
    with pytest.raises(PackageRefused, match="altered or torn"):
        roll_back(ports)
    assert ports.registry.deployed().version == 1

from datetime import timedelta

import pytest

from rollout_values import rollout
from stayline.domain.model_package import approve
from stayline.errors import DeploymentRefused, EndpointMissing, UnknownModel
from stayline.usecases.deploy_if_needed import deploy_if_needed
from stores import NOON, EmbeddedBackend, SetClock


class Home:
    """A registry with an approved version, and what becomes of deploying it."""

    def __init__(self, folder):
        self.clock = SetClock()
        self.backend = EmbeddedBackend(folder)
        self.registry = self.backend.registry()
        package = self.registry.register(b"bytes", trained_by="ana", metrics={}, at=NOON)
        self.registry.decide(
            approve(package, digest=package.digest, by="bo", reason="It was looked at", at=NOON)
        )
        self.asked = []

    def deploy(self, version):
        self.asked.append(version)
        return self.registry.deploy(version, by="bo", at=NOON)

    def needed(self, version=1, deploy=None):
        return deploy_if_needed(
            version,
            registry=self.registry,
            deployments=self.backend.deployments(self.clock),
            clock=self.clock,
            deploy=deploy or self.deploy,
        )


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_a_version_is_deployed_once_however_often_its_approval_is_told(home):
    assert [home.needed()[1] for _ in range(2)] == ["It serves from now on.", "It serves already."]
    assert home.asked == [1]


def test_a_version_that_somebody_is_deploying_is_left_to_them_until_they_are_gone(home):
    home.backend.deployments(home.clock).begin(
        rollout(version=1, digest=home.registry.find(1).digest, from_version=None)
    )
    assert home.needed()[1] == "bo is deploying it."
    assert home.asked == []
    home.clock.instant += timedelta(minutes=1)
    assert home.needed()[1] == "It serves from now on."


def test_that_the_stack_has_no_endpoint_yet_is_told_with_what_makes_one(home):
    def deploy(version):
        raise EndpointMissing(version)

    package, words = home.needed(deploy=deploy)
    assert package.version == 1
    assert "`stayline aws deploy --model-version 1`" in words


def test_what_else_stands_in_the_way_is_an_error(home):
    def deploy(version):
        raise DeploymentRefused(version, "an alarm rang", "Read the figures.")

    with pytest.raises(DeploymentRefused):
        home.needed(deploy=deploy)
    with pytest.raises(UnknownModel):
        home.needed(7)

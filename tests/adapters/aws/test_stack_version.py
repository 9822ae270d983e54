import pytest

from stayline.adapters.aws.clients import Clients
from stayline.adapters.aws.model_registry import SageMakerModelRegistry
from stayline.cli.cdk import Target
from stayline.cli.stack_version import check_version, put_to_work
from stayline.domain.model_package import approve
from stayline.errors import ModelNotApproved, UnknownModel
from stayline.formats.aws_toml import AwsHome, write_aws_home
from stayline.settings import Settings
from stores import NOON


@pytest.fixture
def settings(stack, tmp_path):
    write_aws_home(tmp_path, AwsHome(stack.stack, stack.region, stack.account))
    return Settings(home=tmp_path)


def target(stack, name=None):
    return Target(name or stack.stack, "dev", "steady", stack.region)


def test_a_stack_gets_no_version_that_nobody_approved(stack, settings):
    registry = SageMakerModelRegistry(Clients(stack))
    package = registry.register(b"bytes", trained_by="ana", metrics={}, at=NOON)
    with pytest.raises(ModelNotApproved):
        check_version(target(stack), settings, 1)
    with pytest.raises(UnknownModel):
        check_version(target(stack), settings, 2)
    check_version(target(stack), settings, None)
    check_version(target(stack, "another"), settings, 1)
    registry.decide(
        approve(package, digest=package.digest, by="bo", reason="It was looked at", at=NOON)
    )
    check_version(target(stack), settings, 1)


def test_a_version_that_is_the_deployed_one_already_is_not_deployed_again(stack, settings):
    registry = SageMakerModelRegistry(Clients(stack))
    package = registry.register(b"bytes", trained_by="ana", metrics={}, at=NOON)
    registry.decide(
        approve(package, digest=package.digest, by="bo", reason="It was looked at", at=NOON)
    )
    registry.deploy(1, by="bo", at=NOON)
    assert put_to_work(settings, 1, is_quiet=True) == "Version 1: It serves already."

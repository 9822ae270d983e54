"""The version that a stack's endpoint is made with: approved before, the deployed one after."""

from stayline.cli.cdk import Target
from stayline.cli.deployments import deployed_if_needed
from stayline.cli.terminal import ports_for
from stayline.settings import Settings


def check_version(target: Target, settings: Settings, version: int | None) -> None:
    """Refuse a version that nobody approved, before anything is changed.

    A home that does not keep itself in the stack yet knows none of its versions. Raises
    `UnknownModel`, `ModelNotApproved`.
    """
    from stayline.domain.model_package import ApprovalStatus
    from stayline.errors import ModelNotApproved
    from stayline.formats.aws_toml import read_aws_home

    kept = read_aws_home(settings.home)
    if version is None or kept is None or (kept.stack, kept.region) != (
        target.stack, target.region,
    ):  # fmt: skip
        return
    package = ports_for(settings, must_exist=True).registry.find(version)
    if package.status is not ApprovalStatus.APPROVED:
        raise ModelNotApproved(version, package.status.value)


def put_to_work(settings: Settings, version: int, *, is_quiet: bool) -> str:
    """Have the version of the new endpoint be the deployed one, by all the usual checks.

    Returns in words what came of it; raises what a deployment raises.
    """
    ports = ports_for(settings, must_exist=True)
    package, words = deployed_if_needed(ports, settings, version, is_quiet=is_quiet)
    return f"Version {package.version}: {words}"

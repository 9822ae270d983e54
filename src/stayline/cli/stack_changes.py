"""Deploying a stack and taking it down: what changes is shown first, and asked for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from stayline.cli.cdk import Target, Tools

if TYPE_CHECKING:
    from stayline.formats.cloudformation import Resource
    from stayline.ports.stack_check import StackCheck

Ask = Callable[[str], bool]
_KEEPING = {
    "AWS::DynamoDB::Table": "table",
    "AWS::KMS::Key": "encryption key",
    "AWS::S3::Bucket": "bucket",
    "AWS::SageMaker::FeatureGroup": "feature group",
    "AWS::SageMaker::ModelPackageGroup": "model package group",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::ECR::Repository": "image repository",
}
"""Types that hold what a company may miss; all else can be made anew from the code."""
_EMPTIED_BEFORE = ("bucket ", "model package group ")
"""Kinds that CloudFormation does not remove while they hold something."""
_NAMED_BY = (
    *("TableName", "BucketName", "FeatureGroupName", "ModelPackageGroupName"),
    *("Name", "RepositoryName"),
)


def show_changes(target: Target, tools: Tools, stack: "StackCheck", version: int | None) -> None:
    """Print what a deployment would change."""
    with _synthesised(target, tools, version or stack.served_version()) as out:
        tools.cdk(target, "diff", target.stack, "--app", str(out))


def deploy_stack(
    target: Target,
    tools: Tools,
    stack: "StackCheck",
    home: Path,
    *,
    version: int | None,
    ask: Ask,
    quiet: bool,
) -> Path | None:
    """Deploy a stack, and let the home keep itself there; return the file that says so.

    None when whoever was asked said no: then nothing was changed. An account that was never
    deployed to is made ready first. What is shown is what is deployed. Without a ``version`` the
    endpoint goes on with the one it serves, and a stack that serves none gets no endpoint.
    """
    from stayline.domain.stack_checks import BOOTSTRAP_STACK
    from stayline.formats.aws_toml import AwsHome, write_aws_home

    account = stack.account()
    place = f"aws://{account}/{target.region}"
    is_ready = stack.stack_state(BOOTSTRAP_STACK) is not None
    with _synthesised(target, tools, version or stack.served_version()) as out:
        tools.cdk(target, "diff", target.stack, "--app", str(out), quiet=quiet)
        if not is_ready:
            typer.echo(f"{place} was never deployed to; {BOOTSTRAP_STACK} is made first.", err=True)
        if not ask(f"Deploy {target.stack} to {place} as shown?"):
            return None
        if not is_ready:
            tools.cdk(target, "bootstrap", place, quiet=quiet)
        words = ("deploy", target.stack, "--app", str(out), "--require-approval", "never")
        tools.cdk(target, *words, quiet=quiet)
    return write_aws_home(home, AwsHome(target.stack, target.region, account))


def destroy_stack(
    target: Target, tools: Tools, stack: "StackCheck", *, ask: Ask, quiet: bool
) -> list[str] | None:
    """Take a stack down; return what of it is kept and still costs, or None after a no.

    Retention is not overruled here: tables with deletion protection and whatever the stack retains
    stay, and are named before anybody is asked; so is what goes with all that it holds.
    """
    from stayline.formats.cloudformation import read_templates

    account = stack.account()
    with _synthesised(target, tools, stack.served_version()) as out:
        kept, gone = kept_and_gone(read_templates(out))
        for name in kept:
            typer.echo(f"kept, and still paid for: {name}", err=True)
        for name in gone:
            how = "once it is empty" if name.startswith(_EMPTIED_BEFORE) else "with all it holds"
            typer.echo(f"REMOVED {how}: {name}", err=True)
        if not ask(f"Take down {target.stack} in account {account}, {target.region}?"):
            return None
        tools.cdk(target, "destroy", target.stack, "--app", str(out), "--force", quiet=quiet)
    return kept


def kept_and_gone(resources: "Sequence[Resource]") -> tuple[list[str], list[str]]:
    """Return which stores outlive their stack, and which go with it, by kind and name."""
    kept: list[str] = []
    gone: list[str] = []
    for resource in resources:
        if resource.type in _KEEPING:
            is_protected = resource.properties.get("DeletionProtectionEnabled") is True
            name = next(filter(None, map(resource.text, _NAMED_BY)), resource.name)
            where = kept if resource.is_retained or is_protected else gone
            where.append(f"{_KEEPING[resource.type]} {name}")
    return kept, gone


@contextmanager
def _synthesised(target: Target, tools: Tools, version: int | None) -> Iterator[Path]:
    with TemporaryDirectory(prefix="stayline-aws-") as folder:
        yield tools.synthesise(target, Path(folder), version=version, is_to_be_deployed=True)

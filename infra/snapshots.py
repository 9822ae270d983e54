"""What each template looked like when somebody last agreed: ``python -m infra.snapshots`` writes.

The files are for eyes: a change of the stack shows in a review, beside the code that made it.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.app import build_app, own_node
from infra.sizes import Profile, Stage, sizes_of

if TYPE_CHECKING:
    from aws_cdk.cx_api import CloudAssembly

FOLDER = Path(__file__).parent / "snapshots"
STACKS = ("prod-steady", "prod-thrifty", "dev-steady", "dev-thrifty")
"""Stages and profiles, each with an option or two: people's sign-in, a trail, no model yet."""
SHOWN = ("prod-steady", "prod-thrifty")
_ASSET = re.compile(r"[0-9a-f]{64}")


def main() -> None:
    """Write the snapshots anew."""
    FOLDER.mkdir(exist_ok=True)
    for name in SHOWN:
        template = example(name).stacks[0].template
        (FOLDER / f"{name}.txt").write_text(normalised(template), "utf-8")


def example(name: str, outdir: Path | None = None) -> "CloudAssembly":
    """Return one of `STACKS`, synthesised."""
    own_node()
    from infra.ingress import SignIn

    recorded = replace(sizes_of(Stage.PROD, Profile.THRIFTY), records_every_access=True)
    given: Mapping[str, Any] = {
        "prod-steady": {"sign_in": SignIn("https://login.example.com/realm", "stayline")},
        "prod-thrifty": {"sizes": recorded},
        "dev-steady": {"version": None},
        "dev-thrifty": {},
    }
    return build_app(*name.split("-"), outdir=outdir, **given[name])


def normalised(template: Mapping[str, Any]) -> str:
    """Return a template as a line a resource's property, sorted, without what says nothing.

    Digests of packaged code are left out. Definitions of pipelines have tests of their own, so only
    their digest stands here.
    """
    resources = sorted(template["Resources"].items())
    return "".join(f"{line}\n" for name, one in resources for line in _lines(name, one))


def _lines(name: str, resource: Mapping[str, Any]) -> Iterator[str]:
    yield f"{name} ({resource['Type']})"
    properties = dict(resource.get("Properties", {}))
    if "PipelineDefinition" in properties:
        text = json.dumps(properties["PipelineDefinition"], sort_keys=True)
        properties["PipelineDefinition"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    for key, value in sorted(properties.items()):
        yield f"  {key}: {_ASSET.sub('ASSET', json.dumps(value, sort_keys=True))}"
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if policy in resource:
            yield f"  {policy}: {resource[policy]}"


if __name__ == "__main__":
    main()

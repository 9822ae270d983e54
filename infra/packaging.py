"""What the gateway's Lambda runs: the product and the libraries it needs there, and no more."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as functions

from infra.app import ROOT

PLACEHOLDER = ROOT / "infra" / "placeholder"
"""A folder that says it is no code, for whoever only wants to see the template."""
PYTHON = "3.13"
RUNTIME = functions.Runtime.PYTHON_3_13
REQUIREMENTS = (
    "cryptography",
    "litestar",
    "mangum",
    "msgspec",
    "polars",
    "prometheus-client",
    "pyjwt",
)
"""What the gateway imports; boto3 comes with Lambda. Versions are those of the lock."""
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
_LEFT_OUT = ("__pycache__", "tests", "faker", "pygments", "rich", "rich_click", "bin")
"""Folders that answer no request."""
LARGEST_MB = 250
"""What Lambda takes, unpacked."""


def gateway_code(*, is_packaged: bool) -> functions.Code:
    """Return the code, built with pip, which asks the package index; or else the placeholder."""
    if not is_packaged:
        return functions.Code.from_asset(str(PLACEHOLDER))
    return functions.Code.from_asset(
        str(ROOT / "src"),
        asset_hash_type=AssetHashType.OUTPUT,
        bundling=BundlingOptions(
            image=DockerImage.from_registry("none"),  # never asked: the local way answers or raises
            local=PipBundling(pinned(REQUIREMENTS), ROOT / "src" / "stayline"),
        ),
    )


@jsii.implements(ILocalBundling)
class PipBundling:
    """Fills a folder with wheels for Lambda's arm64 machines and our package, without Docker."""

    def __init__(
        self, requirements: Sequence[str], package: Path, *, largest_mb: int = LARGEST_MB
    ) -> None:
        self._requirements = requirements
        self._package = package
        self._largest_mb = largest_mb

    def try_bundle(self, output_dir: str, options: Any = None, **_rest: Any) -> bool:
        """Fill the folder; raises `CalledProcessError` with pip's words, `ValueError` if too large.

        CDK would take False for "use Docker instead", so this never says so.
        """
        folder = Path(output_dir)
        target = [part for one in PLATFORMS for part in ("--platform", one)]
        subprocess.run(  # noqa: S603  (our own words)
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)),
                *("--python-version", PYTHON, "--implementation", "cp", "--only-binary", ":all:"),
                *(*target, *self._requirements),
            ],
            check=True,
        )
        shutil.copytree(self._package, folder / self._package.name)
        for left_out in _LEFT_OUT:
            for found in list(folder.rglob(left_out)):
                shutil.rmtree(found, ignore_errors=True)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) >> 20
        if size >= self._largest_mb:
            raise ValueError(f"the package has {size} MB; Lambda takes {self._largest_mb} MB")
        return True


def pinned(names: Sequence[str], lock: Path = ROOT / "requirements.lock") -> list[str]:
    """Return the requirements with the versions of the lock; one it lacks comes as it is."""
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE))
    return [f"{name}=={locked[name]}" if name in locked else name for name in names]
